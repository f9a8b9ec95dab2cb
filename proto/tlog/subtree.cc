// Proofs about subtrees. Both directions walk from the whole tree down to the subtree; a proof
// lists what lay beside that walk, from the bottom up.
#include "proto/tlog/subtree.h"

#include <algorithm>
#include <bit>

#include "proto/base/check.h"

namespace hansom::tlog {
namespace {

constexpr std::uint64_t kHalfOfAll = 1ULL << 63;  // no power of two beyond it fits 64 bits

tl::unexpected<Error> bad_proof(const char* why) {
  return fail(ErrorKind::kCorrupt, "proof_invalid", why);
}

// Where a step down from a range goes.
enum class Step {
  kLeft,    // the subtree lies in the left half
  kRight,   // in the right half
  kAcross,  // it holds the whole left half and ends in the right one
};

// One step down: `rest` is the range to go on with, `beside` the half that was left.
struct Split {
  Step step;
  Subtree rest;
  Subtree beside;
};

// Requires: `range` holds `wanted` and more, which begins with it where it reaches across the
// middle.
Split split(Subtree range, Subtree wanted) {
  const std::uint64_t middle = range.start + std::bit_floor(range.size() - 1);
  const Subtree left{range.start, middle};
  const Subtree right{middle, range.end};
  if (wanted.end <= middle) return {Step::kLeft, left, right};
  if (middle <= wanted.start) return {Step::kRight, right, left};
  return {Step::kAcross, right, left};
}

// What of `wanted` lies in `range`.
Subtree common(Subtree range, Subtree wanted) {
  return {std::max(range.start, wanted.start), std::min(range.end, wanted.end)};
}

}  // namespace

bool Subtree::valid() const {
  return start < end && size() <= kHalfOfAll && start % std::bit_ceil(size()) == 0;
}

Result<Digest> subtree_root(Subtree subtree, const NodeReader& nodes) {
  HANSOM_CHECK(subtree.valid());
  // Every complete subtree in it is one of the whole tree, further to the right.
  return root(subtree.size(), [&](unsigned level, std::uint64_t index) {
    return nodes(level, (subtree.start >> level) + index);
  });
}

Result<Proof> subtree_consistency_proof(Subtree subtree, std::uint64_t size,
                                        const NodeReader& nodes) {
  if (!subtree.valid() || subtree.end > size) {
    return fail(ErrorKind::kInvalid, "bad_tree_size", "that is not a subtree of the tree");
  }
  Proof proof;
  Subtree range{0, size};
  bool whole = true;  // the verifier knows the hash of what is left: it is the subtree itself
  while (range != common(range, subtree)) {
    const Split down = split(range, common(range, subtree));
    HANSOM_TRY_ASSIGN(const Digest beside, subtree_root(down.beside, nodes));
    proof.push_back(beside);
    if (down.step == Step::kAcross) whole = false;
    range = down.rest;
  }
  if (!whole) {
    HANSOM_TRY_ASSIGN(const Digest rest, subtree_root(range, nodes));
    proof.push_back(rest);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Status verify_subtree_inclusion(const Digest& leaf, std::uint64_t index, Subtree subtree,
                                const Proof& proof, const Digest& subtree_hash) {
  if (!subtree.valid()) return bad_proof("the numbers name no subtree");
  if (index < subtree.start) return bad_proof("the leaf lies before the subtree");
  return verify_inclusion(leaf, index - subtree.start, subtree.size(), proof, subtree_hash);
}

Status verify_subtree_consistency(Subtree subtree, std::uint64_t size, const Proof& proof,
                                  const Digest& subtree_hash, const Digest& root) {
  if (subtree.end > size) return bad_proof("the subtree ends beyond the tree");
  if (subtree.start == subtree.end) {
    if (!proof.empty()) return bad_proof("an empty subtree needs no proof");
    if (subtree_hash != empty_root()) return bad_proof("not the hash of an empty subtree");
    return {};
  }
  if (!subtree.valid()) return bad_proof("the numbers name no subtree");

  // Down: which half was left at each step. The proof must name each, and at the end the rest,
  // unless that is the subtree itself.
  std::vector<Step> steps;
  Subtree range{0, size};
  while (range != common(range, subtree)) {
    const Split down = split(range, common(range, subtree));
    steps.push_back(down.step);
    range = down.rest;
  }
  const bool whole = std::find(steps.begin(), steps.end(), Step::kAcross) == steps.end();
  if (proof.size() != steps.size() + (whole ? 0 : 1)) {
    return bad_proof("the subtree proof has another length");
  }

  // And up again, with the hash of the subtree and of the tree side by side.
  auto next = proof.begin();
  Digest part = whole ? subtree_hash : *next++;
  Digest tree = part;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const Digest& beside = *next++;
    if (*step == Step::kAcross) part = node_hash(beside, part);
    tree = *step == Step::kLeft ? node_hash(tree, beside) : node_hash(beside, tree);
  }
  if (part != subtree_hash) return bad_proof("the proof leads to another subtree");
  if (tree != root) return bad_proof("the proof leads to another root");
  return {};
}

}  // namespace hansom::tlog
