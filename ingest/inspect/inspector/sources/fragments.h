// The samples of a movie's fragments (ISO/IEC 14496-12, 8.8).
#pragma once

#include "ingest/inspect/inspector/sources/samples.h"

namespace hansom::ingest {

// Hands out the samples of `track` that lie in moof boxes, in the order of the file, as
// for_each_sample() does those of its table: their sizes and durations from trun, tfhd or trex,
// their places after tfhd's base or the moof itself, their times from tfdt where there is one and
// else from the end of the fragment before.
void for_each_fragment_sample(ByteSpan clip, const Movie& movie, const MovieTrack& track,
                              LookBudget& budget, const std::function<bool(const Sample&)>& visit);

}  // namespace hansom::ingest
