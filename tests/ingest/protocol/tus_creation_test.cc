// tus 1.0.0: creations, lengths that come later, parts that become one; as tables against the
// units' listener.
#include <gtest/gtest.h>

#include "tests/ingest/protocol/protocol_site.h"

namespace hansom::test {
namespace {

const std::string kTus = "Tus-Resumable: 1.0.0";
const std::string kContent = "Content-Type: application/offset+octet-stream";

std::string at(std::size_t offset) {
  return "Upload-Offset: " + std::to_string(offset);
}

class TusCreation : public testing::Test {
 protected:
  [[nodiscard]] std::string all() const { return site_.slice(0, site_.bytes().size()); }
  [[nodiscard]] std::string rest() const { return site_.slice(40, site_.bytes().size()); }
  [[nodiscard]] std::string length() const { return "Upload-Length: " + site_.size(); }
  std::string patch(const std::string& path, std::size_t from, const std::string& body) {
    return std::to_string(site_.ask({"PATCH", path, {kTus, kContent, at(from)}, body}).status);
  }

  ProtocolSite site_;
};

TEST_F(TusCreation, Creation) {
  const std::string manifest = site_.manifest();
  const std::vector<Row> rows = {
      {"with a length",
       "all",
       "POST",
       {length(), manifest},
       "",
       "201 Location Upload-Expires !Upload-Offset"},
      {"with a length to come",
       "all",
       "POST",
       {"Upload-Defer-Length: 1", manifest},
       "",
       "201 Location Upload-Expires"},
      {"with both",
       "all",
       "POST",
       {length(), "Upload-Defer-Length: 1", manifest},
       "",
       "400 bad_upload_field"},
      {"with neither", "all", "POST", {manifest}, "", "400 bad_upload_field"},
      {"deferred by another word",
       "all",
       "POST",
       {"Upload-Defer-Length: 0", manifest},
       "",
       "400 bad_upload_field"},
      {"two lengths", "all", "POST", {length(), length(), manifest}, "", "400 bad_upload_field"},
      {"length below zero",
       "all",
       "POST",
       {"Upload-Length: -1", manifest},
       "",
       "400 bad_upload_field"},
      {"length 2^63",
       "all",
       "POST",
       {"Upload-Length: 9223372036854775808", manifest},
       "",
       "400 bad_upload_field"},
      {"too large",
       "all",
       "POST",
       {"Upload-Length: 9223372036854775807", manifest},
       "",
       "413 upload_too_large"},
      {"not the manifest's length",
       "all",
       "POST",
       {"Upload-Length: 1", manifest},
       "",
       "422 manifest_length_mismatch"},
      {"length 0 completes, and is no clip",
       "all",
       "POST",
       {"Upload-Length: 0", manifest},
       "",
       "422 manifest_length_mismatch"},
      {"the first bytes with it",
       "all",
       "POST",
       {length(), manifest, kContent},
       site_.slice(0, 40),
       "201 Location Upload-Offset=40"},
      {"all bytes with it",
       "all",
       "POST",
       {length(), manifest, kContent},
       all(),
       "201 Location Upload-Offset=" + site_.size() + " Hansom-Receipt"},
      {"more than all",
       "all",
       "POST",
       {length(), manifest, kContent},
       all() + "!",
       "413 past_length"},
      {"bytes of another type",
       "all",
       "POST",
       {length(), manifest, "Content-Type: text/plain"},
       "x",
       "415 unsupported_media_type"},
      {"no manifest", "all", "POST", {length()}, "", "422 manifest_missing"},
      {"the manifest twice, and not the same",
       "all",
       "POST",
       {length(), manifest, "Upload-Metadata: manifest YQ=="},
       "",
       "400 bad_upload_field"},
  };
  site_.run(rows, {kTus});
}

TEST_F(TusCreation, Metadata) {
  const auto post = [this](const std::string& metadata) {
    return site_.ask(
        {"POST", "/uploads", {kTus, length(), site_.manifest(), "Upload-Metadata: " + metadata}});
  };
  for (const char* good : {"", "a", "a YQ==", "a ,b YQ==", "a YQ==, b YQ=="}) {
    ProtocolSite::check(post(good), "201", good);
  }
  for (const char* bad :
       {"a YQ==,a YQ==", "a YQ==,", ",a", "a !", "a YQ", "a  YQ==", "\xc3\xa4 YQ=="}) {
    ProtocolSite::check(post(bad), "400 metadata_invalid", bad);
  }
  // Over the 8 KiB at which servers used to fail, and as much as a manifest may need.
  std::string large = "a " + std::string(40'000, 'Q');
  ProtocolSite::check(post(large), "201", "40 KB");
  large = "a " + std::string(100'000, 'Q');
  ProtocolSite::check(post(large), "400 metadata_invalid", "100 KB");
  large = "a " + std::string(200'000, 'Q');
  ProtocolSite::check(post(large), "431 header_too_large", "200 KB");
}

TEST_F(TusCreation, ALengthIsSaidOnce) {
  const std::vector<Row> rows = {
      {"with bytes",
       "deferred40",
       "PATCH",
       {kContent, at(40), length()},
       site_.slice(40, 50),
       "204 Upload-Offset=50",
       "50"},
      {"with none",
       "deferred40",
       "PATCH",
       {kContent, at(40), length()},
       "",
       "204 Upload-Offset=40",
       "40"},
      {"with the last",
       "deferred40",
       "PATCH",
       {kContent, at(40), length()},
       rest(),
       "204 Upload-Offset=" + site_.size() + " Hansom-Receipt"},
      {"not the manifest's",
       "deferred40",
       "PATCH",
       {kContent, at(40), "Upload-Length: 50"},
       site_.slice(40, 50),
       "400 inconsistent_length",
       "40"},
      {"less than is there",
       "deferred40",
       "PATCH",
       {kContent, at(40), "Upload-Length: 39"},
       "",
       "400 inconsistent_length",
       "40"},
      {"malformed",
       "deferred40",
       "PATCH",
       {kContent, at(40), "Upload-Length: x"},
       "",
       "400 bad_upload_field",
       "40"},
      {"past what the manifest says",
       "deferred40",
       "PATCH",
       {kContent, at(40)},
       rest() + "!",
       "413 past_length Upload-Offset=40",
       "40"},
      {"another than before",
       "at40",
       "PATCH",
       {kContent, at(40), "Upload-Length: 50"},
       "",
       "400 inconsistent_length",
       "40"},
      {"the same as before",
       "at40",
       "PATCH",
       {kContent, at(40), length()},
       "",
       "204 Upload-Offset=40",
       "40"},
  };
  site_.run(rows, {kTus});

  // All bytes without the length are not all; after a restart the length that was said is known.
  const std::string path = site_.prepare("deferred40");
  EXPECT_EQ(patch(path, 40, rest()), "204");
  ProtocolSite::check(site_.ask({"HEAD", path, {kTus}}),
                      "200 Upload-Offset=" + site_.size() + " Upload-Defer-Length=1", "not said");
  ProtocolSite::check(
      site_.ask({"PATCH", path, {kTus, kContent, at(site_.bytes().size()), length()}}),
      "204 Hansom-Receipt", "said");
}

TEST_F(TusCreation, Concatenation) {
  const std::string a = site_.prepare("partial-full");
  const std::string b = site_.create(
      {"Upload-Defer-Length: 1", "Upload-Concat: partial"});  // its length comes with its bytes
  const auto final_of = [this](const std::string& parts, Lines more = {}) {
    Lines fields = {kTus, "Upload-Concat: final;" + parts};
    fields.insert(fields.end(), more.begin(), more.end());
    return site_.ask({"POST", "/uploads", fields});
  };
  const std::string manifest = site_.manifest();
  ProtocolSite::check(final_of(a + " " + b, {manifest}), "400 parts_unfinished", "b has no bytes");
  const Answer last =
      site_.ask({"PATCH",
                 b,
                 {kTus, kContent, at(0), "Upload-Length: " + std::to_string(rest().size())},
                 rest()});
  ProtocolSite::check(last, "204 !Hansom-Receipt Upload-Expires", "a part has no receipt");

  ProtocolSite::check(final_of(a + " " + b), "422 manifest_missing", "no manifest");
  ProtocolSite::check(final_of(a, {manifest}), "422 manifest_length_mismatch", "too short");
  ProtocolSite::check(final_of(a + " " + a, {manifest}), "400 bad_upload_field", "twice");
  ProtocolSite::check(final_of(a + " " + b, {manifest, length()}), "400 bad_upload_field",
                      "length");
  ProtocolSite::check(final_of(a + " /uploads/nonsense", {manifest}), "404 upload_not_found", "no");
  ProtocolSite::check(final_of(a + " " + site_.prepare("other"), {manifest}),
                      "404 upload_not_found", "a part of another unit");
  ProtocolSite::check(final_of(a + " " + site_.prepare("at40"), {manifest}), "404 upload_not_found",
                      "no part at all");
  // In the wrong order it is another clip: refused, and the parts stay for another try.
  ProtocolSite::check(final_of(b + " " + a, {manifest}), "460 digest_mismatch", "order");
  EXPECT_EQ(site_.offset(a), "40");

  Answer answer = final_of("https://localhost" + a + " " + b, {manifest});
  ProtocolSite::check(answer, "201 Location Hansom-Receipt Upload-Offset=" + site_.size(), "final");
  const std::string path = answer.fields["location"];
  EXPECT_TRUE(site_.site.vault->open(sha256(site_.clip().sealed)));
  EXPECT_EQ(site_.offset(a), "-") << "the parts are gone";
  EXPECT_EQ(site_.offset(b), "-");
  const std::string concat = "final;" + a + " " + b;
  const Answer described = site_.ask({"HEAD", path, {kTus}});
  ProtocolSite::check(described, "200 Hansom-Receipt Upload-Length=" + site_.size(), "HEAD of one");
  EXPECT_EQ(described.fields.at("upload-concat"), concat) << "the names of the parts stay";
  ProtocolSite::check(final_of(a + " " + b, {manifest}), "201 Hansom-Receipt Location=" + path,
                      "asked again, its answer was lost");
  ProtocolSite::check(final_of(b + " " + a, {manifest}), "404 upload_not_found", "another order");
  ProtocolSite::check(final_of(a, {manifest}), "404 upload_not_found", "a part of it");
}

}  // namespace
}  // namespace hansom::test
