// What police write by hand about a recorder's clock, out of what was fused: how fast or slow it
// was, on which days, how sure, and where it was changed. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index/timeline/fuse.h"

namespace hansom::timeline {

// Consecutive clips of one error: a new one begins where the clock was changed, and where what is
// known of it begins or ends.
struct ClockStretch {
  std::size_t first = 0;  // into FusedClock::clips
  std::size_t last = 0;
  Bounds error;  // holds the error of every clip in it; told - true
  bool proven = false;
};
[[nodiscard]] std::vector<ClockStretch> stretches(const FusedClock& clock);

// How much the clock gained within a proven stretch, parts in 10^9 (negative: it lost); nothing for
// one of less than a day, or that is not proven.
[[nodiscard]] std::optional<Bounds> gain_ppb(const FusedClock& clock, const ClockStretch& stretch);
// The clips of the stretches that may have been within one of `spans`; where none was, of the one
// before and the one after. Requires: spans is not empty.
[[nodiscard]] FusedClock during(const FusedClock& clock, const std::vector<Bounds>& spans);

// "00:03:12 fast, plus or minus 2 s", "1 day 02:00:00 slow, plus or minus 00:10:00", "right, plus
// or minus 2 s". Whole seconds; what is stated holds all of `error`.
[[nodiscard]] std::string error_text(const Bounds& error);

// The statement: one sentence or two a stretch and one for each change, a line each; then what was
// found, by name. Times by the clocks of `zone`, with their offset. A clock without clips has one
// line that says so.
[[nodiscard]] std::string offset_statement(const FusedClock& clock, const Zone& zone);

}  // namespace hansom::timeline
