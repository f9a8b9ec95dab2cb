// The pictures of a movie that lost its moov: found by the lengths of their NAL units in mdat, and
// an index made of them. H.264 and H.265, and only where the parameter sets stand between the
// pictures.
// Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "ingest/inspect/inspector/structure/media_units.h"
#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::ingest {

struct FoundPicture {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  bool is_key = false;
};

struct FoundPictures {
  NalCodec codec = NalCodec::kH264;
  std::vector<FoundPicture> pictures;  // in order, the first a key frame
  Bytes vps, sps, pps;                 // NAL units; empty: none stood there. H.264 has no VPS
};

// Looks for pictures in the clip's bytes [from, to). Whatever else lies between them (sound) is
// stepped over; at most kSamplesMax are told.
[[nodiscard]] FoundPictures find_pictures(NalCodec codec, ByteSpan clip, std::uint64_t from,
                                          std::uint64_t to);

struct PictureSize {
  std::uint32_t width_px = 0;
  std::uint32_t height_px = 0;
};
// Of a sequence parameter set with its NAL header (ITU-T H.264, 7.3.2.1.1; H.265, 7.3.2.2.1);
// nothing when it makes no sense.
[[nodiscard]] std::optional<PictureSize> picture_size(NalCodec codec, ByteSpan sps);

// A moov for these pictures, which come evenly. Offsets are moved by `shift`. Empty where an offset
// does not fit 32 bits, or a parameter set makes no sense.
[[nodiscard]] Bytes write_moov(const FoundPictures& found, PictureSize size, std::int64_t shift);

inline constexpr std::uint32_t kAssumedRate = 25;  // pictures a second: mdat does not tell

// The whole of it: fills in method, pieces, playable_bytes and missing for a movie without a moov.
// `mdat_start`: of the box; its payload reaches to `to`.
void rebuild_index(ByteSpan clip, std::uint64_t mdat_start, std::uint64_t mdat_payload,
                   std::uint64_t to, Structure& structure);

}  // namespace hansom::ingest
