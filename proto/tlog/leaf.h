// A journal leaf: what the tree commits to. 43 bytes: version 0x01, type (u16), time (u64, unix
// microseconds), commitment (SHA-256(salt || record)); integers big-endian.
#pragma once

#include "proto/base/clock.h"
#include "proto/base/sha256.h"

namespace hansom::tlog {

inline constexpr std::size_t kLeafBytes = 43;
inline constexpr std::size_t kSaltBytes = 32;

struct Leaf {
  std::uint16_t type = 0;  // field number of the record's act
  UtcTime time;
  Digest commitment;

  [[nodiscard]] Bytes encode() const;
  // Error: kCorrupt `bad_leaf`.
  [[nodiscard]] static Result<Leaf> decode(ByteSpan bytes);
};

[[nodiscard]] Digest commit(ByteSpan salt, ByteSpan record);

}  // namespace hansom::tlog
