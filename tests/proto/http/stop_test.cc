// Ends: a server that stops, exchanges that are superseded, and connections over the limit.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "tests/proto/http/routes.h"

namespace hansom::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Answer;
using test::RunningServer;

constexpr const char* kGetThing = "GET /thing HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr const char* kHalfAPut = "PUT /watch HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf";

class StopTest : public testing::Test {
 protected:
  Site site_;
  Notes notes_;
  Router router_ = test_routes(notes_);
};

TEST_F(StopTest, IdleConnectionsEndAtOnce) {
  RunningServer server(router_, site_.people());
  const auto used = connect(site_.client(server));
  ASSERT_EQ(used->exchange(kGetThing)->status, 200U);
  const auto fresh = connect(site_.client(server));
  server.begin_stop(seconds(60));
  EXPECT_TRUE(server.wait_stopped(seconds(10)));
  EXPECT_EQ(used->receive_some().value_or("lost"), "");
  EXPECT_EQ(server.counters().connections_open, 0U);
  EXPECT_FALSE(test::TlsClient::connect(site_.client(server)).has_value());
}

TEST_F(StopTest, RunningExchangeEndsWithinTheGrace) {
  RunningServer server(router_, site_.people());
  const auto client = connect(site_.client(server));
  ASSERT_TRUE(client->send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_EQ(notes_.wait_for("waiting"), "waiting");
  server.begin_stop(seconds(60));
  EXPECT_FALSE(server.wait_stopped(milliseconds(100)));
  notes_.release();
  const Result<Answer> answer = client->receive_answer();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 204U);
  EXPECT_EQ(answer->fields.at("connection"), "close");
  EXPECT_TRUE(server.wait_stopped(seconds(10)));
}

TEST_F(StopTest, UploadIsForcedWhenTheGraceIsOver) {
  RunningServer server(router_, site_.people());
  const auto client = connect(site_.client(server));
  ASSERT_TRUE(client->send(kHalfAPut));
  ASSERT_EQ(notes_.wait_for("reading"), "reading");
  server.begin_stop(milliseconds(1'500));
  EXPECT_FALSE(server.wait_stopped(milliseconds(50)));
  EXPECT_TRUE(server.wait_stopped(seconds(10)));
  EXPECT_EQ(notes_.wait_for("read ended"), "read ended: draining");
}

TEST_F(StopTest, SecondStopCanShortenTheGrace) {
  RunningServer server(router_, site_.people(), 2);
  const auto client = connect(site_.client(server));
  ASSERT_TRUE(client->send(kHalfAPut));
  ASSERT_EQ(notes_.wait_for("reading"), "reading");
  server.begin_stop(seconds(600));
  server.begin_stop(milliseconds(0));
  EXPECT_TRUE(server.wait_stopped(seconds(10)));
}

TEST_F(StopTest, StopHandleEndsARunningUploadFromAnotherThread) {
  RunningServer server(router_, site_.people());
  const auto client = connect(site_.client(server));
  ASSERT_TRUE(client->send(kHalfAPut));
  ASSERT_EQ(notes_.wait_for("reading"), "reading");
  notes_.stop_exchange();
  EXPECT_EQ(notes_.wait_for("read ended"), "read ended: superseded");
  EXPECT_EQ(client->receive_some().value_or("lost"), "");
}

TEST_F(StopTest, StopHandleOfAnEndedExchangeDoesNothing) {
  RunningServer server(router_, site_.people());
  const auto client = connect(site_.client(server));
  const Result<Answer> answer =
      client->exchange("PUT /watch HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
  ASSERT_EQ(answer->status, 200U);
  // The next answer shows that the exchange has ended: its own answer leaves a moment earlier.
  ASSERT_EQ(client->exchange(kGetThing)->status, 200U);
  notes_.stop_exchange();
  EXPECT_EQ(client->exchange(kGetThing)->body, "a thing");
}

TEST_F(StopTest, StopHandleOutlivesTheServer) {
  std::unique_ptr<test::TlsClient> client;
  {
    RunningServer server(router_, site_.people());
    client = connect(site_.client(server));
    ASSERT_TRUE(client->send(kHalfAPut));
    ASSERT_EQ(notes_.wait_for("reading"), "reading");
  }
  notes_.stop_exchange();
  EXPECT_EQ(notes_.wait_for("read ended"), "read ended: draining");
}

TEST_F(StopTest, ConnectionsOverTheLimitAreToldAndThenClosedUnanswered) {
  ServerOptions options = site_.people();
  options.limits.connections_max = 2;
  RunningServer server(router_, std::move(options));
  const auto first = connect(site_.client(server));
  auto second = connect(site_.client(server));
  {
    std::vector<std::unique_ptr<test::TlsClient>> told;
    told.reserve(16);
    for (int i = 0; i < 16; ++i) told.push_back(connect(site_.client(server)));
    EXPECT_FALSE(test::TlsClient::connect(site_.client(server)).has_value());
    EXPECT_EQ(server.counters().connections_refused, 17U);
    const auto answer = told.front()->exchange(kGetThing);
    EXPECT_EQ(answer->status, 503U);
    EXPECT_NE(answer->body.find("connections_full"), std::string::npos);
    EXPECT_EQ(answer->fields.at("connection"), "close");
    const int wait_s = std::stoi(answer->fields.at("retry-after"));
    EXPECT_TRUE(wait_s >= 10 && wait_s <= 20) << wait_s;
  }
  EXPECT_EQ(first->exchange(kGetThing)->status, 200U);
  second->half_close();
  while (server.counters().connections_open > 1) std::this_thread::yield();
  EXPECT_EQ(connect(site_.client(server))->exchange(kGetThing)->status, 200U);
}

TEST_F(StopTest, SeveralContextsShareOnePort) {
  RunningServer server(router_, site_.people(), 3);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(connect(site_.client(server))->exchange(kGetThing)->status, 200U);
  }
  EXPECT_EQ(server.counters().connections_total, 20U);
}

TEST_F(StopTest, BusyPortAndBadAddressAreSaid) {
  for (const std::size_t threads : {1U, 2U}) {
    const RunningServer server(router_, site_.people(), threads);
    boost::asio::io_context one;
    boost::asio::io_context two;
    ServerOptions options = site_.people();
    options.address = "127.0.0.1";
    options.port = server.port();
    const auto alone = Server::listen({&one}, router_, options);
    ASSERT_FALSE(alone.has_value());
    EXPECT_EQ(alone.error().token, "port_in_use");
    EXPECT_NE(alone.error().message.find(std::to_string(server.port())), std::string::npos);
    EXPECT_EQ(Server::listen({&one, &two}, router_, options).error().token, "port_in_use");
    options.address = "units.example";
    EXPECT_EQ(Server::listen({&one}, router_, options).error().token, "bad_address");
  }
}

}  // namespace
}  // namespace hansom::http
