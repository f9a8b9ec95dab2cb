// NAL units in media data: see media_units.h.
#include "ingest/inspect/inspector/structure/media_units.h"

#include <algorithm>

#include "ingest/inspect/inspector/sources/bit_reader.h"

namespace hansom::ingest {
namespace {

using Kind = MediaUnit::Kind;

constexpr std::size_t kUnitBytesMax = 4UL * 1024 * 1024;
constexpr std::size_t kHeadBytes = 16;  // of a NAL unit, that slice headers are read from

// Whether `unit` starts a picture; false where it is no slice.
bool read_h264_slice(BitReader bits, MediaUnit& unit) {
  unit.starts_picture = bits.ue() == 0;
  const std::uint32_t slice_type = bits.ue();
  const std::uint32_t pps = bits.ue();
  return bits.ok() && slice_type <= 9 && pps <= 255;
}

bool read_h264(ByteSpan nal, MediaUnit& unit) {
  const bool is_reference = (nal[0] & 0x60U) != 0;
  switch (nal[0] & 0x1fU) {
    case 1:
      unit.kind = Kind::kSlice;
      return read_h264_slice(BitReader(nal.subspan(1)), unit);
    case 5:
      unit.kind = Kind::kKeySlice;
      return is_reference && read_h264_slice(BitReader(nal.subspan(1)), unit);
    case 7:
      unit.kind = Kind::kSps;
      return is_reference;
    case 8:
      unit.kind = Kind::kPps;
      return is_reference;
    case 6:  // messages
    case 9:  // delimiter
      unit.kind = Kind::kBefore;
      return !is_reference;
    case 10:  // ends of sequence and stream, filler
    case 11:
    case 12:
      unit.kind = Kind::kBehind;
      return !is_reference;
    default:
      return false;
  }
}

bool read_hevc_slice(ByteSpan nal, bool is_key, MediaUnit& unit) {
  unit.kind = is_key ? Kind::kKeySlice : Kind::kSlice;
  BitReader bits(nal.subspan(2));
  unit.starts_picture = bits.flag();
  if (is_key) bits.skip(1);  // no_output_of_prior_pics_flag
  const std::uint32_t pps = bits.ue();
  return bits.ok() && pps <= 63;
}

bool read_hevc(ByteSpan nal, MediaUnit& unit) {
  const unsigned type = nal[0] >> 1U;
  const unsigned layer = (nal[0] & 1U) << 5U | nal[1] >> 3U;
  const unsigned temporal = nal[1] & 7U;  // nuh_temporal_id_plus1
  if (layer != 0 || temporal == 0) return false;
  if (type <= 9) return read_hevc_slice(nal, false, unit);
  // What is decoded without any picture before; sets, and what ends a sequence, are like it.
  if (type >= 16 && type <= 21) return temporal == 1 && read_hevc_slice(nal, true, unit);
  switch (type) {
    case 32:
      unit.kind = Kind::kVps;
      return temporal == 1;
    case 33:
      unit.kind = Kind::kSps;
      return temporal == 1;
    case 34:
      unit.kind = Kind::kPps;
      return true;
    case 35:  // delimiter
    case 39:  // messages
      unit.kind = Kind::kBefore;
      return true;
    case 36:  // ends of sequence and stream
    case 37:
      unit.kind = Kind::kBehind;
      return temporal == 1;
    case 38:  // filler, messages of the picture before
    case 40:
      unit.kind = Kind::kBehind;
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<MediaUnit> unit_at(NalCodec codec, ByteSpan clip, std::uint64_t at,
                                 std::uint64_t to) {
  if (at > to || to - at < 6) return std::nullopt;
  const ByteSpan bytes = clip.subspan(static_cast<std::size_t>(at));
  const std::uint64_t length = (std::uint64_t{bytes[0]} << 24U) | (std::uint64_t{bytes[1]} << 16U) |
                               (std::uint64_t{bytes[2]} << 8U) | bytes[3];
  if (length < 2 || length > kUnitBytesMax || length > to - at - 4 || (bytes[4] & 0x80U) != 0) {
    return std::nullopt;
  }
  MediaUnit unit;
  unit.end = at + 4 + length;
  const ByteSpan nal = bytes.subspan(4, std::min<std::size_t>(kHeadBytes + 1, length));
  const bool may_be = codec == NalCodec::kHevc ? read_hevc(nal, unit) : read_h264(nal, unit);
  return may_be ? std::optional(unit) : std::nullopt;
}

}  // namespace hansom::ingest
