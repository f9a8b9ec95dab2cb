// Pictures without an index: see lost_index.h.
#include "ingest/inspect/inspector/structure/lost_index.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/bit_reader.h"
#include "ingest/inspect/inspector/sources/emulation_prevention.h"
#include "ingest/inspect/inspector/sources/h264_parameters.h"
#include "ingest/inspect/inspector/structure/append.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kUnitBytesMax = 4UL * 1024 * 1024;
constexpr std::size_t kHeadBytes = 16;  // of a NAL unit, that slice headers are read from

constexpr unsigned kSlice = 1;
constexpr unsigned kIdrSlice = 5;
constexpr unsigned kSei = 6;
constexpr unsigned kSps = 7;
constexpr unsigned kPps = 8;
constexpr unsigned kDelimiter = 9;
constexpr unsigned kFiller = 12;

struct Unit {
  unsigned type = 0;
  std::uint64_t end = 0;
  bool starts_picture = false;  // a slice that begins with the first macroblock
  [[nodiscard]] bool is_slice() const { return type == kSlice || type == kIdrSlice; }
};

// The NAL unit whose four bytes of length stand at `at`; nothing where none may stand there.
std::optional<Unit> unit_at(ByteSpan clip, std::uint64_t at, std::uint64_t to) {
  if (at > to || to - at < 6) return std::nullopt;
  const ByteSpan bytes = clip.subspan(static_cast<std::size_t>(at));
  const std::uint64_t length = (std::uint64_t{bytes[0]} << 24U) | (std::uint64_t{bytes[1]} << 16U) |
                               (std::uint64_t{bytes[2]} << 8U) | bytes[3];
  const unsigned head = bytes[4];
  Unit unit;
  unit.type = head & 0x1fU;
  const bool is_reference = (head & 0x60U) != 0;
  if (length < 2 || length > kUnitBytesMax || length > to - at - 4 || (head & 0x80U) != 0) {
    return std::nullopt;
  }
  unit.end = at + 4 + length;
  switch (unit.type) {
    case kSlice:
    case kIdrSlice: {
      BitReader bits(bytes.subspan(5, std::min<std::size_t>(kHeadBytes, length - 1)));
      unit.starts_picture = bits.ue() == 0;
      const std::uint32_t slice_type = bits.ue();
      const std::uint32_t pps = bits.ue();
      if (!bits.ok() || slice_type > 9 || pps > 255) return std::nullopt;
      return unit.type == kIdrSlice && !is_reference ? std::nullopt : std::optional(unit);
    }
    case kSps:
    case kPps:
      return is_reference ? std::optional(unit) : std::nullopt;
    case kSei:
    case kDelimiter:
    case 10:
    case 11:
    case kFiller:
      return is_reference ? std::nullopt : std::optional(unit);
    default:
      return std::nullopt;
  }
}

// The next place where two units follow one another, or one that ends with the media data.
std::uint64_t next_unit(ByteSpan clip, std::uint64_t at, std::uint64_t to) {
  for (; to - at >= 6; ++at) {
    const auto unit = unit_at(clip, at, to);
    if (unit && (unit->end == to || unit_at(clip, unit->end, to))) return at;
  }
  return to;
}

class Pictures {
 public:
  explicit Pictures(ByteSpan clip) : clip_(clip) {}

  void add(std::uint64_t at, const Unit& unit) {
    const bool opens = unit.is_slice() ? unit.starts_picture : unit.type <= kDelimiter;
    if (has_slice_ && opens) close();
    if (bytes_ == 0) start_ = at;
    bytes_ = unit.end - start_;
    has_slice_ = has_slice_ || unit.is_slice();
    is_key_ = is_key_ || unit.type == kIdrSlice;
    const auto from = static_cast<std::ptrdiff_t>(at + 4);
    const auto to = static_cast<std::ptrdiff_t>(unit.end);
    if (unit.type == kSps && found_.sps.empty()) {
      found_.sps.assign(clip_.begin() + from, clip_.begin() + to);
    }
    if (unit.type == kPps && found_.pps.empty()) {
      found_.pps.assign(clip_.begin() + from, clip_.begin() + to);
    }
  }
  // Ends the picture at hand: what follows is not its own.
  void close() {
    const bool wanted = has_slice_ && (is_key_ || !found_.pictures.empty());
    if (wanted && !is_full()) found_.pictures.push_back({start_, bytes_, is_key_});
    bytes_ = 0;
    has_slice_ = false;
    is_key_ = false;
  }
  [[nodiscard]] bool is_full() const { return found_.pictures.size() >= kSamplesMax; }
  FoundPictures take() { return std::move(found_); }

 private:
  ByteSpan clip_;
  FoundPictures found_;
  std::uint64_t start_ = 0;
  std::uint64_t bytes_ = 0;
  bool has_slice_ = false;
  bool is_key_ = false;
};

}  // namespace

FoundPictures find_pictures(ByteSpan clip, std::uint64_t from, std::uint64_t to) {
  Pictures pictures(clip);
  std::uint64_t at = next_unit(clip, from, to);
  while (at < to && !pictures.is_full()) {
    const auto unit = unit_at(clip, at, to);
    if (unit) {
      pictures.add(at, *unit);
      at = unit->end;
      continue;
    }
    pictures.close();
    at = next_unit(clip, at + 1, to);
  }
  pictures.close();
  return pictures.take();
}

std::optional<PictureSize> picture_size(ByteSpan sps) {
  if (sps.size() < 5) return std::nullopt;
  Bytes raw;
  append_without_prevention(sps.subspan(1), raw);
  BitReader bits(raw);
  const auto parameters = read_h264_parameters(bits);
  if (!parameters) return std::nullopt;
  const std::uint32_t chroma = parameters->chroma_format;
  const std::uint64_t lines = parameters->frames_only ? 1 : 2;
  const std::uint64_t width = parameters->width_mbs * 16;
  const std::uint64_t height = parameters->height_units * 16 * lines;
  const std::uint64_t crop_x = parameters->crop_x * (chroma == 1 || chroma == 2 ? 2 : 1);
  const std::uint64_t crop_y = parameters->crop_y * (chroma == 1 ? 2 : 1) * lines;
  if (width > 16'384 || height > 16'384 || crop_x >= width || crop_y >= height) {
    return std::nullopt;
  }
  return PictureSize{static_cast<std::uint32_t>(width - crop_x),
                     static_cast<std::uint32_t>(height - crop_y)};
}

void rebuild_index(ByteSpan clip, std::uint64_t mdat_start, std::uint64_t mdat_payload,
                   std::uint64_t to, Structure& structure) {
  const FoundPictures found = find_pictures(clip, mdat_payload, to);
  if (found.pictures.size() < 2) {
    structure.missing += ", and no H.264 pictures were found in the media data";
    return;
  }
  const auto size = picture_size(found.sps);
  if (found.pps.empty() || !size) {
    structure.missing += "; " + std::to_string(found.pictures.size()) +
                         " H.264 pictures were found, but how to decode them stood in it";
    return;
  }
  // The copy's media data have a head of their own, whatever was written into the clip's.
  constexpr std::uint64_t kLargeHeadBytes = 16;
  const std::uint64_t end = found.pictures.back().offset + found.pictures.back().bytes;
  const auto shift = static_cast<std::int64_t>(mdat_start + kLargeHeadBytes) -
                     static_cast<std::int64_t>(mdat_payload);
  Bytes moov = write_moov(found, *size, shift);
  if (moov.empty() || moov.size() + kLargeHeadBytes > kRepairLiteralBytesMax) {
    structure.missing += "; an index of its pictures would be larger than is made";
    return;
  }
  Bytes head;
  append_u32(head, 1);
  append_text(head, "mdat");
  append_u64(head, end - mdat_payload + kLargeHeadBytes);
  structure.playable_bytes = end;
  structure.method = "moov_rebuilt";
  if (mdat_start > 0) structure.pieces.push_back({{}, 0, mdat_start});
  structure.pieces.push_back({std::move(head), 0, 0});
  structure.pieces.push_back({{}, mdat_payload, end - mdat_payload});
  structure.pieces.push_back({std::move(moov), 0, 0});
  structure.missing += ". The copy has its " + std::to_string(found.pictures.size()) +
                       " pictures without sound, evenly at " + std::to_string(kAssumedRate) +
                       " a second: when each was taken is lost";
}

}  // namespace hansom::ingest
