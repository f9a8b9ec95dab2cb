// The witness's table of decisions, and the codec of what is sent to it.
#include "proto/tlog/witness.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/proto/tlog/naive_tree.h"

namespace hansom::tlog {
namespace {

class WitnessDecisions : public ::testing::Test {
 protected:
  WitnessDecisions()
      : tree_(numbered_leaves(20)),
        log_(Signer::from_pem("log.example", Signer::generate_pem()).value()),
        stranger_(Signer::from_pem("log.example", Signer::generate_pem()).value()) {}

  std::string note(std::uint64_t size, const Digest& root) const {
    return log_.sign_note(Checkpoint{"log.example", size, root, {}}.text());
  }
  AddCheckpoint growth(std::uint64_t old_size, std::uint64_t new_size) const {
    AddCheckpoint request;
    request.old_size = old_size;
    if (old_size > 0 && old_size < new_size) request.proof = tree_.consistency(old_size, new_size);
    request.checkpoint = note(new_size, tree_.root(new_size));
    return request;
  }
  WitnessedTree at(std::uint64_t size) const {
    return {size, size == 0 ? empty_root() : tree_.root(size)};
  }
  WitnessDecision decided(const AddCheckpoint& request, const WitnessedTree& known) const {
    return decide(request, {stranger_.verifier(), log_.verifier()}, known);
  }

  NaiveTree tree_;
  Signer log_;
  Signer stranger_;
};

TEST_F(WitnessDecisions, EveryGrowthIsCosigned) {
  for (std::uint64_t new_size = 0; new_size <= 20; ++new_size) {
    for (std::uint64_t old_size = 0; old_size <= new_size; ++old_size) {
      const WitnessDecision decision = decided(growth(old_size, new_size), at(old_size));
      ASSERT_EQ(decision.status, 200U) << old_size << " " << new_size << " " << decision.why;
      EXPECT_EQ(decision.tree, at(new_size));
      EXPECT_EQ(decision.text, SignedNote::parse(note(new_size, at(new_size).root))->text);
    }
  }
}

TEST_F(WitnessDecisions, NobodyElseSpeaksForTheLog) {
  AddCheckpoint request = growth(0, 5);
  EXPECT_EQ(decide(request, {stranger_.verifier()}, at(0)).status, 403U);
  EXPECT_EQ(decide(request, {}, at(0)).status, 403U);
  const Signer other = Signer::from_pem("other.example", Signer::generate_pem()).value();
  EXPECT_EQ(decide(request, {other.verifier()}, at(0)).status, 403U);
  // The signature is looked at before all else: a stranger learns nothing of the state.
  request.old_size = 9;
  EXPECT_EQ(decide(request, {stranger_.verifier()}, at(3)).status, 403U);
  // A good signature beside a forged one of the same key is none.
  request = growth(0, 5);
  const std::string forged = log_.sign_note("other\n");
  request.checkpoint += forged.substr(forged.find("\u2014"));
  EXPECT_EQ(decided(request, at(0)).status, 403U);
}

TEST_F(WitnessDecisions, ALargerOldSizeMakesNoSense) {
  EXPECT_EQ(decided(growth(6, 5), at(6)).status, 400U);
  EXPECT_EQ(decided(growth(6, 5), at(5)).status, 400U);
}

TEST_F(WitnessDecisions, AnotherOldSizeIsAnsweredWithTheKnownOne) {
  for (const auto& [old_size, known] :
       std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 3}, {4, 3}, {3, 0}, {3, 9}}) {
    const WitnessDecision decision = decided(growth(old_size, 9), at(known));
    EXPECT_EQ(decision.status, 409U);
    EXPECT_EQ(decision.tree, at(known));
  }
  // A roll back, too: the witness stands at 9, the log says it goes from 3 to 5.
  EXPECT_EQ(decided(growth(3, 5), at(9)).status, 409U);
}

TEST_F(WitnessDecisions, TheSameSizeTwiceIsFineWithTheSameRootOnly) {
  EXPECT_EQ(decided(growth(7, 7), at(7)).status, 200U);
  AddCheckpoint forked = growth(7, 7);
  forked.checkpoint = note(7, sha256(std::string_view("fork")));
  EXPECT_EQ(decided(forked, at(7)).status, 409U);
  AddCheckpoint padded = growth(7, 7);
  padded.proof.push_back(tree_.leaf(0));
  EXPECT_EQ(decided(padded, at(7)).status, 422U);
}

TEST_F(WitnessDecisions, AProofThatDoesNotHoldIsRefused) {
  AddCheckpoint request = growth(7, 12);
  request.proof[0].bytes[0] ^= 1;
  EXPECT_EQ(decided(request, at(7)).status, 422U);
  request = growth(7, 12);
  request.proof.pop_back();
  EXPECT_EQ(decided(request, at(7)).status, 422U);
  request = growth(7, 12);
  request.proof.clear();
  EXPECT_EQ(decided(request, at(7)).status, 422U);
  // A tree that another history leads to: the proof is of the fork, the state is not.
  EXPECT_EQ(decided(growth(7, 12), {7, sha256(std::string_view("fork"))}).status, 422U);
  request = growth(0, 12);
  request.proof.push_back(tree_.leaf(0));
  EXPECT_EQ(decided(request, at(0)).status, 422U);
  request = growth(0, 0);
  request.checkpoint = note(0, sha256(std::string_view("not the empty root")));
  EXPECT_EQ(decided(request, at(0)).status, 422U);
}

TEST_F(WitnessDecisions, TheRequestComesBackEqualAndNamesItsOrigin) {
  for (const AddCheckpoint& request : {growth(0, 5), growth(3, 20), growth(7, 7)}) {
    const auto parsed = AddCheckpoint::parse(request.text());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->text(), request.text());
    EXPECT_EQ(parsed->proof, request.proof);
    EXPECT_EQ(origin_of(*parsed).value(), "log.example");
  }
}

TEST_F(WitnessDecisions, WhatIsNoRequestIsRefused) {
  const std::string good = note(5, tree_.root(5));
  const std::string hash = to_base64(tree_.leaf(0).bytes) + "\n";
  std::string many;
  for (int i = 0; i < 64; ++i) many += hash;
  ASSERT_TRUE(AddCheckpoint::parse("old 0\n\n" + good));
  for (const std::string& body : std::vector<std::string>{
           "", "old 0", "old 0\n", "old 0\n\n", good, "\n" + good, "old\n\n" + good,
           "old 00\n\n" + good, "old -1\n\n" + good, "old 18446744073709551616\n\n" + good,
           "old 0 \n\n" + good, "old 0\nAAAA\n\n" + good, "old 0\n" + many + "\n" + good,
           "old 0\n" + hash + good, "old 0\n\nhello\n", "old 0\r\n\r\n" + good, "new 0\n\n" + good,
           "old 0\n\n" + log_.sign_note("hello\n"), "old 0\n\n" + good + "x"}) {
    const auto parsed = AddCheckpoint::parse(body);
    ASSERT_FALSE(parsed) << body.substr(0, 100);
    EXPECT_EQ(parsed.error().token, "bad_add_checkpoint");
  }
}

TEST(TreeSize, IsOneLine) {
  EXPECT_EQ(parse_tree_size(tree_size_text(0)), 0U);
  EXPECT_EQ(parse_tree_size(tree_size_text(20'852'163)), 20'852'163U);
  for (const char* bad : {"", "5", "05\n", "5\n\n", "5 \n", "-5\n", "five\n", "5\n6\n"}) {
    EXPECT_EQ(parse_tree_size(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace hansom::tlog
