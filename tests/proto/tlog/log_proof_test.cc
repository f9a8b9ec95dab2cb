// ".tlog-proof": what is read, what is refused, what it proves.
#include "proto/tlog/log_proof.h"

#include <gtest/gtest.h>

#include "tests/proto/tlog/naive_tree.h"

namespace hansom::tlog {
namespace {

class LogProofs : public ::testing::Test {
 protected:
  LogProofs()
      : tree_(numbered_leaves(21)),
        journal_(Signer::from_pem("log.example", Signer::generate_pem()).value()),
        witness_(Cosigner::from_pem("w/a", Ed25519Key::generate_pem()).value()) {
    policy_ =
        WitnessPolicy::parse("witness a " + witness_.verifier().text() + "\nquorum a\n").value();
  }
  // With a cosignature.
  LogProof make(std::uint64_t index, std::uint64_t size) const {
    const Checkpoint checkpoint{"log.example", size, tree_.root(size), {}};
    LogProof proof;
    proof.extra = to_bytes("the leaf");
    proof.index = index;
    proof.hashes = tree_.inclusion(index, size);
    proof.checkpoint = journal_.sign_note(checkpoint.text()) +
                       witness_.cosign(checkpoint.text(), UtcTime(std::chrono::seconds(7))).line();
    return proof;
  }
  NaiveTree tree_;
  Signer journal_;
  Cosigner witness_;
  WitnessPolicy policy_;
};

TEST_F(LogProofs, EveryLeafOfEverySizeIsProvenByItsText) {
  for (std::uint64_t size = 1; size <= tree_.size(); ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const std::string text = make(index, size).text();
      const auto proof = LogProof::parse(text);
      ASSERT_TRUE(proof) << proof.error().message;
      EXPECT_EQ(proof->text(), text);
      const auto proven = verify_log_proof(*proof, tree_.leaf(index), journal_.verifier(), policy_);
      ASSERT_TRUE(proven) << proven.error().message;
      EXPECT_EQ(proven->checkpoint.size, size);
      ASSERT_EQ(proven->witnesses.size(), 1U);
      EXPECT_FALSE(
          verify_log_proof(*proof, tree_.leaf((index + 1) % 21), journal_.verifier(), policy_));
    }
  }
}

TEST_F(LogProofs, EveryFlippedBitIsFoundButInTheExtraData) {
  LogProof plain = make(11, 21);
  plain.extra.reset();
  const std::string text = plain.text();
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string damaged = text;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const auto proof = LogProof::parse(damaged);
    EXPECT_FALSE(proof && verify_log_proof(*proof, tree_.leaf(11), journal_.verifier(), policy_))
        << "bit " << bit;
  }
}

TEST_F(LogProofs, EveryTruncationIsRefused) {
  const std::string text = make(11, 21).text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto proof = LogProof::parse(std::string_view(text).substr(0, size));
    EXPECT_FALSE(proof && verify_log_proof(*proof, tree_.leaf(11), journal_.verifier(), policy_))
        << size;
  }
}

TEST_F(LogProofs, WhatIsNotOneIsRefused) {
  const std::string note = make(0, 3).checkpoint;
  const std::string hash = to_base64(sha256(std::string_view("h")).bytes) + "\n";
  const std::string first = "c2sp.org/tlog-proof@v1\n";
  std::string many;
  for (int i = 0; i < 65; ++i) many += hash;
  ASSERT_TRUE(LogProof::parse(first + "index 0\n\n" + note));
  for (const std::string& text : std::vector<std::string>{
           "", first, note, first + "\n" + note, first + "index 00\n\n" + note,
           first + "index -1\n\n" + note, first + "index 18446744073709551616\n\n" + note,
           first + "index 0\n" + note, first + "index 0\nAAAA\n\n" + note,
           first + "extra \nindex 0\n\n" + note, first + "extra ?\nindex 0\n\n" + note,
           first + "index 0\nextra AAAA\n\n" + note, first + "index 0\n" + many + "\n" + note,
           first + "index 0\n\nhello\n\n\u2014 a AAAAAAA=\n", "x" + first + "index 0\n\n" + note,
           first + "index 0\n\n" + note + "x", first + "index 0\r\n\n" + note}) {
    const auto proof = LogProof::parse(text);
    ASSERT_FALSE(proof) << text.substr(0, 200);
    EXPECT_EQ(proof.error().token, "bad_proof");
  }
}

TEST_F(LogProofs, WithoutTheQuorumItProvesNothing) {
  LogProof proof = make(11, 21);
  proof.checkpoint = proof.checkpoint.substr(0, proof.checkpoint.find("\u2014 w/a"));
  const auto unmet = verify_log_proof(proof, tree_.leaf(11), journal_.verifier(), policy_);
  ASSERT_FALSE(unmet);
  EXPECT_EQ(unmet.error().token, "policy_unmet");
  EXPECT_TRUE(verify_log_proof(proof, tree_.leaf(11), journal_.verifier(), WitnessPolicy()));
}

}  // namespace
}  // namespace hansom::tlog
