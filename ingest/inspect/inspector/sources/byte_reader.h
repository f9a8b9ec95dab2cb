// Numbers out of bytes, in order, never past their end. Pure.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// Reads forward. Past the end everything is 0 or empty, and ok() is false from then on, so that a
// parser may read a whole structure and ask once. Views `bytes`, which must outlive it.
class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }

  // The next `size` bytes; none when fewer are left.
  ByteSpan bytes(std::size_t size) {
    if (size > left()) {
      ok_ = false;
      at_ = bytes_.size();
      return {};
    }
    const ByteSpan taken = bytes_.subspan(at_, size);
    at_ += size;
    return taken;
  }
  void skip(std::size_t size) { static_cast<void>(bytes(size)); }
  void seek(std::size_t at) {
    ok_ = ok_ && at <= bytes_.size();
    at_ = ok_ ? at : bytes_.size();
  }

  std::uint8_t u8() { return static_cast<std::uint8_t>(big(1)); }
  std::uint16_t u16be() { return static_cast<std::uint16_t>(big(2)); }
  std::uint32_t u32be() { return static_cast<std::uint32_t>(big(4)); }
  std::uint64_t u64be() { return big(8); }
  std::int16_t i16be() { return static_cast<std::int16_t>(u16be()); }
  std::int32_t i32be() { return static_cast<std::int32_t>(u32be()); }
  std::uint16_t u16le() { return static_cast<std::uint16_t>(little(2)); }
  std::uint32_t u32le() { return static_cast<std::uint32_t>(little(4)); }
  std::uint64_t u64le() { return little(8); }
  std::int32_t i32le() { return static_cast<std::int32_t>(u32le()); }
  float f32le() { return std::bit_cast<float>(u32le()); }
  double f64le() { return std::bit_cast<double>(u64le()); }

  // Text up to a NUL, which is taken, too, or to the end.
  std::string_view text_to_nul() {
    const std::size_t start = at_;
    while (at_ < bytes_.size() && bytes_[at_] != 0) ++at_;
    const std::size_t size = at_ - start;
    if (at_ < bytes_.size()) ++at_;
    return {reinterpret_cast<const char*>(bytes_.data()) + start, size};
  }

 private:
  std::uint64_t big(std::size_t size) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes(size)) value = (value << 8) | byte;
    return value;
  }
  std::uint64_t little(std::size_t size) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const std::uint8_t byte : bytes(size)) {
      value |= static_cast<std::uint64_t>(byte) << shift;
      shift += 8;
    }
    return value;
  }

  ByteSpan bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

// Bytes as text, as they are.
[[nodiscard]] inline std::string_view text_of(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace hansom::ingest
