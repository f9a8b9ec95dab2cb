// Supplemental enhancement information in H.264 and H.265 pictures.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/h264_timing.h"
#include "ingest/inspect/inspector/sources/nal_units.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

// Where a packet of a picture stream stands.
struct PacketPlace {
  FoundPlace first;           // of its first byte
  bool in_one_piece = false;  // it lies in the clip as it is; else that is all that is known

  [[nodiscard]] FoundPlace behind(std::size_t bytes) const {
    return in_one_piece ? first.behind(bytes) : first;
  }
};

// Reads the messages of one stream's packets (ITU-T H.264 and H.265, 7.3.2.3 and annexes D), up to
// a packet's first slice, behind which none that tell a time stand:
// - picture timing of H.264 and time codes of H.265: "h264:pic_timing", "hevc:time_code"; hours to
//   frames, without date or zone.
// - user data unregistered: sei_user_data.h.
// Keeps at most one packet's messages; those of a unit longer than kSeiBytesMax are passed over,
// and all of them once kLookedBytesMax of them were read.
class SeiReader {
 public:
  // `configuration`: the stream's avcC or hvcC record (ISO/IEC 14496-15), or parameter sets as in
  // annex B, or nothing.
  SeiReader(NalCodec codec, ByteSpan configuration);

  void read(ByteSpan packet, const PacketPlace& place, Found& found);

 private:
  // Whether a unit is a slice: nothing from there on is looked at.
  [[nodiscard]] bool is_slice(std::uint8_t first_byte) const;
  void read_nal(ByteSpan nal, const FoundPlace& place, Found& found);
  void read_messages(ByteSpan payload, const FoundPlace& place, Found& found);
  void read_message(std::uint32_t type, ByteSpan message, const FoundPlace& place, Found& found);
  void read_parameters(ByteSpan nal);
  [[nodiscard]] ByteSpan unescaped(ByteSpan payload);

  NalCodec codec_;
  std::size_t length_bytes_;
  std::optional<H264Timing> timing_;
  std::uint64_t bytes_read_ = 0;  // of messages
  Bytes plain_;
};

}  // namespace hansom::ingest
