// Subtrees and their proofs (draft-ietf-plants-merkle-tree-certs, sections 4.1 to 4.4): the leaves
// [start, end) of a tree, where start is a multiple of the smallest power of two that is at least
// end - start. Pure.
#pragma once

#include "proto/tlog/merkle.h"

namespace hansom::tlog {

struct Subtree {
  std::uint64_t start = 0;
  std::uint64_t end = 0;

  [[nodiscard]] std::uint64_t size() const { return end - start; }
  // True when the numbers name a subtree with at least one leaf.
  [[nodiscard]] bool valid() const;
  bool operator==(const Subtree&) const = default;
};

// The hash over the subtree's leaves. Requires: subtree.valid(). An error of `nodes` is passed on.
[[nodiscard]] Result<Digest> subtree_root(Subtree subtree, const NodeReader& nodes);
// That the subtree belongs to the tree of `size` leaves. Error: kInvalid `bad_tree_size` unless the
// subtree is valid and ends within the tree; errors of `nodes` are passed on.
[[nodiscard]] Result<Proof> subtree_consistency_proof(Subtree subtree, std::uint64_t size,
                                                      const NodeReader& nodes);

// Error of both: kCorrupt `proof_invalid`.
[[nodiscard]] Status verify_subtree_inclusion(const Digest& leaf, std::uint64_t index,
                                              Subtree subtree, const Proof& proof,
                                              const Digest& subtree_hash);
// An empty subtree (start = end <= size) belongs to every tree: its hash is empty_root(), its proof
// is empty, and `root` is not looked at.
[[nodiscard]] Status verify_subtree_consistency(Subtree subtree, std::uint64_t size,
                                                const Proof& proof, const Digest& subtree_hash,
                                                const Digest& root);

}  // namespace hansom::tlog
