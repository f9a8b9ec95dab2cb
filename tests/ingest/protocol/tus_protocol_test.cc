// tus 1.0.0 line by line, as tables of request and answer against the units' listener.
#include <gtest/gtest.h>

#include "tests/ingest/protocol/protocol_site.h"

namespace hansom::test {
namespace {

const std::string kTus = "Tus-Resumable: 1.0.0";
const std::string kContent = "Content-Type: application/offset+octet-stream";

std::string at(std::size_t offset) {
  return "Upload-Offset: " + std::to_string(offset);
}

class TusProtocol : public testing::Test {
 protected:
  [[nodiscard]] std::string all() const { return site_.slice(0, site_.bytes().size()); }
  [[nodiscard]] std::string rest() const { return site_.slice(40, site_.bytes().size()); }
  [[nodiscard]] std::string length() const { return "Upload-Length: " + site_.size(); }
  std::string patch(const std::string& path, std::size_t from, const std::string& body) {
    return std::to_string(site_.ask({"PATCH", path, {kTus, kContent, at(from)}, body}).status);
  }

  ProtocolSite site_;
};

TEST_F(TusProtocol, TheVersionIsOnEveryRequest) {
  const std::vector<Row> rows = {
      {"OPTIONS needs none", "all", "OPTIONS", {}, "", "204 Tus-Version=1.0.0"},
      {"missing", "all", "POST", {length()}, "", "412 unsupported_tus_version Tus-Version=1.0.0"},
      {"another",
       "all",
       "POST",
       {"Tus-Resumable: 0.2.2", length()},
       "",
       "412 unsupported_tus_version Tus-Version=1.0.0"},
      {"twice", "at40", "HEAD", {kTus, kTus}, "", "400", "40"},
      {"missing with PATCH: nothing is done",
       "at40",
       "PATCH",
       {kContent, at(40)},
       rest(),
       "412 unsupported_tus_version Tus-Version=1.0.0",
       "40"},
      {"another with DELETE: nothing is done",
       "at40",
       "DELETE",
       {"Tus-Resumable: 2"},
       "",
       "412 unsupported_tus_version",
       "40"},
      {"another with HEAD", "at40", "HEAD", {"Tus-Resumable: 2"}, "", "412 Tus-Version=1.0.0"},
  };
  site_.run(rows, {});
}

TEST_F(TusProtocol, OptionsTellWhatIsSpoken) {
  const Answer answer = site_.ask({"OPTIONS", "/uploads", {}});
  EXPECT_EQ(answer.fields.at("tus-extension"),
            "creation,creation-with-upload,creation-defer-length,expiration,checksum,"
            "checksum-trailer,concatenation,termination");
  EXPECT_EQ(answer.fields.at("tus-max-size"), std::to_string(site_.site.config.clip_bytes_max));
  EXPECT_EQ(answer.fields.at("tus-checksum-algorithm"), "sha1,sha256");
}

TEST_F(TusProtocol, Head) {
  const std::vector<Row> rows = {
      {"offset always, length, not cached",
       "at40",
       "HEAD",
       {},
       "",
       "200 Upload-Offset=40 Upload-Length=" + site_.size() +
           " Cache-Control=no-store Upload-Expires !Upload-Defer-Length"},
      {"zero is an offset", "fresh", "HEAD", {}, "", "200 Upload-Offset=0"},
      {"a length to come",
       "deferred40",
       "HEAD",
       {},
       "",
       "200 Upload-Offset=40 Upload-Defer-Length=1 !Upload-Length"},
      {"a part says so",
       "partial-full",
       "HEAD",
       {},
       "",
       "200 Upload-Offset=40 Upload-Length=40 Upload-Concat=partial Upload-Expires"},
      {"complete",
       "complete",
       "HEAD",
       {},
       "",
       "200 Upload-Offset=" + site_.size() + " Hansom-Receipt !Upload-Expires"},
      {"unknown: no offset", "none", "HEAD", {}, "", "404 !Upload-Offset"},
      {"of another unit: no offset", "other", "HEAD", {}, "", "404 !Upload-Offset"},
      {"expired: no offset", "expired", "HEAD", {}, "", "410 !Upload-Offset"},
  };
  site_.run(rows, {kTus});
  const std::string path =
      site_.create({length(), site_.manifest(), "Upload-Metadata: name eA==,empty,other "});
  EXPECT_EQ(site_.ask({"HEAD", path, {kTus}}).fields.at("upload-metadata"),
            "name eA==,empty,other");
}

TEST_F(TusProtocol, Patch) {
  const std::string long_by_one = all() + "!";
  const std::vector<Row> rows = {
      {"the next bytes",
       "fresh",
       "PATCH",
       {kContent, at(0)},
       site_.slice(0, 40),
       "204 Upload-Offset=40 Upload-Expires",
       "40"},
      {"the last bytes",
       "at40",
       "PATCH",
       {kContent, at(40)},
       rest(),
       "204 Upload-Offset=" + site_.size() + " Hansom-Receipt"},
      {"zero bytes", "at40", "PATCH", {kContent, at(40)}, "", "204 Upload-Offset=40", "40"},
      {"another offset below",
       "at40",
       "PATCH",
       {kContent, at(39)},
       "x",
       "409 offset_mismatch Upload-Offset=40",
       "40"},
      {"another offset above",
       "at40",
       "PATCH",
       {kContent, at(41)},
       "x",
       "409 offset_mismatch Upload-Offset=40",
       "40"},
      {"past the length",
       "at40",
       "PATCH",
       {kContent, at(40)},
       rest() + "!",
       "413 past_length Upload-Offset=40",
       "40"},
      {"past the length from the start",
       "fresh",
       "PATCH",
       {kContent, at(0)},
       long_by_one,
       "413 past_length Upload-Offset=0",
       "0"},
      {"offset 2^63-1",
       "at40",
       "PATCH",
       {kContent, "Upload-Offset: 9223372036854775807"},
       "x",
       "409 offset_mismatch Upload-Offset=40",
       "40"},
      {"offset 2^63",
       "at40",
       "PATCH",
       {kContent, "Upload-Offset: 9223372036854775808"},
       "x",
       "400 bad_upload_field",
       "40"},
      {"offset below zero",
       "at40",
       "PATCH",
       {kContent, "Upload-Offset: -1"},
       "x",
       "400 bad_upload_field",
       "40"},
      {"no offset", "at40", "PATCH", {kContent}, "x", "400 bad_upload_field", "40"},
      {"two offsets",
       "at40",
       "PATCH",
       {kContent, at(40), at(40)},
       "x",
       "400 bad_upload_field",
       "40"},
      {"no media type", "at40", "PATCH", {at(40)}, "x", "415 unsupported_media_type", "40"},
      {"another media type",
       "at40",
       "PATCH",
       {"Content-Type: application/octet-stream", at(40)},
       "x",
       "415 unsupported_media_type",
       "40"},
      {"two media types",
       "at40",
       "PATCH",
       {kContent, kContent, at(40)},
       "x",
       "400 bad_upload_field",
       "40"},
      {"unknown", "none", "PATCH", {kContent, at(0)}, "x", "404 upload_not_found"},
      {"of another unit", "other", "PATCH", {kContent, at(0)}, "x", "404 upload_not_found"},
      {"expired", "expired", "PATCH", {kContent, at(40)}, rest(), "410 upload_expired"},
      {"complete: the last request again",
       "complete",
       "PATCH",
       {kContent, at(0)},
       all(),
       "204 Upload-Offset=" + site_.size() + " Hansom-Receipt"},
      {"complete: nothing more",
       "complete",
       "PATCH",
       {kContent, at(site_.bytes().size())},
       "",
       "204 Upload-Offset=" + site_.size() + " Hansom-Receipt"},
      {"complete: something else",
       "complete",
       "PATCH",
       {kContent, at(0)},
       "x",
       "409 offset_mismatch Upload-Offset=" + site_.size()},
      {"put together: nothing, ever",
       "final",
       "PATCH",
       {kContent, at(0)},
       all(),
       "403 upload_is_final"},
      {"put together: not even nothing",
       "final",
       "PATCH",
       {kContent, at(site_.bytes().size())},
       "",
       "403 upload_is_final"},
      {"complete: beyond",
       "complete",
       "PATCH",
       {kContent, at(site_.bytes().size())},
       "x",
       "413 past_length Upload-Offset=" + site_.size()},
  };
  site_.run(rows, {kTus});
}

TEST_F(TusProtocol, ChunkedBodies) {
  const std::string path = site_.prepare("fresh");
  const auto chunked = [&](std::size_t from, const std::string& body) {
    return site_.ask({"PATCH", path, {kTus, kContent, at(from)}, body, true});
  };
  ProtocolSite::check(chunked(0, site_.slice(0, 40)), "204 Upload-Offset=40", "some");
  ProtocolSite::check(chunked(40, ""), "204 Upload-Offset=40", "none");
  // Nobody could know beforehand: what fits stays, and is the whole clip.
  ProtocolSite::check(chunked(40, rest() + "!"), "413 past_length !Upload-Offset", "too many");
  ProtocolSite::check(site_.ask({"HEAD", path, {kTus}}),
                      "200 Upload-Offset=" + site_.size() + " Hansom-Receipt", "then");
}

TEST_F(TusProtocol, Termination) {
  const std::vector<Row> rows = {
      {"unfinished", "at40", "DELETE", {}, "", "204", "-"},
      {"not begun", "fresh", "DELETE", {}, "", "204", "-"},
      {"a part, and a full one", "partial-full", "DELETE", {}, "", "204", "-"},
      {"complete", "complete", "DELETE", {}, "", "403 upload_completed"},
      {"put together", "final", "DELETE", {}, "", "403 upload_completed"},
      {"expired", "expired", "DELETE", {}, "", "410 upload_expired"},
      {"unknown", "none", "DELETE", {}, "", "404 upload_not_found"},
      {"of another unit", "other", "DELETE", {}, "", "404 upload_not_found"},
  };
  site_.run(rows, {kTus});
}

TEST_F(TusProtocol, TheMethodMayBeOverridden) {
  const std::vector<Row> rows = {
      {"PATCH in a POST",
       "at40",
       "POST",
       {"X-HTTP-Method-Override: PATCH", kContent, at(40)},
       "",
       "204 Upload-Offset=40"},
      {"DELETE in a POST", "at40", "POST", {"X-HTTP-Method-Override: DELETE"}, "", "204", "-"},
      {"DELETE in a POST, of another unit",
       "other",
       "POST",
       {"X-HTTP-Method-Override: DELETE"},
       "",
       "404 upload_not_found"},
      {"the effective method counts",
       "complete",
       "POST",
       {"X-HTTP-Method-Override: DELETE"},
       "",
       "403 upload_completed"},
      {"none of ours",
       "at40",
       "POST",
       {"X-HTTP-Method-Override: TRACE"},
       "",
       "405 method_not_allowed",
       "40"},
  };
  site_.run(rows, {kTus});
}

TEST_F(TusProtocol, TwoRequestsAtOnce) {
  const std::string path = site_.prepare("at40");
  // The older has sent half of what it promised, and waits.
  const auto older = site_.connect();
  const Ask half{"PATCH", path, {kTus, kContent, at(40)}, rest()};
  const std::string text = ProtocolSite::request(half);
  ASSERT_TRUE(older->send(text.substr(0, text.size() - rest().size() + 10)));
  const auto received = [this] { return site_.site.api->counters().bytes_received; };
  while (received() < 50) std::this_thread::yield();
  // A reader does not wait for it, and does not disturb it.
  EXPECT_EQ(site_.offset(path), "40");
  // A newer one ends it, and goes on where it stopped.
  ProtocolSite::check(
      site_.ask({"PATCH", path, {kTus, kContent, at(50)}, site_.slice(50, site_.bytes().size())}),
      "204 Hansom-Receipt", "the newer");
  const auto end = older->receive_all();
  EXPECT_TRUE(!end || end->empty()) << "the older has no answer";
}

}  // namespace
}  // namespace hansom::test
