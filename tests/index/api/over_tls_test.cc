// The people's API over the real listener with TLS: what a browser or a tool sees.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/index/api/api_rig.h"
#include "tests/support/running_server.h"
#include "tests/support/test_pki.h"
#include "tests/support/tls_client.h"

namespace hansom::test {
namespace {

using access::Role;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t kChunk = std::size_t{64} * 1024;

class OverTls : public testing::Test {
 protected:
  OverTls() : pki_(rig_.folder()) {
    const Identity identity = pki_.server();
    http::TlsOptions tls;
    tls.certificate_chain = identity.certificate;
    tls.private_key = identity.key;
    tls.session_context = "people";
    auto context = http::TlsContext::make(tls);
    EXPECT_TRUE(context);
    http::ServerOptions options;
    options.name = "people";
    options.tls = *context;
    server_ = std::make_unique<RunningServer>(rig_.router(), options);
  }

  std::unique_ptr<TlsClient> connect() {
    ClientOptions options;
    options.port = server_->port();
    options.authorities = pki_.authority();
    auto client = TlsClient::connect(options);
    EXPECT_TRUE(client);
    return std::move(*client);
  }
  [[nodiscard]] std::string head(const std::string& method, const std::string& target,
                                 const std::string& more = "",
                                 Role role = Role::kInvestigator) const {
    return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
           rig_.token(role) + "\r\nHansom-Purpose: case 12\r\n" + more + "\r\n";
  }
  ClipId accept(const Bytes& media) {
    ClipSpec spec;
    spec.start = at("2026-03-01T10:00:00Z");
    spec.media = media;
    return rig_.accept(spec);
  }

  ApiRig rig_;
  TestPki pki_;
  std::unique_ptr<RunningServer> server_;  // last: it uses the router
};

TEST_F(OverTls, search_play_range_and_head_on_one_connection) {
  const std::string media = to_text(pattern_bytes(20 * kChunk + 99, 1));
  const std::string base = "/v1/clips/" + accept(to_bytes(media)).hex();
  const auto client = connect();
  const auto search = client->exchange(head("GET", "/v1/clips?registration=AB12%20CDE"));
  ASSERT_TRUE(search);
  EXPECT_EQ(search->status, 200U);
  EXPECT_THAT(search->body, HasSubstr(R"("clips":[{"clip":)"));
  const auto whole = client->exchange(head("GET", base + "/media"));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->status, 200U);
  EXPECT_EQ(whole->body, media);
  const auto part = client->exchange(head("GET", base + "/media", "Range: bytes=65530-65545\r\n"));
  ASSERT_TRUE(part);
  EXPECT_EQ(part->status, 206U);
  EXPECT_EQ(part->body, media.substr(65530, 16));
  EXPECT_EQ(part->fields.at("content-range"), "bytes 65530-65545/" + std::to_string(media.size()));
  ASSERT_TRUE(client->send(head("HEAD", base + "/sealed")));
  const auto described = client->receive_answer(true);
  ASSERT_TRUE(described);
  EXPECT_EQ(described->status, 200U);
  EXPECT_TRUE(described->fields.contains("repr-digest"));
  const auto after = client->exchange(head("GET", "/v1/whoami"));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->status, 200U);
}

TEST_F(OverTls, a_sweep_is_planned_and_executed_by_the_helper_thread) {
  const ClipId clip = accept(pattern_bytes(1000, 2));
  rig_.inspect(clip, {});
  rig_.clock().advance(std::chrono::days(40));
  const auto client = connect();
  const auto plan =
      client->exchange(head("POST", "/v1/sweeps", "Content-Length: 0\r\n", Role::kOperations));
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->status, 201U) << plan->body;
  const std::size_t place = plan->body.find(R"("plan":")");
  ASSERT_NE(place, std::string::npos);
  const std::string digest = plan->body.substr(place + 8, 64);
  const auto done = client->exchange(head("POST", "/v1/sweeps/" + digest + "/execute",
                                          "Content-Length: 0\r\n", Role::kOperations));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status, 200U) << done->body;
  EXPECT_FALSE(std::filesystem::exists(rig_.vault_file(clip)));
}

TEST_F(OverTls, damage_in_the_middle_closes_the_connection_before_the_first_wrong_byte) {
  const std::string media = to_text(pattern_bytes(20 * kChunk, 3));
  const ClipId clip = accept(to_bytes(media));
  const std::filesystem::path path = rig_.vault_file(clip);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  const std::uint64_t header_bytes = std::filesystem::file_size(path) - 20 * (kChunk + 16);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(header_bytes + 13 * (kChunk + 16) + 5));
  file.write("damage", 6);
  file.close();
  const auto client = connect();
  ASSERT_TRUE(client->send(head("GET", "/v1/clips/" + clip.hex() + "/media")));
  std::string received;
  while (true) {
    const auto some = client->receive_some();
    if (!some || some->empty()) break;
    received += *some;
  }
  const std::size_t end = received.find("\r\n\r\n");
  ASSERT_NE(end, std::string::npos);
  EXPECT_THAT(received, StartsWith("HTTP/1.1 200 "));
  const std::string body = received.substr(end + 4);
  EXPECT_GE(body.size(), 8 * kChunk);
  EXPECT_LE(body.size(), 13 * kChunk);
  EXPECT_EQ(body, media.substr(0, body.size()));
}

TEST_F(OverTls, refusals_are_problem_documents) {
  const auto client = connect();
  const auto refused =
      client->exchange("GET /v1/clips?unit=cab-7 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401U);
  EXPECT_EQ(refused->fields.at("content-type"), "application/problem+json");
  EXPECT_EQ(refused->fields.at("www-authenticate"), "Bearer");
  const auto method = client->exchange(head("DELETE", "/v1/clips", "Content-Length: 0\r\n"));
  ASSERT_TRUE(method);
  EXPECT_EQ(method->status, 405U);
}

}  // namespace
}  // namespace hansom::test
