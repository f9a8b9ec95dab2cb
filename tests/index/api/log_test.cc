// The public log: open to all, cached as its bytes allow, and enough to verify everything with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/witness/witnesses.h"
#include "proto/tlog/entry_bundle.h"
#include "proto/tlog/leaf.h"
#include "proto/tlog/log_proof.h"
#include "tests/index/api/api_rig.h"

namespace hansom::test {
namespace {

using testing::HasSubstr;

class PublicLog : public testing::Test {
 protected:
  PublicLog() : key_(tlog::VerifierKey::parse(rig_.verifier_key()).value()) {}

  Reply look(const std::string& target) {
    Ask ask;  // neither token nor purpose
    ask.target = target;
    ask.purpose = "";
    return rig_.ask(ask);
  }
  tlog::Checkpoint checkpoint(const std::string& target = "/log/checkpoint") {
    return tlog::verify_checkpoint(look(target).body, key_).value();
  }
  void grow_to(std::uint64_t size) {
    while (rig_.journal_size() < size) {
      evidence::Record record = record_by_server();
      record.mutable_access()->set_kind(evidence::Access::SEARCH);
      static_cast<void>(rig_.submit(std::move(record)));
    }
  }

  ApiRig rig_;
  tlog::VerifierKey key_;
};

TEST_F(PublicLog, IsShownWithoutTokenAndMakesNoLeaf) {
  const std::uint64_t before = rig_.journal_size();
  for (const char* target : {"/log/checkpoint", "/log/newest", "/log/proof/0",
                             "/log/tile/0/000.p/1", "/log/tile/entries/000.p/1"}) {
    EXPECT_EQ(look(target).status, 200U) << target;
  }
  EXPECT_EQ(rig_.journal_size(), before);
}

TEST_F(PublicLog, TilesAndEntriesLeadToTheCheckpoint) {
  grow_to(260);
  const tlog::Checkpoint shown = checkpoint();
  ASSERT_EQ(shown.size, 260U);
  const Reply full = look("/log/tile/0/000");
  EXPECT_EQ(full.field("Content-Type"), "application/octet-stream");
  EXPECT_THAT(full.field("Cache-Control"), HasSubstr("immutable"));
  EXPECT_EQ(full.body.size(), 8192U);
  const Reply entries = look("/log/tile/entries/001.p/4");
  const auto leaves = tlog::decode_entry_bundle(as_bytes(entries.body)).value();
  const auto upper = tlog::decode_tile(as_bytes(look("/log/tile/1/000.p/1").body)).value();
  Digest right[4];
  for (std::size_t i = 0; i < 4; ++i) right[i] = tlog::leaf_hash(leaves.at(i));
  EXPECT_EQ(tlog::node_hash(upper[0], tlog::subtree_hash(right)), shown.root);
}

TEST_F(PublicLog, TheCheckpointIsCachedForMomentsOnly) {
  const Reply reply = look("/log/checkpoint");
  EXPECT_EQ(reply.field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.field("Cache-Control"), "public, max-age=2");
}

TEST_F(PublicLog, AProofIsAllThatIsNeeded) {
  for (std::uint64_t leaf = 0; leaf < rig_.journal_size(); ++leaf) {
    const auto proof = tlog::LogProof::parse(look("/log/proof/" + std::to_string(leaf)).body);
    ASSERT_TRUE(proof);
    ASSERT_TRUE(proof->extra);
    EXPECT_EQ(proof->index, leaf);
    const auto proven =
        tlog::verify_log_proof(*proof, tlog::leaf_hash(*proof->extra), key_, tlog::WitnessPolicy());
    ASSERT_TRUE(proven) << proven.error().message;
    EXPECT_TRUE(tlog::Leaf::decode(*proof->extra));
  }
}

TEST_F(PublicLog, OldEntriesAreRefusedTheirTilesAndProofsStay) {
  grow_to(520);
  rig_.reopen([](api::PeopleApiDependencies& use) { use.minimum_index = 511; });
  for (const char* target : {"/log/tile/entries/000", "/log/tile/entries/000.p/3"}) {
    const Reply reply = look(target);
    EXPECT_EQ(reply.status, 410U) << target;
    EXPECT_EQ(reply.token, "entries_pruned");
  }
  // The second bundle still holds leaf 511.
  for (const char* target : {"/log/tile/entries/001", "/log/tile/0/000", "/log/proof/3"}) {
    EXPECT_EQ(look(target).status, 200U) << target;
  }
  rig_.reopen([](api::PeopleApiDependencies& use) { use.minimum_index = 512; });
  EXPECT_EQ(look("/log/tile/entries/001").status, 410U);
  EXPECT_EQ(look("/log/tile/entries/002.p/8").status, 200U);
}

TEST_F(PublicLog, WithWitnessesOnlyWhatTheyCosignedIsTheCheckpoint) {
  const auto cosigner = tlog::Cosigner::from_pem("w/a", tlog::Ed25519Key::generate_pem()).value();
  witness::WitnessesOptions options;
  options.policy = tlog::WitnessPolicy::parse("witness a " + cosigner.verifier().text() +
                                              " http://a.example\nquorum a\n")
                       .value();
  options.journal_key = key_;
  options.file = rig_.folder() / "witnessed.checkpoint";
  options.interval = std::chrono::hours(1);
  const tlog::WitnessPolicy policy = options.policy;
  // Cosigns whatever it is sent.
  const auto post = [&](const witness::HttpRequest& request) -> Result<witness::HttpAnswer> {
    const std::string note = request.body.substr(request.body.find("\n\n") + 2);
    const std::string text = tlog::SignedNote::parse(note)->text;
    return witness::HttpAnswer{200, cosigner.cosign(text, rig_.clock().now()).line()};
  };
  const auto witnesses =
      witness::Witnesses::open(rig_.index().journal(), rig_.clock(), options, post).value();
  rig_.reopen([&](api::PeopleApiDependencies& use) { use.witnesses = witnesses.get(); });
  for (const char* target : {"/log/checkpoint", "/log/proof/0"}) {
    const Reply reply = look(target);
    EXPECT_EQ(reply.status, 503U) << target;
    EXPECT_EQ(reply.token, "not_witnessed");
  }
  EXPECT_EQ(look("/log/newest").status, 200U);

  witnesses->start();
  ASSERT_TRUE(witnesses->ask_now(std::chrono::seconds(20)));
  const std::uint64_t witnessed = checkpoint().size;
  EXPECT_TRUE(tlog::verify_witnesses(look("/log/checkpoint").body, policy));
  grow_to(witnessed + 3);
  EXPECT_EQ(checkpoint().size, witnessed);
  EXPECT_EQ(checkpoint("/log/newest").size, witnessed + 3);
  EXPECT_EQ(look("/log/proof/" + std::to_string(witnessed)).token, "not_witnessed");
  EXPECT_EQ(look("/log/proof/" + std::to_string(witnessed - 1)).status, 200U);
  rig_.reopen([](api::PeopleApiDependencies& use) { use.witnesses = nullptr; });
  witnesses->stop();
}

}  // namespace
}  // namespace hansom::test
