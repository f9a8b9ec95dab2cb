// One unit's clocks, reckoned from what the views hold, and what of that has to be stated. Reads
// only; who submits what comes out is the timekeeper.
#pragma once

#include <functional>

#include "index/clocks/clocks.h"
#include "proto/evidence/journal.pb.h"

namespace hansom::clocks {

// So many clips are fused at once; where more are to be looked at, in windows of so many, each with
// so many beside what it decides.
inline constexpr std::size_t kClipsAtOnce = 4096;
inline constexpr std::size_t kClipsBeside = 512;
static_assert(kClipsAtOnce > 2 * kClipsBeside);
inline constexpr std::size_t kEventsMax = 4096;  // the newest by number

struct Since {
  bool clips_destroyed = false;  // of the same unit, since the interval was stated
  bool corrected = false;        // or a correction withdrawn, since the unit was reckoned last
};
// Whether `now` has to be stated in place of `stated`: it lies outside, is narrower by a quarter or
// more, or has another method or other findings. A statement that is only less sure since clips
// it leant on were destroyed stays.
[[nodiscard]] bool must_restate(const evidence::TrueTime& stated, const evidence::TrueTime& now,
                                const Since& since);

struct Reckoned {
  std::uint64_t clips = 0;                  // looked at
  std::vector<evidence::ClipTimed> stated;  // first or anew, oldest acceptance first
};
// Called for each window. Its error ends reckon() and is its error.
using State = std::function<Status(Reckoned reckoned)>;
// Fuses the newest kClipsAtOnce clips of the unit, and every older one from the oldest that waits.
// `position`: of the reader's view. Memory is bounded by one window. Errors: those of Reader, and
// of `state`.
[[nodiscard]] Status reckon(const store::Reader& reader, std::uint64_t position,
                            const Waiting& waiting, const timeline::Zone& zone, const State& state);

}  // namespace hansom::clocks
