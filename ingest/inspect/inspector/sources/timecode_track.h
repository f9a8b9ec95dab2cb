// Time codes of QuickTime's tmcd tracks.
#pragma once

#include <string>

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {

// How a time code counts: the sample entry of a tmcd track (QuickTime File Format, "Timecode Sample
// Description").
struct TimecodeRate {
  bool drop_frame = false;  // labels are left out so that it keeps to the clock
  bool may_be_negative = false;
  std::uint32_t frames = 0;  // a second, rounded up
};

// "04:25:50;00" of a count of frames; ';' where labels are dropped (SMPTE ST 12-1, 5.2.2).
// Requires: rate.frames > 0.
[[nodiscard]] std::string timecode_text(std::int64_t frame, const TimecodeRate& rate);

// Time codes of every tmcd track. A time code names no date and no zone, so it has no UTC. Value:
// "477450 = 04:25:50;00", the number as found before its label; source: "tmcd".
void find_timecodes(ByteSpan clip, const Movie& movie, LookBudget& budget, Found& found);

}  // namespace hansom::ingest
