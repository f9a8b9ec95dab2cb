// Proofs and roots against the definition, and that damage is found.
#include "proto/tlog/merkle.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/proto/tlog/naive_tree.h"

namespace hansom::tlog {
namespace {

constexpr std::uint64_t kSmall = 40;

TEST(Merkle, EveryRootOfASmallTreeIsTheDefinitions) {
  const NaiveTree tree(numbered_leaves(kSmall));
  for (std::uint64_t size = 0; size <= kSmall; ++size) {
    EXPECT_EQ(root(size, tree.nodes()).value(), tree.root(size)) << size;
  }
}

TEST(Merkle, EveryInclusionProofOfASmallTreeIsTheDefinitionsAndVerifies) {
  const NaiveTree tree(numbered_leaves(kSmall));
  for (std::uint64_t size = 1; size <= kSmall; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const Proof proof = inclusion_proof(index, size, tree.nodes()).value();
      EXPECT_EQ(proof, tree.inclusion(index, size)) << index << " in " << size;
      EXPECT_TRUE(verify_inclusion(tree.leaf(index), index, size, proof, tree.root(size)));
    }
  }
}

TEST(Merkle, EveryConsistencyProofOfASmallTreeIsTheDefinitionsAndVerifies) {
  const NaiveTree tree(numbered_leaves(kSmall));
  for (std::uint64_t size = 1; size <= kSmall; ++size) {
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      const Proof proof = consistency_proof(old_size, size, tree.nodes()).value();
      EXPECT_EQ(proof, tree.consistency(old_size, size)) << old_size << " of " << size;
      EXPECT_TRUE(verify_consistency(old_size, size, proof, tree.root(old_size), tree.root(size)));
    }
  }
}

TEST(Merkle, RandomTreesAgreeWithTheDefinitionAndDamagedProofsFail) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 30; ++round) {
    const std::uint64_t size = 2 + random() % 3000;
    const NaiveTree tree(numbered_leaves(size));
    const std::uint64_t index = random() % size;
    Proof proof = inclusion_proof(index, size, tree.nodes()).value();
    ASSERT_EQ(proof, tree.inclusion(index, size));
    ASSERT_TRUE(verify_inclusion(tree.leaf(index), index, size, proof, tree.root(size)));
    EXPECT_FALSE(verify_inclusion(tree.leaf(index), index, size, {}, tree.root(size)));
    EXPECT_FALSE(verify_inclusion(tree.leaf(index), size, size, proof, tree.root(size)));
    proof[random() % proof.size()].bytes[random() % 32] ^= 0x10;
    EXPECT_FALSE(verify_inclusion(tree.leaf(index), index, size, proof, tree.root(size)));

    const std::uint64_t old_size = 1 + random() % (size - 1);
    Proof growth = consistency_proof(old_size, size, tree.nodes()).value();
    const Digest before = tree.root(old_size);
    const Digest after = tree.root(size);
    ASSERT_EQ(growth, tree.consistency(old_size, size));
    ASSERT_TRUE(verify_consistency(old_size, size, growth, before, after));
    EXPECT_FALSE(verify_consistency(old_size, size, growth, after, before));
    EXPECT_FALSE(verify_consistency(old_size, size, {}, before, after));
    growth[random() % growth.size()].bytes[random() % 32] ^= 0x01;
    EXPECT_FALSE(verify_consistency(old_size, size, growth, before, after));
  }
}

// An empty proof is a valid proof for one leaf: it must never stand for "I could not".
TEST(Merkle, AFailedReadIsAnErrorAndNeverAnEmptyProof) {
  const NaiveTree tree(numbered_leaves(300));
  for (int good_reads = 0; good_reads < 12; ++good_reads) {
    int left = good_reads;
    const NodeReader failing = [&](unsigned level, std::uint64_t index) -> Result<Digest> {
      if (left-- == 0) return fail(ErrorKind::kStorage, "storage_failed", "injected");
      return tree.nodes()(level, index);
    };
    const auto proof = inclusion_proof(77, 300, failing);
    if (left < 0) {
      ASSERT_FALSE(proof);
      EXPECT_EQ(proof.error().token, "storage_failed");
    } else {
      EXPECT_EQ(*proof, tree.inclusion(77, 300));
    }
    left = good_reads;
    const auto growth = consistency_proof(77, 300, failing);
    EXPECT_EQ(growth.has_value(), left >= 0);
    left = good_reads;
    const auto whole = root(300, failing);
    EXPECT_EQ(whole.has_value(), left >= 0);
  }
}

TEST(Merkle, NothingIsProvenFromAnEmptyTree) {
  const NaiveTree tree(numbered_leaves(3));
  const auto proof = consistency_proof(0, 3, tree.nodes());
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().token, "bad_tree_size");
  EXPECT_FALSE(verify_consistency(0, 3, {}, empty_root(), tree.root(3)));
}

}  // namespace
}  // namespace hansom::tlog
