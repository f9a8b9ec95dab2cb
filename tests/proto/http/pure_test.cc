// The parts of HTTP that need no socket: heads, targets, chunks, answers, routes and the table of
// errors.
#include <gtest/gtest.h>

#include <algorithm>

#include <boost/json/parse.hpp>

#include "proto/http/answer.h"
#include "proto/http/chunk_decoder.h"
#include "proto/http/head.h"
#include "proto/http/router.h"
#include "proto/http/target.h"
#include "proto/http/wire_errors.h"

namespace hansom::http {
namespace {

TEST(Fields, CompareNamesWithoutCase) {
  Fields fields;
  fields.add("Tus-Resumable", "1.0.0");
  fields.add("tus-resumable", "2");
  EXPECT_EQ(fields.find("TUS-RESUMABLE"), "1.0.0");
  EXPECT_EQ(fields.count("tus-Resumable"), 2U);
  fields.set("TUS-resumable", "3");
  EXPECT_EQ(fields.count("Tus-Resumable"), 1U);
  EXPECT_EQ(fields.find("Tus-Resumable"), "3");
  EXPECT_FALSE(fields.find("Tus").has_value());
}

TEST(Head, ReadsFramingAndConnection) {
  const auto head = parse_head(
      "PATCH /u/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999999\r\n"
      "Expect: 100-Continue\r\nConnection: close\r\n\r\n",
      {});
  ASSERT_TRUE(head.has_value()) << head.error().message;
  EXPECT_EQ(head->request.method, "PATCH");
  EXPECT_EQ(head->body_bytes, 999'999'999'999'999'999U);
  EXPECT_TRUE(head->request.has_body);
  EXPECT_TRUE(head->expects_continue);
  EXPECT_FALSE(head->keep_alive);
  const auto empty = parse_head("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", {});
  EXPECT_EQ(empty->request.content_length, 0U);
  EXPECT_FALSE(empty->request.has_body);
  const auto chunked =
      parse_head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n", {});
  EXPECT_TRUE(chunked->chunked);
  EXPECT_FALSE(chunked->request.content_length.has_value());
}

// A manifest may have 64 KiB, and base64 makes them a third more.
TEST(Head, KeepsAFieldAsLongAsAManifest) {
  const std::string value(90'000, 'a');
  const auto head =
      parse_head("POST / HTTP/1.1\r\nHost: x\r\nUpload-Metadata: " + value + "\r\n\r\n", {});
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->request.fields.find("Upload-Metadata"), value);
}

TEST(Head, RefusesWhatIsNotOne) {
  for (const std::string text :
       {"", "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\nmore",
        "GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const auto head = parse_head(text, {});
    ASSERT_FALSE(head.has_value()) << text;
    EXPECT_EQ(head.error().kind, ErrorKind::kInvalid);
  }
}

TEST(Target, DecodesOnceAndStrictly) {
  const auto target = parse_target("/a%20b/c?x=%2F&x=2&y");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/a b/c");
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(target->query, (Pairs{{"x", "/"}, {"x", "2"}, {"y", ""}}));
  EXPECT_EQ(parse_target("https://host:8443/v1?z=1")->path, "/v1");
  EXPECT_EQ(parse_target("*")->path, "*");
  for (const std::string text : {"", "v1", "/a b", "/%", "/%4", "/%zz", "/%00", "/a%2fb", "/../etc",
                                 "/a/./b", "/%2e%2e/x", "/a#b", "/caf\xc3\xa9", "ftp://x/y"}) {
    const auto bad = parse_target(text);
    ASSERT_FALSE(bad.has_value()) << text;
    EXPECT_EQ(bad.error().token, "bad_target");
  }
}

// Decodes with inputs and outputs of these sizes; nothing on an error.
Result<std::string> decode_chunks(const std::string& text, std::size_t in_size,
                                  std::size_t out_size) {
  ChunkDecoder decoder;
  std::string body;
  std::size_t at = 0;
  while (at < text.size() && !decoder.done()) {
    Bytes out(out_size);
    const auto in = as_bytes(text).subspan(at, std::min(in_size, text.size() - at));
    HANSOM_TRY_ASSIGN(const ChunkDecoder::Step step, decoder.decode(in, out));
    at += step.consumed;
    body.append(as_text(ByteSpan(out).first(step.produced)));
  }
  if (!decoder.done()) return fail(ErrorKind::kUnavailable, "connection_lost", "unfinished");
  return body + "|" + text.substr(at);
}

TEST(ChunkDecoder, GivesTheSameForEveryCut) {
  const std::string text = "a;x=\"y\"\r\n0123456789\r\n01\r\nZ\r\n000\r\nA: b\r\n\r\nnext";
  for (std::size_t in_size = 1; in_size <= text.size(); ++in_size) {
    for (std::size_t out_size = 1; out_size <= 12; ++out_size) {
      EXPECT_EQ(decode_chunks(text, in_size, out_size).value_or("error"), "0123456789Z|next");
    }
  }
}

TEST(ChunkDecoder, RefusesEverythingElse) {
  for (const std::string text : {"\r\n", "x\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\n",
                                 "1\n", "1\r\nab\r\n", "1\r\na\n", "1\r\na\rb", "0\r\n\rx",
                                 "0\r\nA\nB\r\n\r\n", "1;\x01\r\n", "1000000000000000\r\n"}) {
    const auto body = decode_chunks(text, text.size(), 16);
    ASSERT_FALSE(body.has_value()) << text;
    EXPECT_EQ(body.error().token, "bad_chunk") << text;
  }
  EXPECT_EQ(decode_chunks("1;" + std::string(300, 'e') + "\r\n", 400, 16).error().token,
            "bad_chunk");
  EXPECT_EQ(decode_chunks("0\r\n" + std::string(9000, 't'), 400, 16).error().token, "bad_chunk");
}

TEST(Answer, NoValueStartsANewLine) {
  Response response;
  response.status = 201;
  response.fields.add("Location", "/u/1\r\nSet-Cookie: x");
  Fields common;
  common.add("location", "not this");
  common.add("Tus-Resumable", "1.0.0");
  EXPECT_EQ(
      render_head(response, common,
                  {.content_length = 0, .close = true, .now = from_unix_us(784111777000000)}),
      "HTTP/1.1 201 Created\r\nLocation: /u/1  Set-Cookie: x\r\nTus-Resumable: 1.0.0\r\n"
      "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

Awaitable<Status> nothing(Exchange& /*exchange*/) {
  co_return Status{};
}

TEST(Router, PrefersLiteralSegments) {
  Router router;
  router.add("GET", "/v1/clips/{id}", nothing);
  router.add("GET", "/v1/clips/all", nothing);
  router.add("DELETE", "/v1/clips/{id}/n/{n}", nothing);
  EXPECT_EQ(router.match("GET", "/v1/clips/all").route->pattern, "/v1/clips/all");
  const auto match = router.match("GET", "/v1/clips/17");
  EXPECT_EQ(match.parameters.at("id"), "17");
  EXPECT_EQ(router.match("DELETE", "/v1/clips/a/n/b").parameters.at("n"), "b");
  EXPECT_EQ(router.match("PUT", "/v1/clips/17").route, nullptr);
  EXPECT_EQ(router.match("PUT", "/v1/clips/17").allow, "GET");
  for (const std::string path : {"/v1/clips", "/v1/clips/", "/v1/clips/17/", "/", "", "/v1//17"}) {
    EXPECT_FALSE(router.match("GET", path).path_known) << path;
  }
}

TEST(Router, ALastParameterMayTakeAllSegmentsThatAreLeft) {
  Router router;
  router.add("GET", "/log/tile/{tile...}", nothing);
  router.add("GET", "/log/tile/newest", nothing);
  EXPECT_EQ(router.match("GET", "/log/tile/0/x001/234.p/5").parameters.at("tile"),
            "0/x001/234.p/5");
  EXPECT_EQ(router.match("GET", "/log/tile/0").parameters.at("tile"), "0");
  EXPECT_EQ(router.match("GET", "/log/tile/newest").route->pattern, "/log/tile/newest");
  EXPECT_EQ(router.match("PUT", "/log/tile/0/000").allow, "GET");
  for (const std::string path :
       {"/log/tile", "/log/tile/", "/log/tile//0", "/log/tile/0/", "/log"}) {
    EXPECT_FALSE(router.match("GET", path).path_known) << path;
  }
}

TEST(WireErrors, TableIsSortedAndEveryKindHasARow) {
  const auto table = wire_errors();
  EXPECT_TRUE(std::is_sorted(table.begin(), table.end(),
                             [](const auto& a, const auto& b) { return a.token < b.token; }));
  EXPECT_EQ(std::adjacent_find(table.begin(), table.end(),
                               [](const auto& a, const auto& b) { return a.token == b.token; }),
            table.end());
  for (const WireError& row : table) {
    EXPECT_TRUE(row.status >= 400 && row.status < 600) << row.token;
    EXPECT_FALSE(row.title.empty()) << row.token;
  }
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::kInternal); ++kind) {
    const WireError row = wire_error({static_cast<ErrorKind>(kind), "never_heard_of", ""});
    EXPECT_NE(row.token, "never_heard_of");
    if (static_cast<ErrorKind>(kind) != ErrorKind::kInternal) {
      EXPECT_NE(row.token, "internal");
    }
  }
  EXPECT_EQ(wire_error({ErrorKind::kConflict, "offset_mismatch", ""}).status, 409U);
}

TEST(WireErrors, ProblemKeepsInnerMessagesInside) {
  const Response refused = problem({ErrorKind::kRefused, "not_sealed", "no age \"header\""});
  EXPECT_EQ(refused.status, 422U);
  EXPECT_EQ(refused.fields.find("content-type"), "application/problem+json");
  const auto document = boost::json::parse(refused.body).as_object();
  EXPECT_EQ(document.at("type").as_string(), "urn:hansom:error:not_sealed");
  EXPECT_EQ(document.at("status").to_number<unsigned>(), 422U);
  EXPECT_EQ(document.at("detail").as_string(), "no age \"header\"");
  EXPECT_EQ(document.at("token").as_string(), "not_sealed");
  for (const ErrorKind kind : {ErrorKind::kInternal, ErrorKind::kStorage, ErrorKind::kCorrupt}) {
    const Response inner = problem({kind, "internal", "/var/lib/secret"});
    EXPECT_FALSE(boost::json::parse(inner.body).as_object().contains("detail"));
  }
}

// The same seed, the same waits; never below the row's, never more than twice it, and spread.
TEST(WireErrors, RetryAfterHasJitter) {
  for (const WireError& row : wire_errors()) {
    if (row.status == 503) continue;
    EXPECT_FALSE(problem({ErrorKind::kInvalid, row.token, ""}).fields.find("Retry-After"));
  }
  const auto waits = [](std::uint64_t seed) {
    const auto random = seeded_random(seed);
    std::vector<int> seconds;
    for (int i = 0; i < 200; ++i) {
      const Response full = problem({ErrorKind::kUnavailable, "connections_full", ""}, {}, *random);
      seconds.push_back(std::stoi(std::string(full.fields.find("Retry-After").value())));
    }
    return seconds;
  };
  EXPECT_EQ(waits(1), waits(1));
  EXPECT_NE(waits(1), waits(2));
  const std::set<int> seen = [&waits] {
    const auto all = waits(3);
    return std::set<int>(all.begin(), all.end());
  }();
  EXPECT_EQ(*seen.begin(), 10);
  EXPECT_EQ(*seen.rbegin(), 20);
  EXPECT_EQ(seen.size(), 11U) << "every second between";
}

}  // namespace
}  // namespace hansom::http
