// The NAL units of a packet of H.264 or H.265, one after another. Pure.
#pragma once

#include <optional>

#include "ingest/inspect/inspector/sources/search.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

enum class NalCodec { kH264, kHevc };

// How many bytes of length stand before each unit, by the stream's avcC or hvcC record (ISO/IEC
// 14496-15, 5.3.3 and 8.3.3); 0: start codes stand between them (annexes B).
[[nodiscard]] std::size_t nal_length_bytes(NalCodec codec, ByteSpan configuration);

// Views the packet. A unit that claims more than there is ends with the packet; zeros at the end of
// a unit are no part of it (H.264, 7.4.1 and B.1).
class NalUnits {
 public:
  NalUnits(ByteSpan packet, std::size_t length_bytes);
  // The next unit, never empty.
  [[nodiscard]] std::optional<ByteSpan> next();
  // What follows the next start code, before the unit's end is searched for. Nothing where units
  // have lengths: theirs costs no search.
  [[nodiscard]] std::optional<std::uint8_t> byte_ahead() const;

 private:
  std::optional<ByteSpan> next_by_length();
  std::optional<ByteSpan> next_by_start_code();

  ByteSpan packet_;
  std::size_t length_bytes_;
  std::size_t at_ = 0;
  Search start_codes_;
  std::optional<std::size_t> start_;  // of the next start code
};

}  // namespace hansom::ingest
