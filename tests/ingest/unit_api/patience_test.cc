// Over real TLS: a slow honest unit finishes, a silent one is dropped and loses nothing, and a
// newer request takes an upload over within a second while readers never wait.
#include <gtest/gtest.h>

#include <thread>

#include "ingest/unit_api.h"
#include "tests/ingest/support/ingest_site.h"
#include "tests/support/running_server.h"
#include "tests/support/tls_client.h"

namespace hansom::ingest {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::TlsClient;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kProgressTimeout{400};

http::ServerOptions impatient_listener(const test::IngestSite& site) {
  http::ServerOptions options = test::units_listener(site);
  options.limits.progress_timeout = kProgressTimeout;
  return options;
}

class Patience : public testing::Test {
 protected:
  std::unique_ptr<TlsClient> connect() {
    test::ClientOptions options;
    options.port = server_.port();
    options.authorities = site_.pki->authority();
    options.identity = site_.unit;
    return TlsClient::connect(options).value();
  }
  static std::string head(const std::string& method, const std::string& path,
                          const std::string& fields = {}) {
    return method + " " + path + " HTTP/1.1\r\nHost: site\r\nTus-Resumable: 1.0.0\r\n" + fields +
           "\r\n";
  }
  static std::string patch(const std::string& path, std::size_t offset, std::size_t bytes) {
    return head("PATCH", path,
                "Content-Type: application/offset+octet-stream\r\nUpload-Offset: " +
                    std::to_string(offset) + "\r\nContent-Length: " + std::to_string(bytes) +
                    "\r\n");
  }
  std::string offset_of(const std::string& path) {
    const auto client = connect();
    EXPECT_TRUE(client->send(head("HEAD", path)));
    Answer answer = client->receive_answer(true).value();
    EXPECT_EQ(answer.status, 200U);
    return answer.fields["upload-offset"];
  }

  test::IngestSite site_;
  test::RunningServer server_{site_.api->routes(), impatient_listener(site_), 2};
  const test::MadeClip clip_ = site_.make_clip(Bytes(4000, 'm'));
  const std::string bytes_ = to_text(clip_.sealed);
  const std::string path_ = site_.create(clip_);
};

TEST_F(Patience, AUnitAtTwoKilobytesASecondFinishes) {
  const auto client = connect();
  const auto begun = Clock::now();
  ASSERT_TRUE(client->send(patch(path_, 0, bytes_.size())));
  constexpr std::size_t kStep = 200;
  for (std::size_t at = 0; at < bytes_.size(); at += kStep) {
    std::this_thread::sleep_for(milliseconds(100));  // sleeps because the unit is that slow
    ASSERT_TRUE(client->send(bytes_.substr(at, kStep)));
  }
  const auto answer = client->receive_answer();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 204U) << answer->body;
  EXPECT_GT(Clock::now() - begun, 4 * kProgressTimeout) << "the deadline moved with progress";
}

TEST_F(Patience, ASilentUnitIsDroppedAndWhatItSentIsKept) {
  const auto client = connect();
  ASSERT_TRUE(client->send(patch(path_, 0, bytes_.size()) + bytes_.substr(0, 1000)));
  const auto begun = Clock::now();
  const auto answer = client->receive_answer();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 408U);
  EXPECT_NE(answer->body.find("body_timeout"), std::string::npos);
  EXPECT_GE(Clock::now() - begun, kProgressTimeout / 2);
  EXPECT_TRUE(client->receive_all()) << "the connection ends in order";
  EXPECT_EQ(offset_of(path_), "1000");
  EXPECT_EQ(site_.api->counters().bytes_saved, 1000U);
  EXPECT_EQ(site_.api->counters().bodies.bodies, 0U) << "its place is free again";
}

TEST_F(Patience, ANewerRequestTakesOverWithinASecondAndReadersNeverWait) {
  const auto older = connect();
  ASSERT_TRUE(older->send(patch(path_, 0, bytes_.size()) + bytes_.substr(0, 1000)));
  while (site_.api->counters().bytes_received < 1000) std::this_thread::yield();
  const auto begun = Clock::now();
  offset_of(path_);  // beside a writer that is stalled
  EXPECT_LT(Clock::now() - begun, kProgressTimeout) << "it did not wait for the writer to end";
  const auto newer = connect();
  const auto asked = Clock::now();
  Answer answer =
      newer->exchange(patch(path_, 1000, bytes_.size() - 1000) + bytes_.substr(1000)).value();
  if (answer.status == 409) {  // the older one had written less when it was stopped
    const std::size_t offset = std::stoul(answer.fields["upload-offset"]);
    answer = connect()
                 ->exchange(patch(path_, offset, bytes_.size() - offset) + bytes_.substr(offset))
                 .value();
  }
  EXPECT_EQ(answer.status, 204U) << answer.body;
  EXPECT_LT(Clock::now() - asked, std::chrono::seconds(1));
  EXPECT_EQ(site_.api->counters().leases_taken_over, 1U);
  const auto rest = older->receive_all();
  EXPECT_TRUE(!rest || rest->find(" 204 ") == std::string::npos) << "the older one is not answered";
}

}  // namespace
}  // namespace hansom::ingest
