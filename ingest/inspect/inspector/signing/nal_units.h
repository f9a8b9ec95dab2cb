// The NAL units of a packet of H.264 or H.265, one after another. Pure.
#pragma once

#include <optional>

#include "ingest/inspect/inspector/sources/search.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

enum class NalCodec { kH264, kHevc };

// What a NAL unit is to a signer of pictures.
enum class NalKind {
  kFirstOfGop,  // first slice of a picture that decoding can start at (IDR; IRAP of H.265)
  kPicture,     // any other slice that signers hash
  kUncovered,   // slices that no signer hashes: data partitions, TSA, STSA, RADL and RASL pictures
  kMessage,     // supplemental enhancement information
  kOther,       // parameter sets, delimiters, fillers, and what is no valid header
};
[[nodiscard]] NalKind nal_kind(NalCodec codec, ByteSpan nal);

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
