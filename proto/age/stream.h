// STREAM, age's payload: chunks of 64 KiB, each sealed under a nonce of its number and a last-chunk
// byte. For proto/age only.
#pragma once

#include <cstdint>

#include "proto/age/age.h"
#include "proto/age/primitives.h"

namespace hansom::age {

static_assert(kSealedChunkBytes == kChunkBytes + kTagBytes);

enum class ChunkPlace { kInside, kLast };

// Seals and opens chunks by number under one payload key.
class ChunkCipher {
 public:
  explicit ChunkCipher(const Secret& payload_key) : aead_(payload_key.span()) {}

  // Requires: at most kChunkBytes of plaintext; `out` has kTagBytes more.
  void seal(std::uint64_t number, ChunkPlace place, ByteSpan plain, MutableByteSpan out);
  // False when the chunk does not authenticate at this number and place; then `out` is wiped.
  [[nodiscard]] bool open(std::uint64_t number, ChunkPlace place, ByteSpan sealed,
                          MutableByteSpan out);

 private:
  Aead aead_;
};

// What the length of a payload says about its chunks.
struct ChunkLayout {
  std::uint64_t chunks = 0;             // at least one
  std::uint64_t last_sealed_bytes = 0;  // kTagBytes to kSealedChunkBytes
  // Error: kCorrupt `age_payload` for a length that no payload has.
  [[nodiscard]] static Result<ChunkLayout> of(std::uint64_t payload_bytes);
  [[nodiscard]] std::uint64_t plain_bytes() const {
    return (chunks - 1) * kChunkBytes + last_sealed_bytes - kTagBytes;
  }
};

[[nodiscard]] tl::unexpected<Error> payload_failure(std::uint64_t chunk, std::string_view why);

}  // namespace hansom::age
