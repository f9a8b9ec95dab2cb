// Pictures without an index: see lost_index.h.
#include "ingest/inspect/inspector/structure/lost_index.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/bit_reader.h"
#include "ingest/inspect/inspector/sources/emulation_prevention.h"
#include "ingest/inspect/inspector/sources/h264_parameters.h"
#include "ingest/inspect/inspector/structure/append.h"
#include "ingest/inspect/inspector/structure/hevc_parameters.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kPicturesMin = 2;  // fewer are none
constexpr std::uint64_t kSideMaxPx = 16'384;

// The next place where two units follow one another, or one that ends with the media data.
std::uint64_t next_unit(NalCodec codec, ByteSpan clip, std::uint64_t at, std::uint64_t to) {
  for (; to - at >= 6; ++at) {
    const auto unit = unit_at(codec, clip, at, to);
    if (unit && (unit->end == to || unit_at(codec, clip, unit->end, to))) return at;
  }
  return to;
}

class Pictures {
 public:
  Pictures(NalCodec codec, ByteSpan clip) : clip_(clip) { found_.codec = codec; }

  void add(std::uint64_t at, const MediaUnit& unit) {
    using Kind = MediaUnit::Kind;
    const bool opens = unit.is_slice() ? unit.starts_picture : unit.kind != Kind::kBehind;
    if (has_slice_ && opens) close();
    if (bytes_ == 0) start_ = at;
    bytes_ = unit.end - start_;
    has_slice_ = has_slice_ || unit.is_slice();
    is_key_ = is_key_ || unit.kind == Kind::kKeySlice;
    if (unit.kind == Kind::kVps) keep(at, unit, found_.vps);
    if (unit.kind == Kind::kSps) keep(at, unit, found_.sps);
    if (unit.kind == Kind::kPps) keep(at, unit, found_.pps);
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
  // The first of its kind.
  void keep(std::uint64_t at, const MediaUnit& unit, Bytes& set) const {
    if (!set.empty()) return;
    set.assign(clip_.begin() + static_cast<std::ptrdiff_t>(at + 4),
               clip_.begin() + static_cast<std::ptrdiff_t>(unit.end));
  }

  ByteSpan clip_;
  FoundPictures found_;
  std::uint64_t start_ = 0;
  std::uint64_t bytes_ = 0;
  bool has_slice_ = false;
  bool is_key_ = false;
};

}  // namespace

FoundPictures find_pictures(NalCodec codec, ByteSpan clip, std::uint64_t from, std::uint64_t to) {
  Pictures pictures(codec, clip);
  std::uint64_t at = next_unit(codec, clip, from, to);
  while (at < to && !pictures.is_full()) {
    const auto unit = unit_at(codec, clip, at, to);
    if (unit) {
      pictures.add(at, *unit);
      at = unit->end;
      continue;
    }
    pictures.close();
    at = next_unit(codec, clip, at + 1, to);
  }
  pictures.close();
  return pictures.take();
}

namespace {

std::optional<PictureSize> h264_size(ByteSpan sps) {
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
  if (width > kSideMaxPx || height > kSideMaxPx || crop_x >= width || crop_y >= height) {
    return std::nullopt;
  }
  return PictureSize{static_cast<std::uint32_t>(width - crop_x),
                     static_cast<std::uint32_t>(height - crop_y)};
}

std::optional<PictureSize> hevc_size(ByteSpan sps) {
  const auto parameters = read_hevc_parameters(sps);
  if (!parameters || parameters->width_px > kSideMaxPx || parameters->height_px > kSideMaxPx) {
    return std::nullopt;
  }
  return PictureSize{static_cast<std::uint32_t>(parameters->width_px),
                     static_cast<std::uint32_t>(parameters->height_px)};
}

// Pictures of the codec of which there are any.
FoundPictures find_pictures(ByteSpan clip, std::uint64_t from, std::uint64_t to) {
  const auto is_whole = [](const FoundPictures& found) {
    return found.pictures.size() >= kPicturesMin && !found.sps.empty();
  };
  FoundPictures h264 = find_pictures(NalCodec::kH264, clip, from, to);
  if (is_whole(h264)) return h264;
  FoundPictures hevc = find_pictures(NalCodec::kHevc, clip, from, to);
  return is_whole(hevc) || hevc.pictures.size() > h264.pictures.size() ? hevc : h264;
}

}  // namespace

std::optional<PictureSize> picture_size(NalCodec codec, ByteSpan sps) {
  return codec == NalCodec::kHevc ? hevc_size(sps) : h264_size(sps);
}

void rebuild_index(ByteSpan clip, std::uint64_t mdat_start, std::uint64_t mdat_payload,
                   std::uint64_t to, Structure& structure) {
  const FoundPictures found = find_pictures(clip, mdat_payload, to);
  if (found.pictures.size() < kPicturesMin) {
    structure.missing += ", and no H.264 or H.265 pictures were found in the media data";
    return;
  }
  const bool is_hevc = found.codec == NalCodec::kHevc;
  const auto size = picture_size(found.codec, found.sps);
  if (found.pps.empty() || (is_hevc && found.vps.empty()) || !size) {
    structure.missing += "; " + std::to_string(found.pictures.size()) + " " +
                         (is_hevc ? "H.265" : "H.264") +
                         " pictures were found, but how to decode them stood in it";
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
