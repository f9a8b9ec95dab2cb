// RFC 6962 section 2.1: Merkle tree hashing, inclusion and consistency proofs. Pure.
#pragma once

#include <functional>
#include <vector>

#include "proto/base/ids.h"

namespace hansom::tlog {

using Proof = std::vector<Digest>;

[[nodiscard]] Digest leaf_hash(ByteSpan leaf);                            // SHA-256(0x00 || leaf)
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(0x01 || l || r)
[[nodiscard]] Digest empty_root();                                        // SHA-256("")

// The hash of the complete subtree `index` at `level`: leaves [index << level, (index + 1) <<
// level).
using NodeReader = std::function<Result<Digest>(unsigned level, std::uint64_t index)>;

// Root of the first `size` leaves; empty_root() for 0.
[[nodiscard]] Result<Digest> root(std::uint64_t size, const NodeReader& nodes);
// Requires: index < size. An error of `nodes` is passed on; never an empty proof in its place.
[[nodiscard]] Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                            const NodeReader& nodes);
// Requires: old_size <= new_size.
[[nodiscard]] Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                              const NodeReader& nodes);

// Error: kCorrupt `proof_invalid`. (RFC 9162 sections 2.1.3.2 and 2.1.4.2.)
[[nodiscard]] Status verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                      const Proof& proof, const Digest& root);
[[nodiscard]] Status verify_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                        const Proof& proof, const Digest& old_root,
                                        const Digest& new_root);

}  // namespace hansom::tlog
