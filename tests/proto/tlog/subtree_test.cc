// Subtree proofs against plain recursion, for every subtree of small trees, and every damage to
// them.
#include "proto/tlog/subtree.h"

#include <gtest/gtest.h>

#include "tests/proto/tlog/naive_tree.h"

namespace hansom::tlog {
namespace {

constexpr std::uint64_t kSizeMax = 33;

// The hash over the leaves [start, end), as a tree of their own.
Digest plain_root(const NaiveTree& tree, Subtree subtree) {
  std::vector<Digest> leaves;
  for (std::uint64_t i = subtree.start; i < subtree.end; ++i) leaves.push_back(tree.leaf(i));
  return NaiveTree(leaves).root(subtree.size());
}

TEST(Subtree, BeginsAtAMultipleOfThePowerOfTwoThatHoldsIt) {
  for (const Subtree good : {Subtree{0, 1}, {0, 7}, {4, 8}, {4, 7}, {8, 13}, {7, 8}, {6, 8}}) {
    EXPECT_TRUE(good.valid()) << good.start << " " << good.end;
  }
  for (const Subtree bad :
       {Subtree{0, 0}, {1, 1}, {2, 1}, {1, 3}, {2, 5}, {4, 9}, {0, ~0ULL}, {~0ULL, 0}}) {
    EXPECT_FALSE(bad.valid()) << bad.start << " " << bad.end;
  }
}

TEST(Subtree, EveryProofOfSmallTreesVerifiesAndNoOtherDoes) {
  const NaiveTree tree(numbered_leaves(kSizeMax));
  for (std::uint64_t size = 1; size <= kSizeMax; ++size) {
    const Digest root = tree.root(size);
    for (std::uint64_t start = 0; start < size; ++start) {
      for (std::uint64_t end = start + 1; end <= size; ++end) {
        const Subtree subtree{start, end};
        if (!subtree.valid()) continue;
        const Digest hash = plain_root(tree, subtree);
        ASSERT_EQ(subtree_root(subtree, tree.nodes()).value(), hash);
        const Proof proof = subtree_consistency_proof(subtree, size, tree.nodes()).value();
        ASSERT_TRUE(verify_subtree_consistency(subtree, size, proof, hash, root))
            << start << " " << end << " " << size;
        Proof longer = proof;
        longer.push_back(root);
        EXPECT_FALSE(verify_subtree_consistency(subtree, size, longer, hash, root));
        if (!proof.empty()) {
          const Proof shorter(proof.begin() + 1, proof.end());
          EXPECT_FALSE(verify_subtree_consistency(subtree, size, shorter, hash, root));
        }
        for (std::size_t i = 0; i < proof.size(); ++i) {
          Proof damaged = proof;
          damaged[i].bytes[7] ^= 1;
          EXPECT_FALSE(verify_subtree_consistency(subtree, size, damaged, hash, root));
        }
        EXPECT_FALSE(verify_subtree_consistency(subtree, size, proof, leaf_hash({}), root));
        EXPECT_FALSE(verify_subtree_consistency(subtree, size, proof, hash, leaf_hash({})));
      }
    }
  }
}

TEST(Subtree, FromTheFirstLeafOnItIsTheConsistencyOfTrees) {
  const NaiveTree tree(numbered_leaves(kSizeMax));
  for (std::uint64_t old_size = 1; old_size <= kSizeMax; ++old_size) {
    EXPECT_EQ(subtree_consistency_proof({0, old_size}, kSizeMax, tree.nodes()).value(),
              tree.consistency(old_size, kSizeMax));
  }
}

TEST(Subtree, InclusionIsThatOfATreeOfItsOwn) {
  const NaiveTree tree(numbered_leaves(16));
  const Subtree subtree{8, 13};
  const Digest hash = plain_root(tree, subtree);
  const auto shifted = [&](unsigned level, std::uint64_t index) {
    return tree.nodes()(level, (subtree.start >> level) + index);
  };
  for (std::uint64_t index = 8; index < 13; ++index) {
    const Proof proof = inclusion_proof(index - 8, subtree.size(), shifted).value();
    EXPECT_TRUE(verify_subtree_inclusion(tree.leaf(index), index, subtree, proof, hash));
    EXPECT_FALSE(verify_subtree_inclusion(tree.leaf(index), index, {8, 12}, proof, hash));
    EXPECT_FALSE(verify_subtree_inclusion(tree.leaf(index), index - 8, subtree, proof, hash));
  }
  EXPECT_FALSE(verify_subtree_inclusion(tree.leaf(8), 8, {7, 13}, {}, hash));
}

TEST(Subtree, WhatIsNotOneHasNoProof) {
  const NaiveTree tree(numbered_leaves(8));
  for (const Subtree bad : {Subtree{0, 0}, {1, 3}, {0, 9}, {8, 9}, {3, 3}}) {
    const auto proof = subtree_consistency_proof(bad, 8, tree.nodes());
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().token, "bad_tree_size");
  }
}

TEST(Subtree, AFailedReadIsAnErrorNotAnEmptyProof) {
  const NodeReader broken = [](unsigned, std::uint64_t) -> Result<Digest> {
    return fail(ErrorKind::kCorrupt, "bad_tile", "gone");
  };
  EXPECT_EQ(subtree_consistency_proof({4, 6}, 8, broken).error().token, "bad_tile");
  EXPECT_EQ(subtree_root({4, 6}, broken).error().token, "bad_tile");
}

}  // namespace
}  // namespace hansom::tlog
