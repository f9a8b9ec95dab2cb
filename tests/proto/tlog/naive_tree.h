// RFC 6962 section 2.1 written down as it stands there, to compare with: slow and plain.
#pragma once

#include <bit>
#include <span>

#include "proto/tlog/merkle.h"

namespace hansom::tlog {

class NaiveTree {
 public:
  explicit NaiveTree(std::vector<Digest> leaf_hashes) : leaves_(std::move(leaf_hashes)) {}

  [[nodiscard]] std::uint64_t size() const { return leaves_.size(); }
  [[nodiscard]] const Digest& leaf(std::uint64_t index) const { return leaves_[index]; }
  [[nodiscard]] Digest root(std::uint64_t size) const { return mth(0, size); }
  [[nodiscard]] Proof inclusion(std::uint64_t index, std::uint64_t size) const {
    return path(index, 0, size);
  }
  [[nodiscard]] Proof consistency(std::uint64_t old_size, std::uint64_t new_size) const {
    return subproof(old_size, 0, new_size, true);
  }
  [[nodiscard]] NodeReader nodes() const {
    return [this](unsigned level, std::uint64_t index) -> Result<Digest> {
      return mth(index << level, (index + 1) << level);
    };
  }

 private:
  [[nodiscard]] static std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }
  [[nodiscard]] Digest mth(std::uint64_t begin, std::uint64_t end) const {
    if (begin == end) return empty_root();
    if (end - begin == 1) return leaves_[begin];
    const std::uint64_t k = split(end - begin);
    return node_hash(mth(begin, begin + k), mth(begin + k, end));
  }
  [[nodiscard]] Proof path(std::uint64_t m, std::uint64_t begin, std::uint64_t end) const {
    if (end - begin == 1) return {};
    const std::uint64_t k = split(end - begin);
    Proof proof = m < k ? path(m, begin, begin + k) : path(m - k, begin + k, end);
    proof.push_back(m < k ? mth(begin + k, end) : mth(begin, begin + k));
    return proof;
  }
  [[nodiscard]] Proof subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end,
                               bool whole) const {
    if (m == end - begin) return whole ? Proof{} : Proof{mth(begin, end)};
    const std::uint64_t k = split(end - begin);
    Proof proof =
        m <= k ? subproof(m, begin, begin + k, whole) : subproof(m - k, begin + k, end, false);
    proof.push_back(m <= k ? mth(begin + k, end) : mth(begin, begin + k));
    return proof;
  }

  std::vector<Digest> leaves_;
};

// Leaf hashes of the numbers 0 .. size-1.
[[nodiscard]] inline std::vector<Digest> numbered_leaves(std::uint64_t size) {
  std::vector<Digest> hashes;
  for (std::uint64_t i = 0; i < size; ++i) {
    Bytes leaf;
    append_u64be(leaf, i);
    hashes.push_back(leaf_hash(leaf));
  }
  return hashes;
}

}  // namespace hansom::tlog
