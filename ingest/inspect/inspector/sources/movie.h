// The boxes of an MP4 or QuickTime movie that sources look into (ISO/IEC 14496-12; QuickTime File
// Format, "Movie Atoms"). Pure; sees bytes, libav has no part in it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// A box's type as the number that its four bytes make.
[[nodiscard]] constexpr std::uint32_t box_type(const char (&name)[5]) {
  std::uint32_t type = 0;
  for (int i = 0; i < 4; ++i) type = (type << 8) | static_cast<unsigned char>(name[i]);
  return type;
}

struct Box {
  std::uint32_t type = 0;
  std::uint64_t start = 0;   // of the box itself, in the clip
  std::uint64_t offset = 0;  // of its payload
  ByteSpan payload;          // what of it lies in the bytes at hand
};

// How much looking a clip may ask for; shared by everything that reads it.
struct LookBudget {
  std::size_t boxes = 0;    // left
  std::size_t samples = 0;  // left
  std::uint64_t bytes = 0;  // left of what parsers may see
  static LookBudget whole();
  // As much of `wanted` as is left, which is then gone.
  [[nodiscard]] ByteSpan take(ByteSpan wanted);
};

// The boxes that lie one after another in `bytes`. A box that claims more than there is ends with
// the bytes, as the last box of a clip that was cut off does; one that claims less than its own
// header ends the walk. Views the bytes; the budget must outlive it.
class BoxWalk {
 public:
  // `offset`: of the first byte in the clip.
  BoxWalk(ByteSpan bytes, std::uint64_t offset, LookBudget& budget)
      : bytes_(bytes), offset_(offset), budget_(budget) {}
  BoxWalk(const Box& parent, LookBudget& budget) : BoxWalk(parent.payload, parent.offset, budget) {}

  [[nodiscard]] std::optional<Box> next();

 private:
  ByteSpan bytes_;
  std::uint64_t offset_;
  LookBudget& budget_;
};

// The first box of a type within `parent`, at the end of a path of types.
[[nodiscard]] std::optional<Box> find_box(Box parent, std::initializer_list<std::uint32_t> path,
                                          LookBudget& budget);

// What lies in a meta box: after version and flags in ISO files, at once in QuickTime ones.
[[nodiscard]] BoxWalk inside_meta(const Box& meta, LookBudget& budget);

struct MovieTrack {
  std::int32_t stream = -1;  // its number among the tracks, as libav counts streams
  std::uint32_t id = 0;
  std::uint32_t timescale = 0;   // units a second; 0: none is told
  std::uint32_t handler = 0;     // vide, soun, meta, tmcd, text ...
  std::uint32_t format = 0;      // of the first sample entry: avc1, gpmd, camm, tx3g ...
  Box trak;                      // the whole of it
  Box header;                    // tkhd; empty when there is none, like all below
  Box media_header;              // mdhd
  Box entry;                     // the first sample entry
  Box stts, stsc, stsz, chunks;  // the sample table; chunks: stco or co64
};

struct Movie {
  std::optional<Box> file_meta;  // meta beside moov
  std::optional<Box> moov;
  Box header;  // mvhd
  std::vector<MovieTrack> tracks;

  [[nodiscard]] const MovieTrack* track_of(std::uint32_t id) const;
};

// Reads the first moov of a clip; of tracks at most kMovieTracksMax. Bytes that are no movie make
// an empty one.
[[nodiscard]] Movie read_movie(ByteSpan clip, LookBudget& budget);

// Units of a timescale as microseconds; nothing without a scale or beyond kClipTimeUsMax.
[[nodiscard]] std::optional<std::int64_t> scaled_us(std::int64_t units, std::uint32_t timescale);

}  // namespace hansom::ingest
