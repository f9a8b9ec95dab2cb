// Where a track's samples are said to lie, whether or not the clip reaches that far. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {

struct SamplePlace {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  bool operator==(const SamplePlace&) const = default;
};

// The first `samples_max` of a track (ISO/IEC 14496-12, 8.7), in order.
[[nodiscard]] std::vector<SamplePlace> sample_places(const MovieTrack& track,
                                                     std::size_t samples_max);

}  // namespace hansom::ingest
