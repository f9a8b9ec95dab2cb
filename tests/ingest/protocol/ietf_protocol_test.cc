// The IETF's resumable uploads line by line, as tables of request and answer against the units'
// listener: interop 6 and 8, and the form without a version.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tests/ingest/protocol/protocol_site.h"

namespace hansom::test {
namespace {

const std::string kContent = "Content-Type: application/partial-upload";
const std::string kOpen = "Upload-Complete: ?0";
const std::string kWhole = "Upload-Complete: ?1";

std::string at(std::size_t offset) {
  return "Upload-Offset: " + std::to_string(offset);
}
std::string interop(int version) {
  return "Upload-Draft-Interop-Version: " + std::to_string(version);
}

class IetfProtocol : public testing::Test {
 protected:
  [[nodiscard]] std::string all() const { return site_.slice(0, site_.bytes().size()); }
  [[nodiscard]] std::string rest() const { return site_.slice(40, site_.bytes().size()); }
  [[nodiscard]] std::string complete() const {
    return "Upload-Complete=?1 Upload-Offset=" + site_.size() + " Hansom-Receipt";
  }

  ProtocolSite site_;
};

TEST_F(IetfProtocol, Creation) {
  const std::string manifest = site_.manifest();
  const std::vector<Row> rows = {
      {"?0 without content",
       "all",
       "POST",
       {kOpen, manifest},
       "",
       "201 Location Upload-Complete=?0 Upload-Offset=0 Upload-Limit"},
      {"?0 with content",
       "all",
       "POST",
       {kOpen, manifest},
       site_.slice(0, 40),
       "201 Location Upload-Complete=?0 Upload-Offset=40 Upload-Limit"},
      {"?1 with all", "all", "POST", {kWhole, manifest}, all(), "201 Location " + complete()},
      {"by PUT", "all", "PUT", {kWhole, manifest}, all(), "201 Location " + complete()},
      {"by PATCH", "all", "PATCH", {kOpen, manifest}, "", "201 Location"},
      {"?0 with all is not complete",
       "all",
       "POST",
       {kOpen, manifest},
       all(),
       "201 Upload-Complete=?0 Upload-Offset=" + site_.size() + " !Hansom-Receipt"},
      {"any media type",
       "all",
       "POST",
       {kOpen, manifest, "Content-Type: video/mp4"},
       site_.slice(0, 40),
       "201 Upload-Offset=40"},
      {"?1 is a length: not the manifest's",
       "all",
       "POST",
       {kWhole, manifest},
       "x",
       "422 manifest_length_mismatch"},
      {"a length",
       "all",
       "POST",
       {kOpen, manifest, "Upload-Length: " + site_.size()},
       "",
       "201 Upload-Complete=?0"},
      {"not the manifest's length",
       "all",
       "POST",
       {kOpen, manifest, "Upload-Length: 1"},
       "",
       "422 manifest_length_mismatch"},
      {"two lengths that differ",
       "all",
       "POST",
       {kWhole, manifest, "Upload-Length: 1"},
       all(),
       "400 inconsistent_length"},
      {"a length that is none", "all", "POST", {kOpen, manifest, "Upload-Length: one"}, "", "201"},
      {"completeness that is none",
       "all",
       "POST",
       {"Upload-Complete: 1", manifest},
       "",
       "400 bad_upload_field"},
      {"too large",
       "all",
       "POST",
       {kOpen, manifest, "Upload-Length: 999999999999999"},
       "",
       "413 upload_too_large Upload-Limit=max-size=67108864"},
      {"no manifest", "all", "POST", {kOpen}, "", "422 manifest_missing"},
  };
  site_.run(rows, {});
  site_.run(rows, {interop(8)});
  site_.run(rows, {interop(6)});
  ProtocolSite::check(site_.ask({"POST", "/uploads", {manifest}}), "412 unsupported_tus_version",
                      "neither protocol");
}

TEST_F(IetfProtocol, Head) {
  const std::vector<Row> rows = {
      {"the state",
       "at40",
       "HEAD",
       {},
       "",
       "204 Upload-Offset=40 Upload-Complete=?0 Upload-Length=" + site_.size() +
           " Upload-Limit Cache-Control=no-store"},
      {"a length that was not said",
       "deferred40",
       "HEAD",
       {},
       "",
       "204 Upload-Offset=40 Upload-Complete=?0 !Upload-Length"},
      {"complete", "complete", "HEAD", {}, "", "204 " + complete() + " Repr-Digest"},
      {"unknown", "none", "HEAD", {}, "", "404 !Upload-Offset"},
      {"of another unit", "other", "HEAD", {}, "", "404 !Upload-Offset"},
      {"expired", "expired", "HEAD", {}, "", "410 !Upload-Offset"},
  };
  for (const Lines& dialect : {Lines{}, Lines{interop(6)}, Lines{interop(8)}}) {
    site_.run(rows, dialect);
  }
  const std::vector<Row> with_state = {
      {"offset with HEAD", "at40", "HEAD", {at(40)}, "", "400"},
      {"completeness with HEAD", "at40", "HEAD", {kOpen}, "", "400"},
      {"offset with DELETE", "at40", "DELETE", {at(40)}, "", "400 bad_upload_field", "40"},
      {"completeness with DELETE", "at40", "DELETE", {kWhole}, "", "400 bad_upload_field", "40"},
  };
  site_.run(with_state, {interop(6)});
  site_.run({{"no matter any more", "at40", "HEAD", {at(7), kOpen}, "", "204 Upload-Offset=40"}},
            {interop(8)});
}

TEST_F(IetfProtocol, LimitsInTheWordsOfTheVersion) {
  const std::string path = site_.prepare("fresh");
  const auto limit = [&](const Lines& fields) {
    return site_.ask({"HEAD", path, fields}).fields["upload-limit"];
  };
  const std::string seconds =
      std::to_string(std::chrono::seconds(site_.site.config.upload_expiry).count());
  EXPECT_EQ(limit({}), "max-size=67108864, max-age=" + seconds);
  EXPECT_EQ(limit({interop(8)}), "max-size=67108864, max-age=" + seconds);
  EXPECT_EQ(limit({interop(6)}), "max-size=67108864, expires=" + seconds);
}

TEST_F(IetfProtocol, Append) {
  const std::string size = site_.size();
  const std::string mismatch = "409 offset_mismatch Upload-Offset=40 Upload-Complete=?0";
  const std::vector<Row> rows = {
      {"?0",
       "at40",
       "PATCH",
       {kContent, at(40), kOpen},
       site_.slice(40, 50),
       "201 Upload-Offset=50 Upload-Complete=?0 Upload-Limit",
       "50"},
      {"?1", "at40", "PATCH", {kContent, at(40), kWhole}, rest(), "201 " + complete()},
      {"empty ?0",
       "at40",
       "PATCH",
       {kContent, at(40), kOpen},
       "",
       "201 Upload-Offset=40 Upload-Complete=?0",
       "40"},
      {"another offset", "at40", "PATCH", {kContent, at(39), kOpen}, "x", mismatch, "40"},
      {"another offset, all the rest",
       "at40",
       "PATCH",
       {kContent, at(0), kWhole},
       all(),
       mismatch,
       "40"},
      {"no media type", "at40", "PATCH", {at(40), kOpen}, "x", "415 unsupported_media_type", "40"},
      {"tus's media type",
       "at40",
       "PATCH",
       {"Content-Type: application/offset+octet-stream", at(40), kOpen},
       "x",
       "415 unsupported_media_type",
       "40"},
      {"no offset", "at40", "PATCH", {kContent, kOpen}, "x", "400 bad_upload_field", "40"},
      {"no completeness", "at40", "PATCH", {kContent, at(40)}, "x", "400 bad_upload_field", "40"},
      {"offset twice",
       "at40",
       "PATCH",
       {kContent, at(40), at(40), kOpen},
       "x",
       "400 bad_upload_field",
       "40"},
      {"offset 2^63",
       "at40",
       "PATCH",
       {kContent, "Upload-Offset: 9223372036854775808", kOpen},
       "x",
       "400 bad_upload_field",
       "40"},
      {"short of the length",
       "at40",
       "PATCH",
       {kContent, at(40), kWhole},
       "x",
       "400 inconsistent_length",
       "-"},
      {"past the length",
       "at40",
       "PATCH",
       {kContent, at(40), kOpen},
       rest() + "!",
       "400 inconsistent_length",
       "-"},
      {"another length",
       "at40",
       "PATCH",
       {kContent, at(40), kOpen, "Upload-Length: 50"},
       site_.slice(40, 50),
       "400 inconsistent_length",
       "-"},
      {"the same length",
       "at40",
       "PATCH",
       {kContent, at(40), kOpen, "Upload-Length: " + size},
       site_.slice(40, 50),
       "201 Upload-Offset=50",
       "50"},
      {"unknown", "none", "PATCH", {kContent, at(0), kOpen}, "x", "404 upload_not_found"},
      {"of another unit", "other", "PATCH", {kContent, at(0), kOpen}, "x", "404 upload_not_found"},
      {"expired", "expired", "PATCH", {kContent, at(40), kWhole}, rest(), "410 upload_expired"},
      {"complete: the final request again",
       "complete",
       "PATCH",
       {kContent, at(40), kWhole},
       rest(),
       "201 " + complete()},
      {"complete: the empty final request again",
       "complete",
       "PATCH",
       {kContent, at(site_.bytes().size()), kWhole},
       "",
       "201 " + complete()},
      {"complete: more",
       "complete",
       "PATCH",
       {kContent, at(site_.bytes().size()), kOpen},
       "x",
       "400 inconsistent_length Upload-Complete=?1"},
      {"complete: nothing",
       "complete",
       "PATCH",
       {kContent, at(40), kOpen},
       "",
       "400 append_to_complete Upload-Complete=?1"},
      {"put together", "final", "PATCH", {kContent, at(0), kWhole}, all(), "403 upload_is_final"},
      {"a part that is full",
       "partial-full",
       "PATCH",
       {kContent, at(40), kOpen},
       "",
       "201 Upload-Offset=40",
       "40"},
  };
  site_.run(rows, {});
  site_.run(rows, {interop(8)});
  site_.run(rows, {interop(6)});
}

TEST_F(IetfProtocol, ProblemDocuments) {
  const auto document = [this](const std::string& state, std::size_t offset,
                               const std::string& complete_field, const std::string& body) {
    const Answer answer =
        site_.ask({"PATCH", site_.prepare(state), {kContent, at(offset), complete_field}, body});
    EXPECT_EQ(answer.fields.at("content-type"), "application/problem+json");
    return boost::json::parse(answer.body).as_object();
  };
  const std::string types = "https://iana.org/assignments/http-problem-types#";
  auto told = document("at40", 39, kOpen, "x");
  EXPECT_EQ(told.at("type").as_string(), types + "mismatching-upload-offset");
  EXPECT_EQ(told.at("expected-offset").to_number<int>(), 40);
  EXPECT_EQ(told.at("provided-offset").to_number<int>(), 39);
  EXPECT_EQ(told.at("status").to_number<int>(), 409);
  told = document("at40", 40, kWhole, "x");
  EXPECT_EQ(told.at("type").as_string(), types + "inconsistent-upload-length");
  told = document("complete", 40, kOpen, "");
  EXPECT_EQ(told.at("type").as_string(), types + "completed-upload");
}

// An offset that HEAD has told is the one the next append may have: the older request is over.
TEST_F(IetfProtocol, Cancellation) {
  const std::vector<Row> rows = {
      {"unfinished", "at40", "DELETE", {}, "", "204", "-"},
      {"complete", "complete", "DELETE", {}, "", "403 upload_completed"},
      {"expired", "expired", "DELETE", {}, "", "410 upload_expired"},
      {"unknown", "none", "DELETE", {}, "", "404 upload_not_found"},
      {"of another unit", "other", "DELETE", {}, "", "404 upload_not_found"},
  };
  for (const Lines& dialect : {Lines{}, Lines{interop(6)}, Lines{interop(8)}}) {
    site_.run(rows, dialect);
  }
}

TEST_F(IetfProtocol, OptionsTellOfBothProtocols) {
  const Answer answer = site_.ask({"OPTIONS", "/uploads", {interop(8)}});
  ProtocolSite::check(answer,
                      "204 Upload-Limit=max-size=67108864 Upload-Draft-Interop-Version=8 "
                      "Tus-Version=1.0.0",
                      "OPTIONS");
  EXPECT_EQ(answer.fields.at("accept-patch"),
            "application/partial-upload, application/offset+octet-stream");
}

// One resource: begun in one dialect, gone on with in the other.
// What became of an upload whose bytes were all in is told as such.
}  // namespace
}  // namespace hansom::test
