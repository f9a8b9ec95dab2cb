// Requests and answers against the real server over real TLS: what a session promises its peers.
#include <gtest/gtest.h>

#include <thread>

#include "proto/http/head.h"
#include "tests/proto/http/routes.h"

namespace hansom::http {
namespace {

using test::Answer;
using test::RunningServer;

class SessionTest : public testing::Test {
 protected:
  // A server with these limits, and a client on it.
  void start(ServerLimits limits = {}) {
    ServerOptions options = site_.people();
    options.limits = limits;
    options.method_override = true;
    server_.emplace(router_, std::move(options));
    client_ = connect(site_.client(*server_));
    ASSERT_NE(client_, nullptr);
  }
  Answer ask(const std::string& request) {
    Result<Answer> answer = client_->exchange(request);
    EXPECT_TRUE(answer.has_value()) << (answer ? "" : answer.error().message);
    return answer ? *std::move(answer) : Answer{};
  }
  // True when the server closes the connection in order without another byte.
  bool closed() {
    const Result<std::string> rest = client_->receive_some();
    return rest && rest->empty();
  }

  Site site_;
  Notes notes_;
  Router router_ = test_routes(notes_);
  std::optional<RunningServer> server_;
  std::unique_ptr<test::TlsClient> client_;
};

std::string put(const std::string& path, const std::string& body) {
  return "PUT " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string digest_answer(const std::string& body) {
  return std::to_string(body.size()) + " " + sha256(body).hex();
}

constexpr const char* kGetThing = "GET /thing HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(SessionTest, AnswersOnOneConnectionAgainAndAgain) {
  start();
  for (int i = 0; i < 3; ++i) {
    const Answer answer = ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.fields.at("content-length"), "5");
    EXPECT_EQ(answer.fields.at("hansom-test"), "yes");
    EXPECT_EQ(answer.fields.at("date").size(), 29U);
    EXPECT_EQ(answer.fields.count("connection"), 0U);
  }
  EXPECT_EQ(server_->counters().connections_total, 1U);
  EXPECT_EQ(server_->counters().requests_total, 3U);
}

TEST_F(SessionTest, DecodesPathAndQuery) {
  start();
  const Answer answer = ask("GET /query/a%20b?x=1&y=%c3%a9+z&empty HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(answer.body, "a b|x=1|y=\xc3\xa9 z|empty=");
}

TEST_F(SessionTest, ReadsBodiesInPiecesThatCrossRecords) {
  start();
  std::string body;
  for (std::size_t i = 0; body.size() < 3'000'017; ++i) body += std::to_string(i * 7919);
  EXPECT_EQ(ask(put("/digest", body)).body, digest_answer(body));
  const std::string request = put("/digest", body);
  for (std::size_t at = 0; at < request.size(); at += 4'093) {
    ASSERT_TRUE(client_->send(std::string_view(request).substr(at, 4'093)));
  }
  EXPECT_EQ(client_->receive_answer()->body, digest_answer(body));
}

TEST_F(SessionTest, ReadsChunkedBodies) {
  start();
  const Answer answer =
      ask("PUT /digest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
          "5;note=1\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: dropped\r\n\r\n");
  EXPECT_EQ(answer.body, digest_answer("hello!"));
  EXPECT_EQ(ask(kGetThing).body, "a thing");
}

TEST_F(SessionTest, SlowOneByteWritesSurvive) {
  ServerLimits limits;
  limits.progress_timeout = std::chrono::seconds(2);
  limits.body_bytes_per_second_min = 1;
  start(limits);
  const std::string body = "0123456789";
  const std::string request = put("/digest", body);
  ASSERT_TRUE(client_->send(std::string_view(request).substr(0, request.size() - body.size())));
  const auto begun = std::chrono::steady_clock::now();
  for (const char byte : body) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));  // the subject of the test
    ASSERT_TRUE(client_->send(std::string_view(&byte, 1)));
  }
  EXPECT_EQ(client_->receive_answer()->body, digest_answer(body));
  EXPECT_GT(std::chrono::steady_clock::now() - begun, limits.progress_timeout);
}

TEST_F(SessionTest, ABodyThatDribblesIsDropped) {
  for (const std::string framing : {"Content-Length: 900", "Transfer-Encoding: chunked"}) {
    ServerLimits limits;
    limits.progress_timeout = std::chrono::milliseconds(300);
    limits.body_bytes_per_second_min = 100;
    start(limits);
    ASSERT_TRUE(client_->send("PUT /digest HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n\r\n"));
    std::string received;
    while (received.empty() && client_->send(framing.starts_with("C") ? "y" : "1\r\ny\r\n")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the subject of the test
      if (server_->counters().bytes_sent > 0) received = client_->receive_some().value_or("lost");
    }
    EXPECT_NE(received.find("408 Request Timeout"), std::string::npos) << received;
    EXPECT_NE(received.find("slower than 100 bytes a second"), std::string::npos) << received;
  }
}

TEST_F(SessionTest, SilentPeerInABodyIsDropped) {
  ServerLimits limits;
  limits.progress_timeout = std::chrono::milliseconds(100);
  start(limits);
  const Answer answer = ask("PUT /digest HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf");
  EXPECT_EQ(answer.status, 408U);
  EXPECT_NE(answer.body.find("body_timeout"), std::string::npos);
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, SilentPeerInAHeadIsDroppedHoweverItDribbles) {
  ServerLimits limits;
  limits.header_timeout = std::chrono::milliseconds(300);
  start(limits);
  ASSERT_TRUE(client_->send("GET /thing HTTP/1.1\r\nHost: x\r\nX: "));
  std::string received;
  while (received.empty() && client_->send("y")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the subject of the test
    if (server_->counters().bytes_sent > 0) received = client_->receive_some().value_or("lost");
  }
  EXPECT_NE(received.find("408 Request Timeout"), std::string::npos);
  EXPECT_NE(received.find("header_timeout"), std::string::npos);
}

TEST_F(SessionTest, IdleConnectionIsClosedQuietly) {
  ServerLimits limits;
  limits.idle_timeout = std::chrono::milliseconds(100);
  start(limits);
  EXPECT_EQ(ask(kGetThing).status, 200U);
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, HeaderOverTheLimitIs431) {
  ServerLimits limits;
  limits.header_bytes_max = std::size_t{32} * 1024;
  start(limits);
  const std::string fits(std::size_t{31} * 1024, 'f');
  EXPECT_EQ(ask("GET /thing HTTP/1.1\r\nHost: x\r\nX: " + fits + "\r\n\r\n").status, 200U);
  const std::string large(std::size_t{40} * 1024, 'f');
  const Answer answer = ask("GET /thing HTTP/1.1\r\nHost: x\r\nX: " + large + "\r\n\r\n");
  EXPECT_EQ(answer.status, 431U);
  EXPECT_NE(answer.body.find("header_too_large"), std::string::npos);
  EXPECT_EQ(answer.fields.at("connection"), "close");
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, ManyFieldsAre431) {
  start();
  std::string fields;
  for (std::size_t i = 1; i < kFieldsMax; ++i) fields += "X: y\r\n";
  EXPECT_EQ(ask("GET /thing HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n").status, 200U);
  EXPECT_EQ(ask("GET /thing HTTP/1.1\r\nHost: x\r\nX: z\r\n" + fields + "\r\n").status, 431U);
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, SmugglingFormsAre400AndTheConnectionEnds) {
  start();
  const std::vector<std::pair<std::string, std::string>> forms = {
      {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "bad_framing"},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "bad_framing"},
      {"Content-Length: 5\r\nContent-Length: 6\r\n", "bad_framing"},
      {"Content-Length: 5\r\nContent-Length: 5\r\n", "bad_framing"},
      {"Content-Length: 5, 5\r\n", "bad_framing"},
      {"Content-Length: +5\r\n", "bad_framing"},
      {"Content-Length: 0x5\r\n", "bad_framing"},
      {"Content-Length: 9223372036854775808\r\n", "bad_framing"},
      {"Transfer-Encoding: chunked, identity\r\n", "bad_framing"},
      {"Transfer-Encoding: gzip, chunked\r\n", "bad_framing"},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "bad_framing"},
      {"Transfer-Encoding: xchunked\r\n", "bad_framing"},
      {"Content-Length : 5\r\n", "bad_head"},
      {"X: a\r\n folded\r\n", "bad_head"},
      {"X: a\nContent-Length: 5\r\n", "bad_head"},
      {"X: a\rb\r\n", "bad_head"},
      {"Host: y\r\n", "bad_head"},
      {"X-HTTP-Method-Override: PUT\r\nX-HTTP-Method-Override: GET\r\n", "bad_head"},
  };
  for (const auto& [fields, token] : forms) {
    client_ = connect(site_.client(*server_));
    const Answer answer = ask("POST /echo HTTP/1.1\r\nHost: x\r\n" + fields +
                              "\r\n0\r\n\r\nGET /thing HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(answer.status, 400U) << fields;
    EXPECT_NE(answer.body.find("\"" + token + "\""), std::string::npos) << fields << answer.body;
    EXPECT_EQ(answer.fields.at("hansom-test"), "yes");
    EXPECT_TRUE(closed()) << fields;
  }
}

TEST_F(SessionTest, BadChunkIs400) {
  start();
  const Answer answer =
      ask("PUT /digest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n");
  EXPECT_EQ(answer.status, 400U);
  EXPECT_NE(answer.body.find("bad_chunk"), std::string::npos);
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, BodyLongerThanClaimedIsTheNextRequest) {
  start();
  ASSERT_TRUE(client_->send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloEXTRA\r\n\r\n"));
  EXPECT_EQ(client_->receive_answer()->body, "hello");
  EXPECT_EQ(client_->receive_answer()->status, 400U);
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, BodyShorterThanClaimedIsAnError) {
  start();
  ASSERT_TRUE(client_->send("PUT /watch HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"));
  EXPECT_EQ(notes_.wait_for("reading"), "reading");
  client_->half_close();
  EXPECT_EQ(notes_.wait_for("read ended"), "read ended: connection_lost");
}

TEST_F(SessionTest, ResetPeerIsAnError) {
  start();
  ASSERT_TRUE(client_->send("PUT /watch HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"));
  EXPECT_EQ(notes_.wait_for("reading"), "reading");
  client_->reset();
  EXPECT_EQ(notes_.wait_for("read ended"), "read ended: connection_lost");
}

TEST_F(SessionTest, HalfClosedPeerGetsItsAnswer) {
  start();
  ASSERT_TRUE(client_->send(put("/digest", "last words")));
  client_->half_close();
  EXPECT_EQ(client_->receive_answer()->body, digest_answer("last words"));
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, ContinueIsSentOnlyWhenTheBodyIsWanted) {
  start();
  const std::string fields = "Host: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
  EXPECT_EQ(ask("PUT /digest HTTP/1.1\r\n" + fields).status, 100U);
  EXPECT_EQ(ask("body").body, digest_answer("body"));
  const Answer refused = ask("PUT /nowhere HTTP/1.1\r\n" + fields);
  EXPECT_EQ(refused.status, 404U);
  EXPECT_EQ(refused.fields.at("connection"), "close");
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, UnknownExpectationIs417) {
  start();
  EXPECT_EQ(ask("GET /thing HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n").status, 417U);
}

TEST_F(SessionTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  ASSERT_TRUE(client_->send(std::string(kGetThing) + put("/digest", "one") + "\r\n" +
                            put("/ignore", "two") + put("/digest", "three")));
  EXPECT_EQ(client_->receive_answer()->body, "a thing");
  EXPECT_EQ(client_->receive_answer()->body, digest_answer("one"));
  EXPECT_EQ(client_->receive_answer()->status, 204U);
  EXPECT_EQ(client_->receive_answer()->body, digest_answer("three"));
}

TEST_F(SessionTest, UnreadBodyIsDrainedWhenSmallAndEndsTheConnectionWhenLarge) {
  start();
  EXPECT_EQ(ask(put("/ignore", std::string(60'000, 'x'))).status, 204U);
  EXPECT_EQ(ask(kGetThing).status, 200U);
  const Answer answer = ask(put("/ignore", std::string(900'000, 'x')));
  EXPECT_EQ(answer.status, 204U);
  EXPECT_EQ(answer.fields.count("content-length"), 0U);
  EXPECT_EQ(answer.fields.at("connection"), "close");
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, HeadHasTheLengthAndNoBody) {
  start();
  ASSERT_TRUE(client_->send("HEAD /thing HTTP/1.1\r\nHost: x\r\n\r\n"));
  const Result<Answer> answer = client_->receive_answer(true);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->fields.at("content-length"), "7");
  EXPECT_EQ(ask(kGetThing).body, "a thing");
}

TEST_F(SessionTest, MethodOverrideIsRouted) {
  start();
  const Answer answer =
      ask("POST /digest HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: PUT\r\nContent-Length: "
          "2\r\n\r\nok");
  EXPECT_EQ(answer.body, digest_answer("ok"));
}

TEST_F(SessionTest, UnknownPathAndMethodAreProblemDocuments) {
  start();
  const Answer unknown = ask("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(unknown.status, 404U);
  EXPECT_EQ(unknown.fields.at("content-type"), "application/problem+json");
  EXPECT_NE(unknown.body.find("urn:hansom:error:not_found"), std::string::npos);
  const Answer method = ask("DELETE /thing HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(method.status, 405U);
  EXPECT_EQ(method.fields.at("allow"), "GET, HEAD");
  EXPECT_NE(method.body.find("method_not_allowed"), std::string::npos);
}

TEST_F(SessionTest, HandlerErrorsAreRenderedFromTheTable) {
  start();
  const auto get = [](const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  };
  const Answer refused = ask(get("/fail/refused"));
  EXPECT_EQ(refused.status, 422U);
  EXPECT_NE(refused.body.find("no age header"), std::string::npos);
  EXPECT_EQ(refused.fields.at("hansom-test"), "yes");
  const Answer storage = ask(get("/fail/storage"));
  EXPECT_GE(storage.status, 500U);
  EXPECT_EQ(storage.body.find("secret"), std::string::npos);
  EXPECT_EQ(ask(get("/fail/other")).status, 409U);
  const Answer thrown = ask(get("/throw"));
  EXPECT_EQ(thrown.status, 500U);
  EXPECT_EQ(thrown.body.find("on purpose"), std::string::npos);
  EXPECT_EQ(ask(get("/mute")).status, 500U);
  EXPECT_EQ(ask(kGetThing).status, 200U);
}

TEST_F(SessionTest, TooLargeTextIs413) {
  start();
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n").status, 413U);
  client_ = connect(site_.client(*server_));
  std::string chunked = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  chunked += "186a1\r\n" + std::string(100'001, 'x') + "\r\n0\r\n\r\n";
  EXPECT_EQ(ask(chunked).status, 413U);
}

TEST_F(SessionTest, BigAnswersAreStreamed) {
  start();
  const Answer answer = ask("GET /stream/20000003 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(answer.body.size(), 20'000'003U);
  EXPECT_EQ(answer.body.find_first_not_of('s'), std::string::npos);
  EXPECT_EQ(ask(kGetThing).status, 200U);
}

TEST_F(SessionTest, AnswerCutShortEndsTheConnection) {
  start();
  EXPECT_EQ(ask("GET /short HTTP/1.1\r\nHost: x\r\n\r\n").body, "0123456789");
  EXPECT_TRUE(closed());
}

TEST_F(SessionTest, PeerThatStopsReadingIsDropped) {
  ServerLimits limits;
  limits.progress_timeout = std::chrono::milliseconds(200);
  start(limits);
  ASSERT_TRUE(client_->send("GET /stream/100000000 HTTP/1.1\r\nHost: x\r\n\r\n"));
  while (server_->counters().connections_open > 0) std::this_thread::yield();
  EXPECT_LT(server_->counters().bytes_sent, 100'000'000U);
}

TEST_F(SessionTest, PlainListenerSpeaksTheSame) {
  ServerOptions options;
  options.name = "local";
  server_.emplace(router_, std::move(options));
  test::ClientOptions client_options;
  client_options.port = server_->port();
  client_options.tls = false;
  client_ = connect(client_options);
  ASSERT_NE(client_, nullptr);
  const std::string body(1'000'000, 'p');
  EXPECT_EQ(ask(put("/digest", body)).body, digest_answer(body));
  EXPECT_EQ(ask(kGetThing).body, "a thing");
  EXPECT_EQ(ask("GET /thing HTTP/1.0\r\n\r\n").fields.at("connection"), "close");
  EXPECT_TRUE(closed());
}

}  // namespace
}  // namespace hansom::http
