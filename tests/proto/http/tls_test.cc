// Certificates and protocol versions at the listeners: who gets in, who does not, and what the
// server then knows.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/proto/http/routes.h"

namespace hansom::http {
namespace {

using test::Answer;
using test::ClientOptions;
using test::Identity;
using test::RunningServer;
using test::TlsClient;

constexpr const char* kGetPeer = "GET /peer HTTP/1.1\r\nHost: x\r\n\r\n";

std::string peer_answer(const std::string& unit, const Identity& identity, const std::string& how) {
  return "urn:hansom:unit:" + unit + " " + identity.sha256.hex() + " " +
         sha256(ByteSpan(identity.spki_der)).hex() + " " + how;
}

class TlsTest : public testing::Test {
 protected:
  // What the peer gets for a request, or why it got nothing: a TLS 1.3 client learns of a refused
  // certificate only when it first reads.
  Result<Answer> ask_as(const ClientOptions& options) {
    auto client = TlsClient::connect(options);
    if (!client) return fail(client.error());
    return (*client)->exchange(kGetPeer);
  }
  void expect_refused(const ClientOptions& options, const std::string& reason) {
    const std::uint64_t before = server_.counters().handshakes_failed;
    const Result<Answer> answer = ask_as(options);
    ASSERT_FALSE(answer.has_value()) << reason << ": " << answer->body;
    EXPECT_NE(answer.error().message.find(reason), std::string::npos) << answer.error().message;
    while (server_.counters().connections_open > 0) std::this_thread::yield();
    EXPECT_EQ(server_.counters().handshakes_failed, before + 1) << reason;
    EXPECT_EQ(server_.counters().requests_total, 0U);
  }

  Site site_;
  Notes notes_;
  Router router_ = test_routes(notes_);
  RunningServer server_{router_, site_.units()};
};

TEST_F(TlsTest, KnowsTheUnitByItsCertificate) {
  const Identity unit = site_.pki.unit("cab-7");
  const Result<Answer> answer = ask_as(site_.client(server_, unit));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->body, peer_answer("cab-7", unit, "new"));
}

TEST_F(TlsTest, RefusesWrongCertificates) {
  test::TestPki foreign(site_.folder.path(), "foreign");
  test::IssueOptions server_usage;
  server_usage.common_name = "cab-7";
  server_usage.usage = test::Usage::kServer;
  server_usage.san_uris = {"urn:hansom:unit:cab-7"};
  const std::vector<std::pair<Identity, std::string>> cases = {
      {site_.pki.expired_unit("cab-7"), "certificate expired"},
      {site_.pki.future_unit("cab-7"), "certificate expired"},
      {site_.pki.self_signed_unit("cab-7"), "unknown ca"},
      {foreign.unit("cab-7"), "decrypt error"},  // an authority of the same name, another key
      {site_.pki.issue(server_usage), "unsupported certificate"},
  };
  for (const auto& [identity, reason] : cases) {
    expect_refused(site_.client(server_, identity), reason);
  }
  expect_refused(site_.client(server_), "certificate required");
}

TEST_F(TlsTest, RefusesTls12) {
  ClientOptions options = site_.client(server_, site_.pki.unit("cab-7"));
  options.tls12_only = true;
  expect_refused(options, "protocol version");
}

TEST_F(TlsTest, RefusesPlainHttp) {
  ClientOptions options = site_.client(server_);
  options.tls = false;
  const Result<Answer> answer = ask_as(options);
  EXPECT_FALSE(answer.has_value());
}

TEST_F(TlsTest, ResumedSessionsKnowTheUnitToo) {
  const Identity unit = site_.pki.unit("cab-7");
  ClientOptions options = site_.client(server_, unit);
  const auto first = connect(options);
  ASSERT_EQ(first->exchange(kGetPeer)->body, peer_answer("cab-7", unit, "new"));
  options.resume = first->session();
  const auto second = connect(options);
  EXPECT_EQ(second->exchange(kGetPeer)->body, peer_answer("cab-7", unit, "resumed"));
  EXPECT_TRUE(second->resumed());
}

TEST_F(TlsTest, CertificateThatExpiredSinceTheSessionBeganIsRefused) {
  test::IssueOptions short_lived;
  short_lived.common_name = "cab-7";
  short_lived.san_uris = {"urn:hansom:unit:cab-7"};
  short_lived.ends = std::chrono::seconds(4);
  ClientOptions options = site_.client(server_, site_.pki.issue(short_lived));
  const auto first = connect(options);
  ASSERT_EQ(first->exchange(kGetPeer)->status, 200U);
  options.resume = first->session();
  const auto ends = std::chrono::steady_clock::now() + std::chrono::seconds(6);
  std::this_thread::sleep_until(ends);  // dates of certificates have whole seconds
  EXPECT_FALSE(ask_as(options).has_value());
}

TEST_F(TlsTest, SessionsOfAnotherListenerAreNotResumed) {
  const Identity unit = site_.pki.unit("cab-7");
  const auto first = connect(site_.client(server_, unit));
  ASSERT_TRUE(first->exchange(kGetPeer).has_value());
  TlsOptions tls = site_.tls_options(ClientCertificate::kRequired);
  tls.session_context = "another";
  ServerOptions other_options;
  other_options.name = "another";
  other_options.tls = TlsContext::make(tls).value();
  RunningServer other(router_, std::move(other_options));
  ClientOptions options = site_.client(other, unit);
  options.resume = first->session();
  const auto second = connect(options);
  EXPECT_EQ(second->exchange(kGetPeer)->body, peer_answer("cab-7", unit, "new"));
}

TEST_F(TlsTest, SilentHandshakeIsDropped) {
  ServerOptions options = site_.units();
  options.limits.handshake_timeout = std::chrono::milliseconds(100);
  RunningServer impatient(router_, std::move(options));
  ClientOptions silent = site_.client(impatient);
  silent.tls = false;
  const auto client = connect(silent);
  EXPECT_EQ(client->receive_some().value_or("lost"), "");
  while (impatient.counters().connections_open > 0) std::this_thread::yield();
  EXPECT_EQ(impatient.counters().handshakes_failed, 1U);
}

TEST_F(TlsTest, RenewedCertificateIsShownAndTheAuthoritiesStay) {
  const TlsOptions files = site_.tls_options(ClientCertificate::kRequired);
  ServerOptions options;
  options.name = "units";
  options.tls = TlsContext::make(files).value();
  const std::shared_ptr<TlsContext> tls = options.tls;
  RunningServer server(router_, std::move(options));
  const Identity unit = site_.pki.unit("cab-7");
  const auto before = connect(site_.client(server, unit));
  ASSERT_EQ(before->exchange(kGetPeer)->status, 200U);

  const Identity next = site_.pki.server();
  std::filesystem::copy_file(next.certificate, files.certificate_chain,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(tls->renew_certificate().has_value()) << "its key is not there yet";
  EXPECT_EQ(ask_as(site_.client(server, unit))->body, peer_answer("cab-7", unit, "new"));
  std::filesystem::copy_file(next.key, files.private_key,
                             std::filesystem::copy_options::overwrite_existing);
  std::ofstream(files.client_authorities) << "nobody's";  // only renew() reads it again
  const auto renewed = tls->renew_certificate();
  ASSERT_TRUE(renewed.has_value()) << renewed.error().message;
  EXPECT_EQ(renewed->sha256, next.sha256);
  EXPECT_EQ(renewed->subject, "CN=localhost");

  ClientOptions resumes = site_.client(server, unit);
  resumes.authorities.clear();  // the file is gone
  resumes.resume = before->session();
  EXPECT_EQ(ask_as(resumes)->body, peer_answer("cab-7", unit, "new"));
  EXPECT_EQ(before->exchange(kGetPeer)->status, 200U) << "what stands goes on";
  EXPECT_FALSE(tls->renew(files).has_value());
}

// TLS 1.3 knows no renegotiation: its request is a record of the wrong kind.
TEST_F(TlsTest, RenegotiationEndsTheConnection) {
  const auto client = connect(site_.client(server_, site_.pki.unit("cab-7")));
  ASSERT_EQ(client->exchange(kGetPeer)->status, 200U);
  constexpr std::string_view kHello("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10);
  ASSERT_TRUE(client->send_below_tls(kHello));
  const auto answer = client->exchange(kGetPeer);
  EXPECT_FALSE(answer.has_value());
  while (server_.counters().connections_open > 0) std::this_thread::yield();
  EXPECT_EQ(server_.counters().requests_total, 1U);
}

// A key update and what follows it come at once: the socket has nothing left to tell of it.
TEST_F(TlsTest, AKeyUpdateInTheMiddleHoldsNothingUp) {
  const auto client = connect(site_.client(server_, site_.pki.unit("cab-7")));
  const std::string request(kGetPeer);
  for (std::size_t cut = 0; cut < request.size(); cut += 7) {
    ASSERT_TRUE(client->gather(true));
    ASSERT_TRUE(client->send(request.substr(0, cut)));
    ASSERT_TRUE(client->update_keys());
    ASSERT_TRUE(client->update_keys());
    ASSERT_TRUE(client->send(request.substr(cut)));
    ASSERT_TRUE(client->gather(false));
    const auto answer = client->receive_answer();
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200U);
  }
}

// More than is wanted at once comes with one call, and nothing of it is lost.
TEST_F(TlsTest, ManySmallRecordsAtOnce) {
  const auto client = connect(site_.client(server_, site_.pki.unit("cab-7")));
  const std::string body = "a body in records of a byte";
  const std::string request =
      "PUT /digest HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  ASSERT_TRUE(client->gather(true));
  for (int times = 0; times < 2; ++times) {
    for (const char byte : request) ASSERT_TRUE(client->send(std::string_view(&byte, 1)));
  }
  ASSERT_TRUE(client->gather(false));
  for (int times = 0; times < 2; ++times) {
    const auto answer = client->receive_answer();
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, std::to_string(body.size()) + " " + sha256(body).hex());
  }
}

class KeyUpdates : public TlsTest, public testing::WithParamInterface<const char*> {};

// Records without a byte of the message are no progress, and one peer's keep no other waiting.
TEST_P(KeyUpdates, FloodOutlastsNoDeadline) {
  ServerOptions options = site_.units();
  options.limits.idle_timeout = options.limits.header_timeout = options.limits.progress_timeout =
      std::chrono::milliseconds(500);
  RunningServer server(router_, std::move(options));
  const Identity unit = site_.pki.unit("cab-7");
  const auto flooding = connect(site_.client(server, unit));
  ASSERT_EQ(flooding->exchange(kGetPeer)->status, 200U);
  ASSERT_TRUE(flooding->send(GetParam()));
  const auto begun = std::chrono::steady_clock::now();
  std::size_t updates = 0;
  while (server.counters().connections_open > 0 && flooding->update_keys()) {
    if (++updates == 100) {
      const auto other = connect(site_.client(server, unit));
      EXPECT_EQ(other->exchange(kGetPeer)->status, 200U);
    }
  }
  EXPECT_GT(updates, 100U);
  while (server.counters().connections_open > 0) std::this_thread::yield();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
}

INSTANTIATE_TEST_SUITE_P(Where, KeyUpdates,
                         testing::Values("", "GET /peer HT",
                                         "PUT /digest HTTP/1.1\r\nHost: x\r\n"
                                         "Content-Length: 9\r\n\r\nhalf"));

class TlsConfigTest : public testing::Test {
 protected:
  static std::string refusal(const TlsOptions& options) {
    const auto context = TlsContext::make(options);
    EXPECT_FALSE(context.has_value());
    if (context) return {};
    EXPECT_EQ(context.error().token, "bad_tls_config");
    return context.error().message;
  }
  Site site_;
};

TEST_F(TlsConfigTest, NamesTheFileAndWhatIsWrong) {
  const TlsOptions good = site_.tls_options(ClientCertificate::kRequired);
  ASSERT_TRUE(TlsContext::make(good).has_value());

  TlsOptions missing = good;
  missing.certificate_chain = site_.folder / "nothing.pem";
  EXPECT_NE(refusal(missing).find("nothing.pem: certificate chain: No such file"),
            std::string::npos);

  TlsOptions mismatch = good;
  mismatch.private_key = site_.pki.unit("cab-7").key;
  EXPECT_NE(refusal(mismatch).find(mismatch.private_key.string()), std::string::npos);

  TlsOptions garbage = good;
  garbage.client_authorities = site_.folder / "garbage.pem";
  std::ofstream(garbage.client_authorities) << "not a certificate\n";
  EXPECT_NE(refusal(garbage).find("garbage.pem"), std::string::npos);

  TlsOptions unset = good;
  unset.client_authorities.clear();
  EXPECT_NE(refusal(unset).find("client authorities is not set"), std::string::npos);

  TlsOptions preferences = good;
  preferences.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
  EXPECT_NE(refusal(preferences).find("ciphers: not a list"), std::string::npos);
  preferences = good;
  preferences.groups = "X25519:P-255";
  EXPECT_NE(refusal(preferences).find("groups: not a list"), std::string::npos);

  ASSERT_EQ(::chmod(good.private_key.c_str(), 0640), 0);
  EXPECT_NE(refusal(good).find("chmod 600"), std::string::npos);
}

}  // namespace
}  // namespace hansom::http
