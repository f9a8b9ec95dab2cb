// The IETF's resumable uploads as they run: interim answers, interruptions, completion.
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

class IetfFlow : public testing::Test {
 protected:
  [[nodiscard]] std::string all() const { return site_.slice(0, site_.bytes().size()); }
  [[nodiscard]] std::string rest() const { return site_.slice(40, site_.bytes().size()); }
  [[nodiscard]] std::string complete() const {
    return "Upload-Complete=?1 Upload-Offset=" + site_.size() + " Hansom-Receipt";
  }

  ProtocolSite site_;
};

TEST_F(IetfFlow, TheLengthAloneDoesNotComplete) {
  for (const Lines& dialect : {Lines{}, Lines{interop(6)}, Lines{interop(8)}}) {
    const std::string path = site_.prepare("at40");
    const auto with = [&](Lines fields) {
      fields.insert(fields.end(), dialect.begin(), dialect.end());
      return fields;
    };
    ProtocolSite::check(site_.ask({"PATCH", path, with({kContent, at(40), kOpen}), rest()}),
                        "201 Upload-Complete=?0 !Hansom-Receipt Upload-Offset=" + site_.size(),
                        "all, and more to come");
    ProtocolSite::check(site_.ask({"HEAD", path, dialect}),
                        "204 Upload-Complete=?0 Upload-Offset=" + site_.size(), "so says HEAD");
    ProtocolSite::check(
        site_.ask({"PATCH", path, with({kContent, at(site_.bytes().size()), kWhole})}),
        "201 " + complete(), "an empty ?1 completes");
  }
  const std::string path = site_.prepare("at40");
  ProtocolSite::check(site_.ask({"PATCH", path, {kContent, at(40), kOpen}, rest()}), "201", "full");
  ProtocolSite::check(site_.ask({"DELETE", path, {}}), "204", "it can still be given up");
}

TEST_F(IetfFlow, InterimAnswersForThoseWhoSaidTheirVersion) {
  for (const int version : {6, 8}) {
    const Answer answer =
        site_.ask({"POST", "/uploads", {interop(version), kWhole, site_.manifest()}, all()});
    ProtocolSite::check(answer, "201 " + complete(), "whole");
    ASSERT_FALSE(site_.interim.empty());
    ProtocolSite::check(site_.interim[0],
                        "104 Upload-Limit Location=" + answer.fields.at("location") +
                            " Upload-Draft-Interop-Version=" + std::to_string(version),
                        "announced");
    EXPECT_EQ(answer.fields.at("upload-draft-interop-version"), std::to_string(version));
  }
  for (const std::string& said : {std::string("X-No: 1"), interop(7), interop(4)}) {
    const Answer answer = site_.ask({"POST", "/uploads", {said, kWhole, site_.manifest()}, all()});
    ProtocolSite::check(answer, "201 !Upload-Draft-Interop-Version", said);
    EXPECT_TRUE(site_.interim.empty()) << said;
  }
  // Refused before an upload exists: nothing is announced.
  ProtocolSite::check(site_.ask({"POST", "/uploads", {interop(8), kWhole}, all()}),
                      "422 manifest_missing", "refused");
  EXPECT_TRUE(site_.interim.empty());
}

TEST_F(IetfFlow, ContinueIsStillOwed) {
  const auto client = site_.connect();
  const Ask ask{
      "POST", "/uploads", {interop(8), kWhole, site_.manifest(), "Expect: 100-continue"}, all()};
  const std::string text = ProtocolSite::request(ask);
  ASSERT_TRUE(client->send(text.substr(0, text.size() - all().size())));
  EXPECT_EQ(client->receive_answer()->status, 104U);
  EXPECT_EQ(client->receive_answer()->status, 100U);
  ASSERT_TRUE(client->send(all()));
  EXPECT_EQ(client->receive_answer()->status, 201U);
}

TEST_F(IetfFlow, ALongBodyIsToldHowFarItIs) {
  Bytes noise(40ULL << 20);
  site_.site.random->fill(noise);
  const MadeClip clip = site_.site.make_clip(noise);
  const std::string body = to_text(clip.sealed);
  const Answer answer =
      site_.ask({"POST", "/uploads", {interop(8), kWhole, "Clip-Manifest: " + clip.jws}, body});
  EXPECT_EQ(answer.status, 201U) << answer.body;
  ASSERT_GE(site_.interim.size(), 2U);
  EXPECT_EQ(site_.interim[1].fields.count("location"), 0U);
  const auto told = std::stoull(site_.interim[1].fields.at("upload-offset"));
  EXPECT_GT(told, 0U);
  EXPECT_LT(told, body.size());
}

TEST_F(IetfFlow, ABrokenUploadGoesOnWhereItStopped) {
  const auto client = site_.connect();
  const Ask ask{"POST", "/uploads", {interop(8), kWhole, site_.manifest()}, all()};
  const std::string text = ProtocolSite::request(ask);
  ASSERT_TRUE(client->send(text.substr(0, text.size() - all().size() + 40)));
  const auto announced = client->receive_answer();
  ASSERT_EQ(announced->status, 104U);
  const std::string path = announced->fields.at("location");
  client->reset();
  Answer head;
  while (head.fields["upload-offset"] != "40") head = site_.ask({"HEAD", path, {interop(8)}});
  ProtocolSite::check(site_.ask({"PATCH", path, {interop(8), kContent, at(40), kWhole}, rest()}),
                      "201 " + complete(), "resumed");
}

TEST_F(IetfFlow, HeadEndsTheOlderRequest) {
  const std::string path = site_.prepare("at40");
  const auto older = site_.connect();
  const Ask ask{"PATCH", path, {kContent, at(40), kWhole}, rest()};
  const std::string text = ProtocolSite::request(ask);
  ASSERT_TRUE(older->send(text.substr(0, text.size() - rest().size() + 10)));
  const auto received = [this] { return site_.site.api->counters().bytes_received; };
  while (received() < 50) std::this_thread::yield();
  ProtocolSite::check(site_.ask({"HEAD", path, {}}), "204 Upload-Offset=50", "HEAD");
  const auto end = older->receive_all();
  EXPECT_TRUE(!end || end->empty()) << "no answer to the older";
  ProtocolSite::check(
      site_.ask({"PATCH", path, {kContent, at(50), kWhole}, site_.slice(50, site_.bytes().size())}),
      "201 " + complete(), "goes on there");
}

TEST_F(IetfFlow, ADialectIsOfARequestNotOfAnUpload) {
  const std::string path = site_.prepare("at40");  // by tus
  ProtocolSite::check(site_.ask({"PATCH", path, {kContent, at(40), kOpen}, site_.slice(40, 50)}),
                      "201 Upload-Offset=50", "IETF");
  ProtocolSite::check(
      site_.ask({"PATCH",
                 path,
                 {"Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream", at(50)},
                 site_.slice(50, site_.bytes().size())}),
      "204 Hansom-Receipt", "tus");
  ProtocolSite::check(site_.ask({"HEAD", path, {}}), "204 " + complete(), "IETF");
}

TEST_F(IetfFlow, AClipThatIsRefusedWasComplete) {
  std::string damaged = all();
  damaged[100] = static_cast<char>(damaged[100] ^ 1);
  ProtocolSite::check(site_.ask({"POST", "/uploads", {kWhole, site_.manifest()}, damaged}),
                      "400 digest_mismatch Upload-Complete=?1", "another digest");
  const MadeClip open = site_.site.claim(Bytes(500, 'x'));
  ProtocolSite::check(
      site_.ask({"POST", "/uploads", {kWhole, "Clip-Manifest: " + open.jws}, to_text(open.sealed)}),
      "422 not_sealed Upload-Complete=?1", "not sealed");
}

}  // namespace
}  // namespace hansom::test
