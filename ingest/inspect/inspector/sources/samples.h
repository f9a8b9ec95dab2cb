// The samples of a movie's track, one after another, from its sample table (ISO/IEC 14496-12, 8.6
// and 8.7).
#pragma once

#include <functional>

#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {

struct Sample {
  ByteSpan bytes;                        // what of it lies in the clip
  std::uint64_t offset = 0;              // in the clip
  std::optional<std::int64_t> media_us;  // its decoding time in the track
  std::optional<std::int64_t> duration_us;
};

// Hands out the samples of `track` in their order, as long as `visit` says true, the budget lasts
// and the tables make sense. Edit lists are not applied. A sample beyond the clip's end is skipped.
void for_each_sample(ByteSpan clip, const MovieTrack& track, LookBudget& budget,
                     const std::function<bool(const Sample&)>& visit);

}  // namespace hansom::ingest
