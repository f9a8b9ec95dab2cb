// Bits out of bytes, most significant first, as ITU-T H.264 and H.265 write them. Pure.
#pragma once

#include <cstdint>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// Past the end every bit is 0, and ok() is false from then on. Views the bytes.
class BitReader {
 public:
  explicit BitReader(ByteSpan bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  // Requires: count <= 32.
  std::uint32_t u(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) value = (value << 1U) | bit();
    return value;
  }
  bool flag() { return bit() != 0; }
  void skip(std::size_t count) {
    for (std::size_t i = 0; i < count && ok_; ++i) bit();
  }
  // Exp-Golomb codes (H.264, 9.1); 0 and not ok() where they are longer than 32 bits.
  std::uint32_t ue() {
    unsigned zeros = 0;
    while (ok_ && bit() == 0) ++zeros;
    if (zeros > 31) ok_ = false;
    return ok_ ? (1U << zeros) - 1 + u(zeros) : 0;
  }
  std::int32_t se() {
    const std::uint32_t code = ue();
    const auto half = static_cast<std::int32_t>(code / 2);
    return code % 2 == 0 ? -half : half + 1;
  }

 private:
  std::uint32_t bit() {
    if (at_ / 8 >= bytes_.size()) {
      ok_ = false;
      return 0;
    }
    const std::uint32_t value = (bytes_[at_ / 8] >> (7 - at_ % 8)) & 1U;
    ++at_;
    return value;
  }

  ByteSpan bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace hansom::ingest
