// The witness: its table of answers over real files, restarts, failing syncs, requests at once, and
// real TLS.
#include "index/witness/witness_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "proto/base/durable_file.h"
#include "proto/tlog/witness.h"
#include "tests/proto/tlog/naive_tree.h"
#include "tests/support/running_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"
#include "tests/support/tls_client.h"

namespace hansom::witness {
namespace {

using tlog::AddCheckpoint;

class WitnessServerTest : public ::testing::Test {
 protected:
  WitnessServerTest()
      : tree_(tlog::numbered_leaves(300)),
        log_(tlog::Signer::from_pem("log.example", tlog::Signer::generate_pem()).value()),
        pem_(tlog::Ed25519Key::generate_pem()) {
    open();
  }
  Result<std::unique_ptr<WitnessServer>> try_open() {
    auto cosigner = tlog::Cosigner::from_pem("witness.example", pem_).value();
    key_ = cosigner.verifier();
    WitnessServerOptions options;
    options.state = folder_ / "state";
    options.logs = {{"log.example", {log_.verifier()}}};
    options.clock = &clock_;
    return WitnessServer::open(std::move(cosigner), std::move(options));
  }
  void open() {
    server_.reset();
    server_ = try_open().value();
  }
  [[nodiscard]] std::string note(std::uint64_t size, const Digest& root) const {
    return log_.sign_note(tlog::Checkpoint{"log.example", size, root, {}}.text());
  }
  [[nodiscard]] std::string growth(std::uint64_t old_size, std::uint64_t new_size) const {
    AddCheckpoint request;
    request.old_size = old_size;
    if (old_size > 0 && old_size < new_size) request.proof = tree_.consistency(old_size, new_size);
    request.checkpoint = note(new_size, tree_.root(new_size));
    return request.text();
  }
  [[nodiscard]] std::filesystem::path state_file() const {
    return folder_ / "state" / (sha256(std::string_view("log.example")).hex() + ".checkpoint");
  }
  void expect_cosigned(const http::Response& answer, std::uint64_t size) const {
    ASSERT_EQ(answer.status, 200U) << answer.body;
    const std::string cosigned =
        tlog::add_cosignature(note(size, tree_.root(size)), answer.body, key_).value();
    EXPECT_EQ(tlog::find_cosignature(tlog::SignedNote::parse(cosigned).value(), key_).value(),
              std::chrono::floor<std::chrono::seconds>(clock_.now()));
  }

  test::TempDir folder_;
  ManualClock clock_{from_unix_us(1'700'000'000'500'000)};
  tlog::NaiveTree tree_;
  tlog::Signer log_;
  Secret pem_;
  tlog::VerifierKey key_;
  std::unique_ptr<WitnessServer> server_;
};

TEST_F(WitnessServerTest, AnswersByTheTable) {
  expect_cosigned(server_->add_checkpoint(growth(0, 5)), 5);
  expect_cosigned(server_->add_checkpoint(growth(5, 7)), 7);
  expect_cosigned(server_->add_checkpoint(growth(7, 7)), 7);

  const http::Response conflict = server_->add_checkpoint(growth(5, 9));
  EXPECT_EQ(conflict.status, 409U);
  EXPECT_EQ(conflict.fields.find("Content-Type"), "text/x.tlog.size");
  EXPECT_EQ(conflict.body, "7\n");

  AddCheckpoint other = AddCheckpoint::parse(growth(7, 7)).value();
  other.checkpoint = note(7, sha256(std::string_view("fork")));
  EXPECT_EQ(server_->add_checkpoint(other.text()).status, 409U);
  other = AddCheckpoint::parse(growth(7, 9)).value();
  other.proof[0].bytes[0] ^= 1;
  EXPECT_EQ(server_->add_checkpoint(other.text()).status, 422U);
  EXPECT_EQ(server_->add_checkpoint(growth(9, 7)).status, 400U);
  EXPECT_EQ(server_->add_checkpoint("hello").status, 400U);
  const auto stranger = tlog::Signer::from_pem("log.example", tlog::Signer::generate_pem()).value();
  other.checkpoint =
      stranger.sign_note(tlog::Checkpoint{"log.example", 9, tree_.root(9), {}}.text());
  EXPECT_EQ(server_->add_checkpoint(other.text()).status, 403U);
  const auto unknown =
      tlog::Signer::from_pem("other.example", tlog::Signer::generate_pem()).value();
  other.checkpoint =
      unknown.sign_note(tlog::Checkpoint{"other.example", 9, tree_.root(9), {}}.text());
  EXPECT_EQ(server_->add_checkpoint(other.text()).status, 404U);
  // None of the refusals moved it.
  expect_cosigned(server_->add_checkpoint(growth(7, 9)), 9);
}

TEST_F(WitnessServerTest, WhereItStoodSurvivesARestart) {
  expect_cosigned(server_->add_checkpoint(growth(0, 5)), 5);
  open();
  EXPECT_EQ(server_->add_checkpoint(growth(0, 5)).body, "5\n");
  expect_cosigned(server_->add_checkpoint(growth(5, 300)), 300);
  open();
  EXPECT_EQ(server_->add_checkpoint(growth(5, 6)).body, "300\n");
}

TEST_F(WitnessServerTest, ADamagedStateStopsTheStart) {
  expect_cosigned(server_->add_checkpoint(growth(0, 5)), 5);
  server_.reset();
  const Bytes good = durable::read_file(state_file(), 10'000).value();
  for (const std::size_t keep : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
    std::ofstream(state_file(), std::ios::binary | std::ios::trunc)
        << as_text(ByteSpan(good).first(keep));
    const auto opened = try_open();
    ASSERT_FALSE(opened) << keep;
    EXPECT_EQ(opened.error().token, "bad_checkpoint");
  }
}

TEST_F(WitnessServerTest, ASecondOneOnTheSameFolderIsRefused) {
  const auto second = try_open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().token, "store_locked");
}

TEST_F(WitnessServerTest, WhatCannotBeKeptIsNotCosignedNorLater) {
  expect_cosigned(server_->add_checkpoint(growth(0, 5)), 5);
  std::filesystem::rename(folder_ / "state", folder_ / "away");
  EXPECT_EQ(server_->add_checkpoint(growth(5, 7)).status / 100, 5U);
  std::filesystem::rename(folder_ / "away", folder_ / "state");
  EXPECT_EQ(server_->add_checkpoint(growth(5, 7)).status, 503U);
  open();  // a restart knows where it stood
  expect_cosigned(server_->add_checkpoint(growth(5, 7)), 7);
}

// Each thread tries to win every step with a tree of its own: of two trees of one size, one is
// cosigned.
TEST_F(WitnessServerTest, OfRequestsAtOnceForOneSizeOneTreeWins) {
  constexpr int kThreads = 4;
  std::vector<tlog::NaiveTree> trees;
  for (int t = 0; t < kThreads; ++t) {
    auto leaves = tlog::numbered_leaves(40);
    leaves[0] = sha256("tree " + std::to_string(t));
    trees.emplace_back(leaves);
  }
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const tlog::NaiveTree& tree = trees[static_cast<std::size_t>(t)];
      AddCheckpoint request;
      request.checkpoint =
          log_.sign_note(tlog::Checkpoint{"log.example", 1, tree.root(1), {}}.text());
      if (server_->add_checkpoint(request.text()).status != 200) return;
      ++won;
      for (std::uint64_t size = 2; size <= 40; ++size) {
        request.old_size = size - 1;
        request.proof = tree.consistency(size - 1, size);
        request.checkpoint =
            log_.sign_note(tlog::Checkpoint{"log.example", size, tree.root(size), {}}.text());
        EXPECT_EQ(server_->add_checkpoint(request.text()).status, 200U);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(server_->add_checkpoint(growth(0, 3)).body, "40\n");
}

TEST_F(WitnessServerTest, SpeaksRealTls) {
  test::TestPki pki(folder_.path());
  const test::Identity identity = pki.server();
  http::TlsOptions tls;
  tls.certificate_chain = identity.certificate;
  tls.private_key = identity.key;
  tls.session_context = "witness";
  http::ServerOptions options;
  options.name = "witness";
  options.tls = http::TlsContext::make(tls).value();
  http::Router router;
  server_->add_routes(router);
  test::RunningServer running(router, options);
  test::ClientOptions client_options;
  client_options.port = running.port();
  client_options.authorities = pki.authority();
  const auto client = test::TlsClient::connect(client_options);
  ASSERT_TRUE(client);
  const auto post = [&](const std::string& body) {
    return (*client)
        ->exchange("POST /add-checkpoint HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + body)
        .value();
  };
  EXPECT_EQ(post(growth(0, 5)).status, 200U);
  const auto conflict = post(growth(0, 5));
  EXPECT_EQ(conflict.status, 409U);
  EXPECT_EQ(conflict.fields.at("content-type"), "text/x.tlog.size");
  EXPECT_EQ(conflict.body, "5\n");
  EXPECT_EQ(post("old").status, 400U);
  EXPECT_EQ(post(growth(5, 7)).status, 200U);
  EXPECT_EQ((*client)->exchange("GET /add-checkpoint HTTP/1.1\r\nHost: localhost\r\n\r\n")->status,
            405U);
}

}  // namespace
}  // namespace hansom::witness
