// Numbers and text into bytes. Pure; the program in the sandbox has no other library of ours.
#pragma once

#include <string_view>

#include "proto/base/bytes.h"

namespace hansom::ingest {

inline void append_be(Bytes& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i > 0; --i)
    out.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
}
inline void append_u16(Bytes& out, std::uint64_t value) {
  append_be(out, value, 2);
}
inline void append_u32(Bytes& out, std::uint64_t value) {
  append_be(out, value, 4);
}
inline void append_u64(Bytes& out, std::uint64_t value) {
  append_be(out, value, 8);
}
// Least significant byte first.
inline void append_u32le(Bytes& out, std::uint64_t value) {
  for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
inline void append_bytes(Bytes& out, ByteSpan more) {
  out.insert(out.end(), more.begin(), more.end());
}
inline void append_text(Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

}  // namespace hansom::ingest
