// tus 1.0.0 as tables: a request and the state of the upload, and what comes of them.
#include "proto/upload/tus.h"

#include <gtest/gtest.h>

#include <sstream>

namespace hansom::upload {
namespace {

using State = Facts::State;
constexpr Limits kLimits{1000};
const Tus kTus;
const std::string kReceipt = "/uploads/u/receipt";

FieldList with_version(FieldList fields) {
  fields.insert(fields.begin(), {"Tus-Resumable", "1.0.0"});
  return fields;
}

// One line: status or token, and the fields in order.
std::string text(const Reply& reply) {
  std::ostringstream out;
  if (reply.error) {
    out << reply.error->token;
  } else {
    out << reply.status;
  }
  for (const auto& [name, value] : reply.fields) out << " " << name << "=" << value;
  return out.str();
}

std::string text(const Refusal& refusal) {
  return text(kTus.refused(refusal, kLimits));
}

std::string text(const Append& append) {
  return "append at " + std::to_string(append.offset) + " up to " +
         std::to_string(append.bytes_max) +
         (append.new_length ? ", length " + std::to_string(*append.new_length) : "");
}

Facts open_at(std::uint64_t offset) {
  Facts facts;
  facts.offset = offset;
  facts.length = 100;
  facts.bytes_max = kLimits.upload_bytes_max;
  facts.closed = offset == 100;
  return facts;
}
Facts deferred_at(std::uint64_t offset) {
  Facts facts = open_at(offset);
  facts.length = std::nullopt;
  facts.closed = false;
  return facts;
}
Facts promised_at(std::uint64_t offset) {
  Facts facts = deferred_at(offset);
  facts.promised_length = 100;
  return facts;
}
Facts final_one() {
  Facts facts = open_at(100);
  facts.concat = Concat::kFinal;
  return facts;
}
Facts complete() {
  Facts facts = open_at(100);
  facts.state = State::kComplete;
  facts.receipt = kReceipt;
  return facts;
}
Facts expired() {
  Facts facts = open_at(40);
  facts.state = State::kExpired;
  return facts;
}

// What a PATCH leads to.
std::string patch(const FieldList& fields, std::optional<std::uint64_t> content_length,
                  const Facts& facts, bool has_body = true) {
  const RequestHead head{"PATCH", fields, has_body, content_length};
  const auto request = kTus.read_append(head);
  if (!request) return text(Refusal{request.error()});
  const auto decision = decide_append(*request, facts);
  if (std::holds_alternative<Repeated>(decision)) return text(kTus.appended(facts));
  if (const auto* refusal = std::get_if<Refusal>(&decision)) return text(*refusal);
  return text(std::get<Append>(decision));
}

FieldList patch_fields(const std::string& offset) {
  return with_version(
      {{"Content-Type", "application/offset+octet-stream"}, {"Upload-Offset", offset}});
}

TEST(TusPatch, AgainstTheStateOfTheUpload) {
  struct Row {
    const char* offset;
    std::optional<std::uint64_t> content_length;
    Facts facts;
    std::string outcome;
  };
  const std::string repeated = "204 Upload-Offset=100 Hansom-Receipt=" + kReceipt;
  const std::vector<Row> rows = {
      {"0", 100, open_at(0), "append at 0 up to 100"},
      {"0", 10, open_at(0), "append at 0 up to 100"},
      {"40", 60, open_at(40), "append at 40 up to 60"},
      {"40", 0, open_at(40), "append at 40 up to 60"},
      {"40", std::nullopt, open_at(40), "append at 40 up to 60"},
      {"40", 61, open_at(40), "past_length Upload-Offset=40"},
      {"0", 101, open_at(0), "past_length Upload-Offset=0"},
      {"39", 10, open_at(40), "offset_mismatch Upload-Offset=40"},
      {"41", 10, open_at(40), "offset_mismatch Upload-Offset=40"},
      {"9223372036854775807", 1, open_at(40), "offset_mismatch Upload-Offset=40"},
      // All bytes are in and nothing was answered yet: finish, and never tell the full offset.
      {"100", 0, open_at(100), "append at 100 up to 0"},
      {"40", 60, open_at(100), "append at 100 up to 0"},
      {"40", 59, open_at(100), "offset_mismatch"},
      {"40", std::nullopt, open_at(100), "offset_mismatch"},
      {"100", 1, open_at(100), "past_length"},
      // Complete: the request that completed it again, whichever it was.
      {"0", 100, complete(), repeated},
      {"40", 60, complete(), repeated},
      {"100", 0, complete(), repeated},
      {"100", std::nullopt, complete(), repeated},
      {"40", 59, complete(), "offset_mismatch Upload-Offset=100"},
      {"40", 61, complete(), "offset_mismatch Upload-Offset=100"},
      {"100", 1, complete(), "past_length Upload-Offset=100"},
      {"101", 0, complete(), "offset_mismatch Upload-Offset=100"},
      {"40", 60, expired(), "upload_expired"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(patch(patch_fields(row.offset), row.content_length, row.facts), row.outcome)
        << "Upload-Offset " << row.offset << ", upload at " << row.facts.offset;
  }
}

TEST(TusPatch, WithoutABodyAppendsNothing) {
  EXPECT_EQ(patch(patch_fields("100"), std::nullopt, complete(), false),
            "204 Upload-Offset=100 Hansom-Receipt=" + kReceipt);
  EXPECT_EQ(patch(patch_fields("7"), std::nullopt, open_at(40), false),
            "offset_mismatch Upload-Offset=40");
}

TEST(TusPatch, WrongInItself) {
  struct Row {
    FieldList fields;
    std::string outcome;
  };
  const std::string type = "application/offset+octet-stream";
  const std::vector<Row> rows = {
      {{{"Content-Type", type}, {"Upload-Offset", "0"}},
       "unsupported_tus_version Tus-Version=1.0.0"},
      {{{"Tus-Resumable", "0.2.2"}, {"Content-Type", type}, {"Upload-Offset", "0"}},
       "unsupported_tus_version Tus-Version=1.0.0"},
      {{{"Tus-Resumable", "1.0.0"},
        {"tus-resumable", "1.0.0"},
        {"Content-Type", type},
        {"Upload-Offset", "0"}},
       "bad_upload_field"},
      {with_version({{"Upload-Offset", "0"}}), "unsupported_media_type"},
      {with_version({{"Content-Type", "text/plain"}, {"Upload-Offset", "0"}}),
       "unsupported_media_type"},
      {with_version({{"Content-Type", type + "; charset=utf-8"}, {"Upload-Offset", "0"}}),
       "unsupported_media_type"},
      {with_version({{"Content-Type", type}}), "bad_upload_field"},
      {with_version({{"Content-Type", type}, {"Upload-Offset", "0"}, {"UPLOAD-OFFSET", "0"}}),
       "bad_upload_field"},
  };
  for (const Row& row : rows) EXPECT_EQ(patch(row.fields, 10, open_at(0)), row.outcome);
  for (const char* offset :
       {"", "-1", "+1", " 1", "1 ", "0x10", "1.0", "01", "1,2", "9223372036854775808",
        "18446744073709551616", "99999999999999999999999"}) {
    EXPECT_EQ(patch(patch_fields(offset), 10, open_at(0)), "bad_upload_field") << offset;
  }
}

std::string post(const FieldList& fields, std::optional<std::uint64_t> content_length,
                 bool has_body) {
  const RequestHead head{"POST", fields, has_body, content_length};
  const auto request = kTus.read_create(head);
  if (!request) return text(Refusal{request.error()});
  if (const auto refusal = refuse_create(*request, kLimits)) return text(*refusal);
  std::string outcome =
      "create " + (request->length ? std::to_string(*request->length) : "deferred");
  if (request->concat == Concat::kPartial) outcome += " partial";
  for (const std::string& part : request->parts) outcome += " of " + part;
  if (request->manifest) outcome += " manifest " + *request->manifest;
  for (const Checksum& checksum : request->content)
    outcome += " checksum " + to_hex(checksum.value);
  if (!request->metadata.empty()) outcome += " with " + request->metadata.text();
  if (!request->with_content) return outcome;
  Facts facts;
  facts.length = request->length;
  facts.bytes_max = kLimits.upload_bytes_max;
  const auto first = decide_append(first_append(*request, content_length), facts);
  if (const auto* refusal = std::get_if<Refusal>(&first)) return text(*refusal);
  return outcome + ", " + text(std::get<Append>(first));
}

TEST(TusPost, Table) {
  const std::pair<std::string, std::string> content = {"Content-Type",
                                                       "application/offset+octet-stream"};
  struct Row {
    FieldList fields;
    std::optional<std::uint64_t> content_length;
    bool has_body;
    std::string outcome;
  };
  const std::vector<Row> rows = {
      {with_version({{"Upload-Length", "100"}}), std::nullopt, false, "create 100"},
      {with_version({{"Upload-Length", "0"}}), 0, false, "create 0"},
      {with_version({{"Upload-Length", "1000"}, {"Upload-Metadata", "a YQ=="}}), 0, true,
       "create 1000 with a YQ=="},
      {with_version({{"Upload-Length", "1001"}}), 0, false, "upload_too_large"},
      {with_version({{"Upload-Length", "9223372036854775807"}}), 0, false, "upload_too_large"},
      {with_version({{"Upload-Length", "9223372036854775808"}}), 0, false, "bad_upload_field"},
      {with_version({{"Upload-Length", "-5"}}), 0, false, "bad_upload_field"},
      {with_version({}), 0, false, "bad_upload_field"},
      {with_version({{"Upload-Length", "5"}, {"Upload-Length", "5"}}), 0, false,
       "bad_upload_field"},
      {with_version({{"Upload-Defer-Length", "1"}}), 0, false, "create deferred"},
      {with_version({{"Upload-Defer-Length", "0"}}), 0, false, "bad_upload_field"},
      {with_version({{"Upload-Defer-Length", "2"}}), 0, false, "bad_upload_field"},
      {with_version({{"Upload-Length", "5"}, {"Upload-Defer-Length", "1"}}), 0, false,
       "bad_upload_field"},
      {with_version({{"Upload-Length", "5"}, {"Upload-Concat", "partial"}}), 0, false,
       "create 5 partial"},
      {with_version({{"Upload-Defer-Length", "1"}, {"Upload-Concat", "partial"}}), 0, false,
       "create deferred partial"},
      {with_version({{"Upload-Concat", "final;/uploads/a https://host/x/b"}}), 0, false,
       "create deferred of a of b"},
      {with_version({{"Upload-Concat", "final;"}}), 0, false, "bad_upload_field"},
      {with_version({{"Upload-Concat", "final;/uploads/a /uploads/a"}}), 0, false,
       "bad_upload_field"},
      {with_version({{"Upload-Length", "5"}, {"Upload-Concat", "final;/uploads/a"}}), 0, false,
       "bad_upload_field"},
      {with_version({{"Upload-Concat", "final;/uploads/a"}, content}), 5, true, "bad_upload_field"},
      {with_version({{"Upload-Concat", "Partial"}, {"Upload-Length", "5"}}), 0, false,
       "bad_upload_field"},
      {with_version({{"Upload-Length", "5"}, {"Clip-Manifest", "a.b.c"}}), 0, false,
       "create 5 manifest a.b.c"},
      {with_version({{"Upload-Length", "5"}, {"Upload-Metadata", "manifest YS5iLmM="}}), 0, false,
       "create 5 manifest a.b.c with manifest YS5iLmM="},
      {with_version({{"Upload-Length", "5"},
                     {"Clip-Manifest", "a.b.d"},
                     {"Upload-Metadata", "manifest YS5iLmM="}}),
       0, false, "bad_upload_field"},
      {with_version({{"Upload-Length", "5"},
                     {"Upload-Checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="},
                     content}),
       5, true, "create 5 checksum 2aae6c35c94fcfb415dbe95f408b9ce91ee846ed, append at 0 up to 5"},
      {with_version({{"Upload-Length", "5"}, {"Upload-Checksum", "md5 AAAA"}}), 0, false,
       "checksum_algorithm"},
      {with_version({{"Upload-Length", "5"}, {"Upload-Metadata", "a YQ==,a YQ=="}}), 0, false,
       "metadata_invalid"},
      {with_version({{"Upload-Length", "5"}, {"Upload-Metadata", "a"}, {"Upload-Metadata", "b"}}),
       0, false, "bad_upload_field"},
      {with_version({{"Upload-Length", "100"}, content}), 10, true,
       "create 100, append at 0 up to 100"},
      {with_version({{"Upload-Length", "100"}, content}), std::nullopt, true,
       "create 100, append at 0 up to 100"},
      {with_version({{"Upload-Length", "100"}, content}), 101, true, "past_length Upload-Offset=0"},
      {with_version({{"Upload-Length", "100"}, {"Content-Type", "video/mp4"}}), 10, true,
       "unsupported_media_type"},
      {with_version({{"Upload-Length", "100"}}), 10, true, "unsupported_media_type"},
      {{{"Upload-Length", "100"}}, 0, false, "unsupported_tus_version Tus-Version=1.0.0"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(post(row.fields, row.content_length, row.has_body), row.outcome);
  }
}

TEST(TusHead, TellsTheState) {
  Facts facts = open_at(40);
  facts.metadata = "a YQ==";
  facts.expires = from_rfc3339("2026-03-01T10:05:09.123Z").value();
  EXPECT_EQ(text(kTus.described(facts)),
            "200 Upload-Offset=40 Upload-Expires=Sun, 01 Mar 2026 10:05:09 GMT Upload-Length=100 "
            "Upload-Metadata=a YQ== Cache-Control=no-store");
  EXPECT_EQ(text(kTus.described(complete())), "200 Upload-Offset=100 Hansom-Receipt=" + kReceipt +
                                                  " Upload-Length=100 Cache-Control=no-store");
  ASSERT_TRUE(refuse_describe(expired()));
  EXPECT_EQ(text(*refuse_describe(expired())), "upload_expired");
  EXPECT_FALSE(refuse_describe(complete()));
}

TEST(TusDelete, OnlyUnfinishedUploadsGo) {
  EXPECT_TRUE(std::holds_alternative<Terminate>(decide_terminate(open_at(40))));
  EXPECT_EQ(text(std::get<Refusal>(decide_terminate(open_at(100)))), "upload_completed");
  EXPECT_EQ(text(std::get<Refusal>(decide_terminate(complete()))), "upload_completed");
  EXPECT_EQ(text(std::get<Refusal>(decide_terminate(expired()))), "upload_expired");
  EXPECT_EQ(text(kTus.terminated()), "204");
}

TEST(TusPatch, ALengthThatComesLater) {
  const auto with_length = [](const std::string& offset, const std::string& length) {
    FieldList fields = patch_fields(offset);
    fields.emplace_back("Upload-Length", length);
    return fields;
  };
  EXPECT_EQ(patch(patch_fields("0"), 10, deferred_at(0)), "append at 0 up to 1000");
  EXPECT_EQ(patch(patch_fields("0"), 1001, deferred_at(0)), "upload_too_large");
  EXPECT_EQ(patch(with_length("40", "90"), 10, deferred_at(40)),
            "append at 40 up to 50, length 90");
  EXPECT_EQ(patch(with_length("40", "40"), 0, deferred_at(40)), "append at 40 up to 0, length 40");
  EXPECT_EQ(patch(with_length("40", "39"), 0, deferred_at(40)), "inconsistent_length");
  EXPECT_EQ(patch(with_length("40", "1001"), 0, deferred_at(40)), "upload_too_large");
  EXPECT_EQ(patch(with_length("40", "x"), 0, deferred_at(40)), "bad_upload_field");
  // What the manifest says is known, though it has not been said here.
  EXPECT_EQ(patch(patch_fields("40"), 10, promised_at(40)), "append at 40 up to 60");
  EXPECT_EQ(patch(with_length("40", "100"), 60, promised_at(40)),
            "append at 40 up to 60, length 100");
  EXPECT_EQ(patch(with_length("40", "90"), 10, promised_at(40)), "inconsistent_length");
  EXPECT_EQ(patch(patch_fields("40"), 61, promised_at(40)), "past_length Upload-Offset=40");
  EXPECT_EQ(patch(patch_fields("100"), 0, promised_at(100)), "append at 100 up to 0")
      << "full, but the length has still to be said";
  // Said before: the same again is nothing new, another is refused, and the upload stays.
  EXPECT_EQ(patch(with_length("40", "100"), 10, open_at(40)), "append at 40 up to 60");
  EXPECT_EQ(patch(with_length("40", "99"), 10, open_at(40)), "inconsistent_length");
  const auto decision =
      decide_append({40, 10, Ending::kAtLength, 99, {}, false, {}, {}}, open_at(40));
  EXPECT_FALSE(std::get<Refusal>(decision).ends_upload);
}

TEST(TusPatch, NothingGoesToAFinalUpload) {
  EXPECT_EQ(patch(patch_fields("100"), 0, final_one()), "upload_is_final");
  EXPECT_EQ(patch(patch_fields("0"), 100, final_one()), "upload_is_final");
}

TEST(TusEnd, TheLengthCompletesOnceItIsSaid) {
  EXPECT_TRUE(decide_end(Ending::kAtLength, open_at(100)).value());
  EXPECT_FALSE(decide_end(Ending::kAtLength, open_at(40)).value());
  EXPECT_FALSE(decide_end(Ending::kAtLength, promised_at(100)).value());
}

TEST(TusHead, OfWhatIsDeferredOrConcatenated) {
  EXPECT_EQ(text(kTus.described(promised_at(40))),
            "200 Upload-Offset=40 Upload-Defer-Length=1 Cache-Control=no-store");
  Facts partial = open_at(100);
  partial.closed = false;
  partial.concat_text = "partial";
  EXPECT_EQ(text(kTus.described(partial)),
            "200 Upload-Offset=100 Upload-Length=100 Upload-Concat=partial Cache-Control=no-store");
}

TEST(TusChecksum, Fields) {
  const auto read = [](const std::string& value) -> std::string {
    const auto checksum = parse_tus_checksum(value);
    return checksum ? to_hex(checksum->value) : std::string(checksum.error().token);
  };
  EXPECT_EQ(read("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="), "2aae6c35c94fcfb415dbe95f408b9ce91ee846ed");
  EXPECT_EQ(read("sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=").size(), 64U);
  for (const char* value :
       {"", "sha1", "sha1 ", "sha1 !!", "sha1 AAAA",
        "sha1  Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0="}) {
    EXPECT_EQ(read(value), "bad_upload_field") << value;
  }
  for (const char* value : {"md5 AAAA", "SHA1 AAAA", "sha-256 AAAA", "sha512 AAAA", " AAAA"}) {
    EXPECT_EQ(read(value), "checksum_algorithm") << value;
  }
}

TEST(TusAnswers, OfCreation) {
  const CreateRequest plain;
  CreateRequest with_content;
  with_content.with_content = true;
  EXPECT_EQ(text(kTus.created("/uploads/u", open_at(0), plain)), "201 Location=/uploads/u");
  EXPECT_EQ(text(kTus.created("/uploads/u", open_at(0), with_content)),
            "201 Location=/uploads/u Upload-Offset=0");
  EXPECT_EQ(text(kTus.created("/uploads/u", complete(), with_content)),
            "201 Location=/uploads/u Upload-Offset=100 Hansom-Receipt=" + kReceipt);
  EXPECT_FALSE(kTus.announced("/uploads/u", open_at(0)));
  EXPECT_FALSE(kTus.progress(7));
}

TEST(TusOverrun, TellsNoFullOffset) {
  EXPECT_EQ(text(overrun(Ending::kAtLength, open_at(100))), "past_length");
  EXPECT_EQ(text(overrun(Ending::kAtLength, deferred_at(1000))), "upload_too_large");
}

}  // namespace
}  // namespace hansom::upload
