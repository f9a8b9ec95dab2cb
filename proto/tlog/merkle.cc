// RFC 6962 Merkle trees. A range of leaves is taken apart into complete subtrees; the caller's
// NodeReader knows those.
#include "proto/tlog/merkle.h"

#include <algorithm>
#include <bit>

#include "proto/base/check.h"

namespace hansom::tlog {
namespace {

// Leaves [begin, end) of a tree. In every use here begin is a multiple of the subtree's width.
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  [[nodiscard]] std::uint64_t size() const { return end - begin; }
  // The largest power of two smaller than the size: where RFC 6962 splits. Requires: size() > 1.
  [[nodiscard]] std::uint64_t middle() const { return begin + std::bit_floor(size() - 1); }
  [[nodiscard]] Range left() const { return {begin, middle()}; }
  [[nodiscard]] Range right() const { return {middle(), end}; }
};

// MTH(D[begin:end]). Requires: a non-empty range.
Result<Digest> range_hash(Range range, const NodeReader& nodes) {
  // Peel complete subtrees off the left, then fold them from the right.
  std::vector<Digest> subtrees;
  while (!std::has_single_bit(range.size())) {
    const Range left = range.left();
    const auto level = static_cast<unsigned>(std::countr_zero(left.size()));
    HANSOM_TRY_ASSIGN(const Digest hash, nodes(level, left.begin >> level));
    subtrees.push_back(hash);
    range = range.right();
  }
  const auto level = static_cast<unsigned>(std::countr_zero(range.size()));
  HANSOM_TRY_ASSIGN(Digest hash, nodes(level, range.begin >> level));
  for (auto left = subtrees.rbegin(); left != subtrees.rend(); ++left) {
    hash = node_hash(*left, hash);
  }
  return hash;
}

tl::unexpected<Error> bad_size(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_tree_size", std::move(message));
}

tl::unexpected<Error> bad_proof(const char* why) {
  return fail(ErrorKind::kCorrupt, "proof_invalid", why);
}

}  // namespace

Digest leaf_hash(ByteSpan leaf) {
  static constexpr std::uint8_t kPrefix = 0x00;
  Bytes input;
  input.reserve(1 + leaf.size());
  input.push_back(kPrefix);
  input.insert(input.end(), leaf.begin(), leaf.end());
  return sha256(input);
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> input{0x01};
  std::copy(left.bytes.begin(), left.bytes.end(), input.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), input.begin() + 33);
  return sha256(input);
}

Digest empty_root() {
  return sha256(ByteSpan());
}

Result<Digest> root(std::uint64_t size, const NodeReader& nodes) {
  if (size == 0) return empty_root();
  return range_hash({0, size}, nodes);
}

// PATH(m, D[n]), section 2.1.1, from the root down; a proof lists it from the leaf up.
Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& nodes) {
  HANSOM_CHECK(index < size);
  Proof proof;
  Range range{0, size};
  while (range.size() > 1) {
    const bool in_left = index < range.middle();
    HANSOM_TRY_ASSIGN(const Digest sibling,
                      range_hash(in_left ? range.right() : range.left(), nodes));
    proof.push_back(sibling);
    range = in_left ? range.left() : range.right();
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

// SUBPROOF(m, D[n], b), section 2.1.2, from the root down.
Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                const NodeReader& nodes) {
  HANSOM_CHECK(old_size <= new_size);
  if (old_size == 0) return bad_size("nothing can be proven from an empty tree");
  Proof proof;
  Range range{0, new_size};
  while (range.end != old_size) {
    const bool in_left = old_size <= range.middle();
    HANSOM_TRY_ASSIGN(const Digest sibling,
                      range_hash(in_left ? range.right() : range.left(), nodes));
    proof.push_back(sibling);
    range = in_left ? range.left() : range.right();
  }
  // The old root itself need not be told; a part of it must.
  if (range.begin != 0) {
    HANSOM_TRY_ASSIGN(const Digest part, range_hash(range, nodes));
    proof.push_back(part);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Status verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                        const Proof& proof, const Digest& root) {
  if (index >= size) return bad_proof("the leaf is not in a tree of that size");
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Digest r = leaf;
  for (const Digest& p : proof) {
    if (sn == 0) return bad_proof("the inclusion proof is too long");
    if ((fn & 1) != 0 || fn == sn) {
      r = node_hash(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return bad_proof("the inclusion proof is too short");
  if (r != root) return bad_proof("the inclusion proof leads to another root");
  return {};
}

Status verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Proof& proof,
                          const Digest& old_root, const Digest& new_root) {
  if (old_size == 0) return bad_proof("nothing can be proven from an empty tree");
  if (old_size > new_size) return bad_proof("the old tree is larger than the new one");
  if (old_size == new_size) {
    if (!proof.empty()) return bad_proof("equal sizes need no proof");
    if (old_root != new_root) return bad_proof("two roots of one size");
    return {};
  }
  if (proof.empty()) return bad_proof("the consistency proof is empty");

  // An old tree that is one complete subtree is its own first node.
  std::size_t next = 0;
  Digest fr = std::has_single_bit(old_size) ? old_root : proof[next++];
  Digest sr = fr;
  std::uint64_t fn = old_size - 1;
  std::uint64_t sn = new_size - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  for (; next < proof.size(); ++next) {
    const Digest& c = proof[next];
    if (sn == 0) return bad_proof("the consistency proof is too long");
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return bad_proof("the consistency proof is too short");
  if (fr != old_root) return bad_proof("the consistency proof leads to another old root");
  if (sr != new_root) return bad_proof("the consistency proof leads to another new root");
  return {};
}

}  // namespace hansom::tlog
