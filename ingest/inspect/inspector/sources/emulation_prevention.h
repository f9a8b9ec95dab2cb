// The bytes 03 that keep start codes out of NAL units (ITU-T H.264, 7.4.1; H.265, 7.4.2.2). Pure.
#pragma once

#include <cstdint>
#include <limits>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// Appends a unit without the third byte of each 00 00 03 to `out`, until that has `bytes_max`
// bytes. How many bytes of the unit were taken.
inline std::size_t append_without_prevention(
    ByteSpan unit, Bytes& out, std::size_t bytes_max = std::numeric_limits<std::size_t>::max()) {
  std::size_t taken = 0;
  std::size_t zeros = 0;
  for (const std::uint8_t byte : unit) {
    if (out.size() >= bytes_max) break;
    ++taken;
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return taken;
}

}  // namespace hansom::ingest
