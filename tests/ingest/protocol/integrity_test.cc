// Digests of contents and of the whole, in both dialects: what does not hold leaves nothing.
#include <gtest/gtest.h>

#include <filesystem>

#include "ingest/upload/spool.h"
#include "proto/upload/checksum.h"
#include "tests/ingest/protocol/protocol_site.h"

namespace hansom::test {
namespace {

using upload::HashAlgorithm;

const std::string kTus = "Tus-Resumable: 1.0.0";
const std::string kTusContent = "Content-Type: application/offset+octet-stream";
const std::string kPartial = "Content-Type: application/partial-upload";

upload::Checksum digest(HashAlgorithm algorithm, const std::string& text) {
  upload::ContentHash hash(algorithm);
  hash.update(as_bytes(text));
  return hash.finish();
}

std::string tus_checksum(const std::string& name, HashAlgorithm algorithm,
                         const std::string& text) {
  return "Upload-Checksum: " + name + " " + to_base64(digest(algorithm, text).value);
}

std::string at(std::size_t offset) {
  return "Upload-Offset: " + std::to_string(offset);
}

class UploadIntegrity : public testing::Test {
 protected:
  [[nodiscard]] std::string all() const { return site_.slice(0, site_.bytes().size()); }
  [[nodiscard]] std::string rest() const { return site_.slice(40, site_.bytes().size()); }
  [[nodiscard]] std::string next() const { return site_.slice(40, 50); }
  // Of the files in the spool, how many end so.
  [[nodiscard]] std::size_t files(const std::string& extension) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(site_.site.config.spool())) {
      if (entry.path().extension() == extension) ++count;
    }
    return count;
  }

  ProtocolSite site_;
};

TEST_F(UploadIntegrity, ChecksumsOfTus) {
  const std::string right = tus_checksum("sha1", HashAlgorithm::kSha1, next());
  const std::string right256 = tus_checksum("sha256", HashAlgorithm::kSha256, next());
  const std::string wrong = tus_checksum("sha1", HashAlgorithm::kSha1, "other");
  const std::vector<Row> rows = {
      {"sha1 that holds",
       "at40",
       "PATCH",
       {kTusContent, at(40), right},
       next(),
       "204 Upload-Offset=50",
       "50"},
      {"sha256 that holds",
       "at40",
       "PATCH",
       {kTusContent, at(40), right256},
       next(),
       "204 Upload-Offset=50",
       "50"},
      {"one that does not: dropped",
       "at40",
       "PATCH",
       {kTusContent, at(40), wrong},
       next(),
       "460 checksum_mismatch Upload-Offset=40",
       "40"},
      {"of the last bytes",
       "at40",
       "PATCH",
       {kTusContent, at(40), tus_checksum("sha256", HashAlgorithm::kSha256, rest())},
       rest(),
       "204 Hansom-Receipt Upload-Offset=" + site_.size()},
      {"of the last bytes, not held",
       "at40",
       "PATCH",
       {kTusContent, at(40), wrong},
       rest(),
       "460 checksum_mismatch Upload-Offset=40",
       "40"},
      {"unknown algorithm",
       "at40",
       "PATCH",
       {kTusContent, at(40), "Upload-Checksum: md5 AAAA"},
       next(),
       "400 checksum_algorithm",
       "40"},
      {"no digest",
       "at40",
       "PATCH",
       {kTusContent, at(40), "Upload-Checksum: sha1"},
       next(),
       "400 bad_upload_field",
       "40"},
      {"twice",
       "at40",
       "PATCH",
       {kTusContent, at(40), right, right},
       next(),
       "400 bad_upload_field",
       "40"},
      {"with nothing",
       "at40",
       "PATCH",
       {kTusContent, at(40), tus_checksum("sha1", HashAlgorithm::kSha1, "")},
       "",
       "204 Upload-Offset=40",
       "40"},
      {"with nothing, not held",
       "at40",
       "PATCH",
       {kTusContent, at(40), right},
       "",
       "460 checksum_mismatch",
       "40"},
      {"with a creation",
       "all",
       "POST",
       {site_.manifest(), "Upload-Length: " + site_.size(), kTusContent, right},
       next(),
       "201 Upload-Offset=10"},
      {"with a creation, not held: nothing is created",
       "all",
       "POST",
       {site_.manifest(), "Upload-Length: " + site_.size(), kTusContent, wrong},
       next(),
       "460 checksum_mismatch !Location"},
  };
  const std::size_t before = files(".mark");
  site_.run(rows, {kTus});
  EXPECT_EQ(files(".mark"), before);
}

TEST_F(UploadIntegrity, AfterAMismatchTheSameBytesComeAgainAndTheClipIsWhole) {
  const std::string path = site_.prepare("at40");
  std::string damaged = rest();
  damaged[7] = static_cast<char>(damaged[7] ^ 1);
  const Lines fields = {kTus, kTusContent, at(40),
                        tus_checksum("sha256", HashAlgorithm::kSha256, rest())};
  for (int round = 0; round < 3; ++round) {
    ProtocolSite::check(site_.ask({"PATCH", path, fields, damaged}), "460 checksum_mismatch", "no");
    EXPECT_EQ(site_.offset(path), "40");
  }
  ProtocolSite::check(site_.ask({"PATCH", path, fields, rest()}), "204 Hansom-Receipt", "yes");
  EXPECT_TRUE(site_.site.vault->open(sha256(site_.clip().sealed)));
}

TEST_F(UploadIntegrity, TrailersOfChunkedBodies) {
  const std::string right = tus_checksum("sha256", HashAlgorithm::kSha256, next());
  const std::string wrong = tus_checksum("sha256", HashAlgorithm::kSha256, "other");
  const auto patch = [this](const std::string& path, const Lines& trailers, bool announced) {
    Lines fields = {kTus, kTusContent, at(40)};
    if (announced) fields.emplace_back("Trailer: Upload-Checksum");
    return site_.ask({"PATCH", path, fields, next(), true, trailers});
  };
  std::string path = site_.prepare("at40");
  ProtocolSite::check(patch(path, {wrong}, true), "460 checksum_mismatch Upload-Offset=40",
                      "wrong");
  ProtocolSite::check(patch(path, {}, true), "400 bad_upload_field", "announced, not sent");
  ProtocolSite::check(patch(path, {"Upload-Checksum: md5 AAAA"}, true), "400 checksum_algorithm",
                      "unknown algorithm");
  EXPECT_EQ(site_.offset(path), "40");
  ProtocolSite::check(patch(path, {"Bad Name: x", right}, true), "400 bad_chunk", "no field");
  EXPECT_EQ(site_.offset(path), "40");
  ProtocolSite::check(patch(path, {"X-Other: 1", right}, true), "204 Upload-Offset=50", "right");
  path = site_.prepare("at40");
  ProtocolSite::check(patch(path, {wrong}, false), "204 Upload-Offset=50",
                      "what was not announced is not looked at");
  ProtocolSite::check(
      patch(site_.prepare("at40"), {std::string("X: ") + std::string(9000, 'x')}, true),
      "400 bad_chunk", "more than anybody needs");
}

TEST_F(UploadIntegrity, ABrokenConnectionLeavesNothingUnverified) {
  const std::string path = site_.prepare("at40");
  const Ask ask{"PATCH",
                path,
                {kTus, kTusContent, at(40), tus_checksum("sha1", HashAlgorithm::kSha1, rest())},
                rest()};
  const std::string text = ProtocolSite::request(ask);
  const auto client = site_.connect();
  const auto received = [this] { return site_.site.api->counters().bytes_received; };
  const auto before = received();
  ASSERT_TRUE(client->send(text.substr(0, text.size() - 10)));
  while (received() < before + rest().size() - 10) std::this_thread::yield();
  EXPECT_EQ(site_.offset(path), "40") << "nothing is shown before it was checked";
  client->reset();
  const auto marks = [this] { return files(".mark"); };
  while (marks() > 0) std::this_thread::yield();
  EXPECT_EQ(site_.offset(path), "40");
  EXPECT_EQ(site_.ask(ask).status, 204U);
}

// The process ends while bytes come that nobody has checked: a new one finds none of them.
TEST_F(UploadIntegrity, ACrashLeavesNothingUnverified) {
  const std::string path = site_.prepare("at40");
  const std::string id = std::filesystem::path(path).filename();
  const auto folder = site_.site.config.spool();
  ASSERT_EQ(std::filesystem::file_size(folder / (id + ".clip")), 40U);
  IngestSite& site = site_.site;
  const auto patch = site.patch(path, 40, as_bytes(rest()), 64);
  patch->incoming.content_length = rest().size();
  patch->incoming.fields.add("Upload-Checksum",
                             "sha1 " + to_base64(digest(HashAlgorithm::kSha1, rest()).value));
  patch->body.pop_back();
  patch->body_end = FakeExchange::BodyEnd::kStalls;
  bool marked = false;
  patch->when_stalled = [&] {
    // What a crash here would leave is put aside.
    std::filesystem::create_directories(site_.site.folder / "crashed");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::filesystem::copy(entry.path(), site_.site.folder / "crashed");
      marked = marked || entry.path().extension() == ".mark";
    }
    patch->stop_handle().stop();
  };
  EXPECT_EQ(site.run(*patch), "superseded");
  EXPECT_TRUE(marked);
  const auto left = site_.site.folder / "crashed";
  std::filesystem::resize_file(left / (id + ".clip"), 45);
  ingest::Fault fault;
  ingest::Admission admission{ingest::AdmissionLimits()};
  ingest::DiskRoom room(left, {0, 0});
  const auto spool =
      ingest::Spool::open(left, admission, room, fault, [](const ClipId&) { return Status{}; });
  ASSERT_TRUE(spool);
  const auto upload = (*spool)->find(UploadId::parse(id).value());
  ASSERT_TRUE(upload);
  EXPECT_EQ(upload->durable(), 40U);
  EXPECT_EQ(std::filesystem::file_size(left / (id + ".clip")), 40U);
  EXPECT_FALSE(std::filesystem::exists(left / (id + ".mark")));
}

TEST_F(UploadIntegrity, ContentDigests) {
  const auto field = [](HashAlgorithm algorithm, const std::string& text) {
    return "Content-Digest: " + upload::digest_field({digest(algorithm, text)});
  };
  const std::string open = "Upload-Complete: ?0";
  const std::vector<Row> rows = {
      {"sha-256 that holds",
       "at40",
       "PATCH",
       {kPartial, at(40), open, field(HashAlgorithm::kSha256, next())},
       next(),
       "201 Upload-Offset=50",
       "50"},
      {"sha-512 that holds",
       "at40",
       "PATCH",
       {kPartial, at(40), open, field(HashAlgorithm::kSha512, next())},
       next(),
       "201 Upload-Offset=50",
       "50"},
      {"one that does not",
       "at40",
       "PATCH",
       {kPartial, at(40), open, field(HashAlgorithm::kSha512, "other")},
       next(),
       "400 checksum_mismatch Upload-Offset=40",
       "40"},
      {"one of two that does not",
       "at40",
       "PATCH",
       {kPartial, at(40), open, field(HashAlgorithm::kSha256, next()),
        field(HashAlgorithm::kSha512, "other")},
       next(),
       "400 checksum_mismatch Upload-Offset=40",
       "40"},
      {"an algorithm that is not ours",
       "at40",
       "PATCH",
       {kPartial, at(40), open, "Content-Digest: md5=:AAAA:"},
       next(),
       "201 Upload-Offset=50",
       "50"},
      {"malformed",
       "at40",
       "PATCH",
       {kPartial, at(40), open, "Content-Digest: sha-256=x:"},
       next(),
       "201 Upload-Offset=50",
       "50"},
  };
  site_.run(rows, {});
  const std::string path = site_.prepare("at40");
  const auto trailed = [&](const std::string& text) {
    return site_.ask({"PATCH",
                      path,
                      {kPartial, at(40), open, "Trailer: Content-Digest"},
                      next(),
                      true,
                      {field(HashAlgorithm::kSha256, text)}});
  };
  ProtocolSite::check(trailed("other"), "400 checksum_mismatch", "trailer, not held");
  ProtocolSite::check(trailed(next()), "201 Upload-Offset=50", "trailer");
}

TEST_F(UploadIntegrity, DigestsOfTheWhole) {
  const auto field = [](HashAlgorithm algorithm, const std::string& text) {
    return "Repr-Digest: " + upload::digest_field({digest(algorithm, text)});
  };
  const std::string whole = "Upload-Complete: ?1";
  const auto post = [&](const Lines& more) {
    Lines fields = {whole, site_.manifest()};
    fields.insert(fields.end(), more.begin(), more.end());
    return site_.ask({"POST", "/uploads", fields, all()});
  };
  ProtocolSite::check(post({field(HashAlgorithm::kSha256, all())}), "201 Hansom-Receipt",
                      "sha-256");
  ProtocolSite::check(post({field(HashAlgorithm::kSha512, all())}), "201 Hansom-Receipt",
                      "sha-512");
  ProtocolSite::check(post({field(HashAlgorithm::kSha256, "other")}), "400 digest_mismatch",
                      "not the manifest's");
  ProtocolSite::check(post({field(HashAlgorithm::kSha512, "other")}),
                      "400 digest_mismatch Upload-Complete=?1", "not held");
  // Said at the creation, seen at the end; and said at the end.
  Answer answer =
      site_.ask({"POST",
                 "/uploads",
                 {"Upload-Complete: ?0", site_.manifest(), field(HashAlgorithm::kSha512, "other")},
                 site_.slice(0, 40)});
  const std::string path = answer.fields["location"];
  ProtocolSite::check(site_.ask({"PATCH", path, {kPartial, at(40), whole}, rest()}),
                      "400 digest_mismatch Upload-Complete=?1", "at the end");
  EXPECT_EQ(site_.offset(path), "-");
  ProtocolSite::check(site_.ask({"PATCH",
                                 site_.prepare("at40"),
                                 {kPartial, at(40), whole, field(HashAlgorithm::kSha512, "other")},
                                 rest()}),
                      "400 digest_mismatch", "said at the end");
}

TEST_F(UploadIntegrity, DigestsThatAreAskedFor) {
  const std::string sha256_field = upload::digest_field({digest(HashAlgorithm::kSha256, all())});
  const auto post = [&](const Lines& more) {
    Lines fields = {"Upload-Complete: ?1", site_.manifest()};
    fields.insert(fields.end(), more.begin(), more.end());
    return site_.ask({"POST", "/uploads", fields, all()}).fields["repr-digest"];
  };
  EXPECT_EQ(post({}), sha256_field) << "the clip's name costs nothing";
  EXPECT_EQ(post({"Want-Repr-Digest: sha-256=10"}), sha256_field);
  EXPECT_EQ(post({"Want-Repr-Digest: sha-512=10, sha-256=1"}),
            sha256_field + ", " + upload::digest_field({digest(HashAlgorithm::kSha512, all())}));
}

}  // namespace
}  // namespace hansom::test
