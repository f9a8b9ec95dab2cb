// The IETF's resumable uploads as tables: a request and the state of the upload, and what comes of
// them.
#include "proto/upload/ietf.h"

#include <gtest/gtest.h>

#include <sstream>

#include "proto/upload/tus.h"

namespace hansom::upload {
namespace {

using State = Facts::State;
constexpr Limits kLimits{1000};
const Ietf kFinalForm(0);

// One line: status or token, the fields in order, what the problem document says beside ours.
std::string text(const Reply& reply) {
  std::ostringstream out;
  if (reply.error) out << reply.error->token;
  if (reply.error && reply.status != 0) out << " ";
  if (reply.status != 0) out << reply.status;
  for (const auto& [name, value] : reply.fields) out << " " << name << "=" << value;
  if (!reply.problem_type.empty())
    out << " " << reply.problem_type.substr(reply.problem_type.find('#'));
  for (const auto& [name, value] : reply.problem_members) out << " " << name << "=" << value;
  return out.str();
}

std::string text(const Refusal& refusal) {
  return text(kFinalForm.refused(refusal, kLimits)) + (refusal.ends_upload ? ", dead" : "");
}

std::string text(const Append& append) {
  std::string line =
      "append at " + std::to_string(append.offset) + " up to " + std::to_string(append.bytes_max);
  if (append.new_length) line += ", length " + std::to_string(*append.new_length);
  return line;
}

Facts open_at(std::uint64_t offset) {
  Facts facts;
  facts.offset = offset;
  facts.length = 100;
  facts.bytes_max = kLimits.upload_bytes_max;
  return facts;
}
Facts unknown_at(std::uint64_t offset) {
  Facts facts = open_at(offset);
  facts.length = std::nullopt;
  return facts;
}
Facts complete() {
  Facts facts = open_at(100);
  facts.state = State::kComplete;
  return facts;
}

FieldList patch_fields(const std::string& offset, const std::string& complete_field) {
  return {{"Content-Type", "application/partial-upload"},
          {"Upload-Offset", offset},
          {"Upload-Complete", complete_field}};
}

std::string patch(const Ietf& dialect, const FieldList& fields,
                  std::optional<std::uint64_t> content_length, const Facts& facts) {
  const RequestHead head{"PATCH", fields, true, content_length};
  const auto request = dialect.read_append(head);
  if (!request) return text(Refusal{request.error()});
  const auto decision = decide_append(*request, facts);
  if (std::holds_alternative<Repeated>(decision)) return text(dialect.appended(facts));
  if (const auto* refusal = std::get_if<Refusal>(&decision)) return text(*refusal);
  return text(std::get<Append>(decision));
}

TEST(IetfPatch, AgainstTheStateOfTheUpload) {
  struct Row {
    const char* offset;
    const char* complete;
    std::optional<std::uint64_t> content_length;
    Facts facts;
    std::string outcome;
  };
  const std::string again = "201 Upload-Complete=?1 Upload-Offset=100";
  const std::string mismatch =
      "offset_mismatch Upload-Complete=?0 Upload-Offset=40 "
      "#mismatching-upload-offset expected-offset=40 provided-offset=";
  const std::string dead = "inconsistent_length #inconsistent-upload-length, dead";
  const std::string late =
      "inconsistent_length Upload-Complete=?1 Upload-Offset=100 "
      "#inconsistent-upload-length";
  const std::vector<Row> rows = {
      {"0", "?0", 10, open_at(0), "append at 0 up to 100"},
      {"0", "?1", 100, open_at(0), "append at 0 up to 100"},
      {"40", "?1", 60, open_at(40), "append at 40 up to 60"},
      {"40", "?1", std::nullopt, open_at(40), "append at 40 up to 60"},
      {"40", "?0", 0, open_at(40), "append at 40 up to 60"},
      {"39", "?0", 10, open_at(40), mismatch + "39"},
      {"41", "?1", 59, open_at(40), mismatch + "41"},
      {"999999999999999", "?0", 10, open_at(40), mismatch + "999999999999999"},
      // Where the content would end is a length, too.
      {"40", "?1", 59, open_at(40), dead},
      {"40", "?1", 61, open_at(40), dead},
      {"40", "?0", 61, open_at(40), dead},
      {"40", "?1", 0, open_at(40), dead},
      // Full and open: ?0 changes nothing, an empty ?1 completes.
      {"100", "?0", 0, open_at(100), "append at 100 up to 0"},
      {"100", "?1", 0, open_at(100), "append at 100 up to 0"},
      {"40", "?1", 60, open_at(100), "append at 100 up to 0"},
      {"100", "?0", 1, open_at(100), dead},
      // The length is what it turns out to be.
      {"40", "?0", 10, unknown_at(40), "append at 40 up to 960"},
      {"40", "?1", 10, unknown_at(40), "append at 40 up to 10, length 50"},
      {"40", "?1", 0, unknown_at(40), "append at 40 up to 0, length 40"},
      {"40", "?1", std::nullopt, unknown_at(40), "append at 40 up to 960"},
      {"40", "?1", 961, unknown_at(40), "upload_too_large Upload-Limit=max-size=1000"},
      {"40", "?0", 961, unknown_at(40), "upload_too_large Upload-Limit=max-size=1000"},
      // Complete: the final request again, whichever it was; nothing else.
      {"0", "?1", 100, complete(), again},
      {"40", "?1", 60, complete(), again},
      {"100", "?1", 0, complete(), again},
      {"100", "?1", 1, complete(), late},
      {"100", "?0", 1, complete(), late},
      {"40", "?0", 60, complete(), late},
      {"40", "?0", 0, complete(),
       "append_to_complete Upload-Complete=?1 Upload-Offset=100 "
       "#completed-upload"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(
        patch(kFinalForm, patch_fields(row.offset, row.complete), row.content_length, row.facts),
        row.outcome)
        << row.offset << " " << row.complete << ", upload at " << row.facts.offset;
  }
}

TEST(IetfPatch, WrongInItself) {
  struct Row {
    FieldList fields;
    std::string outcome;
  };
  const std::string type = "application/partial-upload";
  const auto with = [&](const char* name, const char* value) {
    FieldList fields = patch_fields("0", "?0");
    std::erase_if(fields, [&](const auto& field) { return field.first == name; });
    if (value != nullptr) fields.emplace_back(name, value);
    return fields;
  };
  const std::vector<Row> rows = {
      {with("Content-Type", nullptr), "unsupported_media_type"},
      {with("Content-Type", "application/offset+octet-stream"), "unsupported_media_type"},
      {with("Upload-Offset", nullptr), "bad_upload_field"},
      {with("Upload-Offset", "-1"), "bad_upload_field"},
      {with("Upload-Offset", "1.0"), "bad_upload_field"},
      {with("Upload-Offset", "\"0\""), "bad_upload_field"},
      {with("Upload-Offset", "1, 1"), "bad_upload_field"},
      {with("Upload-Offset", "1000000000000000"), "bad_upload_field"},  // 16 digits
      {with("Upload-Offset", "9223372036854775808"), "bad_upload_field"},
      {with("Upload-Complete", nullptr), "bad_upload_field"},
      {with("Upload-Complete", "1"), "bad_upload_field"},
      {with("Upload-Complete", "true"), "bad_upload_field"},
      {with("Upload-Complete", "?2"), "bad_upload_field"},
      // Parameters are not ours, and no fault.
      {with("Upload-Complete", "?0;later"), "append at 0 up to 100"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(patch(kFinalForm, row.fields, 10, open_at(0)), row.outcome) << row.outcome;
  }
  FieldList twice = patch_fields("0", "?0");
  twice.emplace_back("upload-offset", "0");
  EXPECT_EQ(patch(kFinalForm, twice, 10, open_at(0)), "bad_upload_field");
  // A length that cannot be read was not said.
  FieldList unreadable = patch_fields("0", "?0");
  unreadable.emplace_back("Upload-Length", "99.5");
  EXPECT_EQ(patch(kFinalForm, unreadable, 10, open_at(0)), "append at 0 up to 100");
  unreadable.back().second = "99";
  EXPECT_EQ(patch(kFinalForm, unreadable, 10, open_at(0)),
            "inconsistent_length #inconsistent-upload-length, dead");
  // The oldest version had no media type yet.
  EXPECT_EQ(patch(Ietf(5), with("Content-Type", nullptr), 10, open_at(0)), "append at 0 up to 100");
}

TEST(IetfEnd, OnlyTheWordCompletes) {
  EXPECT_FALSE(decide_end(Ending::kOpen, open_at(100)).value());
  EXPECT_TRUE(decide_end(Ending::kNow, open_at(100)).value());
  EXPECT_TRUE(decide_end(Ending::kNow, unknown_at(7)).value());
  const auto cut_short = decide_end(Ending::kNow, open_at(99));
  ASSERT_FALSE(cut_short);
  EXPECT_EQ(text(cut_short.error()), "inconsistent_length #inconsistent-upload-length, dead");
  EXPECT_EQ(text(overrun(Ending::kOpen, open_at(100))),
            "inconsistent_length #inconsistent-upload-length, dead");
}

std::string post(const FieldList& fields, std::optional<std::uint64_t> content_length,
                 bool has_body) {
  const RequestHead head{"POST", fields, has_body, content_length};
  const auto request = kFinalForm.read_create(head);
  if (!request) return text(Refusal{request.error()});
  if (const auto refusal = refuse_create(*request, kLimits)) return text(*refusal);
  std::string outcome = request->length ? "create " + std::to_string(*request->length) : "create";
  outcome += request->ending == Ending::kNow ? " whole" : " open";
  if (request->with_content) outcome += " with content";
  if (request->manifest) outcome += " manifest " + *request->manifest;
  if (!request->content.empty()) outcome += " content " + digest_field(request->content);
  if (!request->representation.empty()) outcome += " repr " + digest_field(request->representation);
  return outcome;
}

TEST(IetfPost, Table) {
  const std::string sha256 = "sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:";
  struct Row {
    FieldList fields;
    std::optional<std::uint64_t> content_length;
    bool has_body;
    std::string outcome;
  };
  const std::vector<Row> rows = {
      {{{"Upload-Complete", "?0"}}, std::nullopt, false, "create open"},
      {{{"Upload-Complete", "?0"}, {"Upload-Length", "100"}},
       10,
       true,
       "create 100 open with content"},
      {{{"Upload-Complete", "?1"}}, 10, true, "create 10 whole with content"},
      {{{"Upload-Complete", "?1"}}, std::nullopt, true, "create whole with content"},
      {{{"Upload-Complete", "?1"}}, std::nullopt, false, "create 0 whole"},
      {{{"Upload-Complete", "?1"}, {"Upload-Length", "10"}},
       10,
       true,
       "create 10 whole with content"},
      {{{"Upload-Complete", "?1"}, {"Upload-Length", "11"}},
       10,
       true,
       "inconsistent_length #inconsistent-upload-length"},
      {{{"Upload-Complete", "?1"}}, 1001, true, "upload_too_large Upload-Limit=max-size=1000"},
      {{{"Upload-Complete", "?0"}, {"Upload-Length", "1001"}},
       1,
       true,
       "upload_too_large Upload-Limit=max-size=1000"},
      {{{"Upload-Complete", "yes"}}, 10, true, "bad_upload_field"},
      {{{"Upload-Complete", "?0"}, {"Upload-Length", "x"}}, 1, true, "create open with content"},
      {{{"Upload-Complete", "?0"}, {"Clip-Manifest", "a.b.c"}},
       0,
       false,
       "create open manifest a.b.c"},
      {{{"Upload-Complete", "?0"}, {"Content-Digest", sha256 + ", md5=:AAAA:"}},
       1,
       true,
       "create open with content content " + sha256},
      {{{"Upload-Complete", "?0"}, {"Repr-Digest", sha256}},
       0,
       false,
       "create open repr " + sha256},
      {{{"Upload-Complete", "?0"}, {"Repr-Digest", "sha-256=:AAAA:"}}, 0, false, "create open"},
      {{{"Upload-Complete", "?0"}, {"Repr-Digest", "nonsense=="}}, 0, false, "create open"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(post(row.fields, row.content_length, row.has_body), row.outcome);
  }
}

TEST(IetfAnswers, TellTheStateInTheWordsOfTheVersion) {
  Facts facts = open_at(40);
  facts.lifetime = std::chrono::seconds(3600);
  EXPECT_EQ(text(kFinalForm.described(facts)),
            "204 Upload-Complete=?0 Upload-Offset=40 Upload-Limit=max-size=1000, max-age=3600 "
            "Upload-Length=100 Cache-Control=no-store");
  EXPECT_EQ(text(Ietf(8).described(facts)),
            "204 Upload-Draft-Interop-Version=8 Upload-Complete=?0 Upload-Offset=40 "
            "Upload-Limit=max-size=1000, max-age=3600 Upload-Length=100 Cache-Control=no-store");
  EXPECT_EQ(text(Ietf(6).appended(facts)),
            "201 Upload-Draft-Interop-Version=6 Upload-Complete=?0 Upload-Offset=40 "
            "Upload-Limit=max-size=1000, expires=3600");
  facts.lifetime = std::chrono::seconds(-5);
  EXPECT_EQ(text(kFinalForm.appended(facts)),
            "201 Upload-Complete=?0 Upload-Offset=40 Upload-Limit=max-size=1000, max-age=0");
  facts = complete();
  facts.receipt = "/uploads/u/receipt";
  facts.digests = {{HashAlgorithm::kSha256, Bytes(32, 0)}};
  EXPECT_EQ(text(kFinalForm.created("/uploads/u", facts, {})),
            "201 Location=/uploads/u Upload-Complete=?1 Upload-Offset=100 "
            "Hansom-Receipt=/uploads/u/receipt "
            "Repr-Digest=sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:");
  EXPECT_EQ(text(kFinalForm.terminated()), "204");
}

TEST(IetfInterim, OnlyForThoseWhoSaidTheirVersion) {
  Facts facts = open_at(0);
  facts.lifetime = std::chrono::seconds(60);
  EXPECT_EQ(text(*Ietf(8).announced("/uploads/u", facts)),
            "104 Upload-Draft-Interop-Version=8 Location=/uploads/u "
            "Upload-Limit=max-size=1000, max-age=60");
  EXPECT_EQ(text(*Ietf(6).progress(7)), "104 Upload-Draft-Interop-Version=6 Upload-Offset=7");
  EXPECT_FALSE(kFinalForm.announced("/uploads/u", facts));
  EXPECT_FALSE(kFinalForm.progress(7));
}

TEST(IetfRefusals, HaveTheirStatus) {
  EXPECT_EQ(text(Refusal{{ErrorKind::kRefused, "checksum_mismatch", ""}, 40}),
            "checksum_mismatch 400 Upload-Offset=40");
  Refusal refusal{{ErrorKind::kRefused, "digest_mismatch", ""}};
  refusal.complete = true;
  EXPECT_EQ(text(refusal), "digest_mismatch 400 Upload-Complete=?1");
  refusal.error.token = "not_sealed";
  EXPECT_EQ(text(refusal), "not_sealed Upload-Complete=?1");
}

TEST(IetfPlain, StateHasNoPlaceInOldVersions) {
  const FieldList fields{{"Upload-Offset", "0"}};
  const RequestHead head{"HEAD", fields, false, std::nullopt};
  EXPECT_FALSE(Ietf(6).read_plain(head));
  EXPECT_FALSE(Ietf(5).read_plain(head));
  EXPECT_TRUE(Ietf(8).read_plain(head));
  EXPECT_TRUE(kFinalForm.read_plain(head));
}

TEST(Dialect, IsChosenByWhatTheRequestSays) {
  const auto name = [](const char* method, const FieldList& fields) -> std::string {
    const Dialect& dialect = choose_dialect({method, fields, false, std::nullopt});
    if (dynamic_cast<const Tus*>(&dialect) != nullptr) return "tus";
    const auto interim = dialect.progress(0);
    return interim ? "ietf " + interim->fields.front().second : "ietf";
  };
  EXPECT_EQ(name("POST", {{"Tus-Resumable", "1.0.0"}}), "tus");
  EXPECT_EQ(name("POST", {{"Tus-Resumable", "0.2"}, {"Upload-Complete", "?1"}}), "tus");
  EXPECT_EQ(name("POST", {}), "tus");
  EXPECT_EQ(name("PATCH", {{"Content-Type", "application/offset+octet-stream"}}), "tus");
  EXPECT_EQ(name("POST", {{"Upload-Complete", "nonsense"}}), "ietf");
  EXPECT_EQ(name("PATCH", {{"Content-Type", "Application/Partial-Upload"}}), "ietf");
  EXPECT_EQ(name("HEAD", {}), "ietf");
  EXPECT_EQ(name("DELETE", {}), "ietf");
  EXPECT_EQ(name("HEAD", {{"Upload-Draft-Interop-Version", "5"}}), "ietf 5");
  EXPECT_EQ(name("POST", {{"upload-draft-interop-version", "6"}}), "ietf 6");
  EXPECT_EQ(name("POST", {{"Upload-Draft-Interop-Version", "8"}}), "ietf 8");
  EXPECT_EQ(name("POST", {{"Upload-Draft-Interop-Version", "7"}}), "ietf");
  EXPECT_EQ(name("POST", {{"Upload-Draft-Interop-Version", "0"}}), "ietf");
  EXPECT_EQ(name("POST", {{"Upload-Draft-Interop-Version", "eight"}}), "ietf");
}

TEST(Service, SaysWhatIsSpoken) {
  const std::string both =
      " Tus-Version=1.0.0 Tus-Extension=creation,creation-with-upload,creation-defer-length,"
      "expiration,checksum,checksum-trailer,concatenation,termination Tus-Max-Size=1000 "
      "Tus-Checksum-Algorithm=sha1,sha256 "
      "Accept-Patch=application/partial-upload, application/offset+octet-stream "
      "Upload-Limit=max-size=1000";
  const FieldList none;
  EXPECT_EQ(text(describe_service({"OPTIONS", none, false, std::nullopt}, kLimits)), "204" + both);
  const FieldList eight{{"Upload-Draft-Interop-Version", "8"}};
  EXPECT_EQ(text(describe_service({"OPTIONS", eight, false, std::nullopt}, kLimits)),
            "204 Upload-Draft-Interop-Version=8" + both);
}

TEST(Digests, Fields) {
  const std::string sha256 = "sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:";
  EXPECT_EQ(digest_field(parse_digest_field(sha256)), sha256);
  EXPECT_EQ(parse_digest_field("sha=:AAAA:, " + sha256).size(), 1U);
  EXPECT_TRUE(parse_digest_field("sha-256=\"text\"").empty());
  EXPECT_TRUE(parse_digest_field("sha-256=:AAAA:").empty());
  EXPECT_TRUE(parse_digest_field("sha-512").empty());
  using enum HashAlgorithm;
  EXPECT_EQ(parse_wanted_digests("sha-256=1, sha-512=5"), (std::vector{kSha512, kSha256}));
  EXPECT_EQ(parse_wanted_digests("sha-256=0, sha-512=3, md5=9"), (std::vector{kSha512}));
  EXPECT_TRUE(parse_wanted_digests("sha-256=11, sha-512=?1").empty());
  EXPECT_TRUE(parse_wanted_digests("").empty());
  // FIPS 180-4, "abc".
  const auto of_abc = [](HashAlgorithm algorithm) {
    ContentHash hash(algorithm);
    hash.update(as_bytes("ab"));
    ContentHash other = hash.clone();
    hash.update(as_bytes("x"));
    other.update(as_bytes("c"));
    return to_hex(other.finish().value);
  };
  EXPECT_EQ(of_abc(kSha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(of_abc(kSha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(of_abc(kSha512).substr(0, 32), "ddaf35a193617abacc417349ae204131");
}

}  // namespace
}  // namespace hansom::upload
