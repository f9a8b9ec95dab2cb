// The bytes of a clip for people: opened or as stored, by range. Every call blocks on the disk.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "index/vault/vault.h"
#include "proto/age/age.h"

namespace hansom::retrieval {

// What is read and sent at once: whole chunks of the sealing format, so that each is opened once.
inline constexpr std::size_t kPieceBytes = 4 * age::kChunkBytes;
inline constexpr std::size_t kThumbnailBytesMax = std::size_t{1024} * 1024;
// What a repaired copy has at most beside its clip's own bytes, an index above all.
inline constexpr std::size_t kRepairedMoreBytesMax = std::size_t{65} * 32 * 1024;

// A finished representation that can be read anywhere. Not thread-safe; keeps its file open, so
// that a sweep that destroys the clip meanwhile does not cut an answer that was recorded before it.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  // Requires: offset + out.size() <= size(). On an error nothing of `out` may be used.
  [[nodiscard]] virtual Status read(std::uint64_t offset, MutableByteSpan out) = 0;
};

// The opened bytes; only the chunks a read touches are decrypted. Errors of this and of read():
// kCorrupt `vault_missing` or `vault_corrupt` (not what was accepted once), kStorage.
// `clip` may also name a repaired copy.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_media(
    const vault::Vault& vault, const ClipId& clip, std::span<const age::Identity> identities);

// The bytes as they arrived. Errors: kCorrupt `vault_missing`, or `vault_corrupt` when the file
// does not have `sealed_bytes` bytes; kStorage.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_sealed(const vault::Vault& vault,
                                                              const ClipId& clip,
                                                              std::uint64_t sealed_bytes);

// A small sealed derivative, opened whole. Errors: kCorrupt `vault_missing`, or `vault_corrupt`,
// also above kThumbnailBytesMax; kStorage.
[[nodiscard]] Result<Bytes> open_derivative(const vault::Vault& vault, const Digest& name,
                                            std::span<const age::Identity> identities);

// How many of `left` bytes at `offset` make the next piece: it ends on a chunk's end or with
// `left`.
[[nodiscard]] std::size_t piece_bytes(std::uint64_t offset, std::uint64_t left);

}  // namespace hansom::retrieval
