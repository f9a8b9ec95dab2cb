// The client of the people's API: targets, errors of the server, servers that are not there.
#include "index/cli/people_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hansom::cli {
namespace {

using ::testing::HasSubstr;

PeopleClientOptions options_for(std::string server) {
  PeopleClientOptions options;
  options.server = std::move(server);
  options.token = Secret("hst_x");
  options.purpose = "a test";
  return options;
}

TEST(PeopleClient, TargetsAreEncodedWhole) {
  EXPECT_EQ(target_of("/v1/clips", {}), "/v1/clips");
  EXPECT_EQ(
      target_of("/v1/clips", {{"registration", "AB12 CDE"}, {"from", "2026-03-01T10:00:00+01:00"}}),
      "/v1/clips?registration=AB12%20CDE&from=2026-03-01T10%3A00%3A00%2B01%3A00");
  EXPECT_EQ(path_segment("a/../b?c#d%"), "a%2F..%2Fb%3Fc%23d%25");
}

TEST(PeopleClient, ServersErrorsKeepTheirTokenKindAndWords) {
  const Error error = server_error(
      403,
      R"({"title": "Not allowed", "detail": "the role auditor may not sweep", "token": "forbidden"})");
  EXPECT_EQ(error.kind, ErrorKind::kForbidden);
  EXPECT_EQ(error.token, "forbidden");
  EXPECT_EQ(error.message, "Not allowed: the role auditor may not sweep");
}

TEST(PeopleClient, AnswersThatAreNoProblemDocumentsAreStillErrors) {
  for (const char* body :
       {"", "<html>", "[]", R"({"token": 7})", R"({"token": "never_heard_of"})"}) {
    const Error error = server_error(502, body);
    EXPECT_EQ(error.kind, ErrorKind::kInternal) << body;
    EXPECT_EQ(error.token, "internal") << body;
    EXPECT_THAT(error.message, HasSubstr("502")) << body;
  }
  EXPECT_EQ(server_error(404, "").kind, ErrorKind::kNotFound);
  EXPECT_EQ(server_error(410, "").kind, ErrorKind::kGone);
  EXPECT_EQ(server_error(503, "").kind, ErrorKind::kUnavailable);
  EXPECT_EQ(server_error(418, "").kind, ErrorKind::kInvalid);
}

TEST(PeopleClient, OnlyHttpsIsSpoken) {
  for (const char* server : {"", "http://localhost:9443", "file:///etc/passwd", "localhost"}) {
    const auto client = PeopleClient::open(options_for(server));
    ASSERT_FALSE(client) << server;
    EXPECT_EQ(client.error().token, "bad_config");
  }
}

TEST(PeopleClient, APurposeIsRequiredAndTheMessageSaysWhy) {
  for (const char* purpose : {"", "x", "two\r\nlines: yes"}) {
    PeopleClientOptions options = options_for("https://localhost:1");
    options.purpose = purpose;
    const auto client = PeopleClient::open(std::move(options));
    ASSERT_FALSE(client) << purpose;
    EXPECT_EQ(client.error().token, "purpose_required");
    EXPECT_THAT(client.error().message, HasSubstr("recorded in the journal"));
  }
}

TEST(PeopleClient, AServerThatIsNotThereIsUnavailable) {
  auto client = PeopleClient::open(options_for("https://127.0.0.1:1"));
  ASSERT_TRUE(client) << client.error().message;
  const auto answer = (*client)->get("/v1/status");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(exit_of(answer.error()), Exit::kUnavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace hansom::cli
