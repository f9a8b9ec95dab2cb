// The steps of fuse(), over one channel's clips in the order of their numbers. Private to this
// room.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "index/timeline/fuse.h"

namespace hansom::timeline {

// What told times and satellite times are good for (README.md has the reasons).
inline constexpr std::int64_t kReadingUs = kSecondUs;            // cut to seconds, and late
inline constexpr std::int64_t kSatelliteUs = 3 * kSecondUs / 2;  // the same of a receiver's
inline constexpr std::int64_t kDisciplinedUs = 2 * kSecondUs;
inline constexpr std::int64_t kFreeUs = 75 * kMinuteUs;  // a clock set by hand, an hour of summer
inline constexpr std::int64_t kDriftPpm = 100;           // of a clock that runs free
inline constexpr std::int64_t kLocalReachUs = 14 * kHourUs;
inline constexpr std::int64_t kLikeUs = 25 * kMinuteUs;    // an error that looks like an offset
inline constexpr std::int64_t kNarrowUs = 20 * kMinuteUs;  // an interval that others may lean on

// Whether a unit's clock was seen to keep UTC or its zone's time; learned where the two differ.
enum class Habit { kUnknown, kUtc, kLocal };

// One clip's word on its start, and what is made of it.
struct Reading {
  const ClipFacts* facts = nullptr;
  std::int64_t told = 0;
  std::int64_t base = 0;            // what a named trap of the told time makes its error
  Bounds wall;                      // how long the clip took
  Bounds hard;                      // the true start, by birth and arrival
  std::optional<Bounds> satellite;  // the true start, by receivers
  bool borrowed = false;            // ... of another channel
  bool doubted = false;             // a receiver and a disciplined clock differ: both stay
  bool corrected = false;           // neighbours have no say either
  bool disciplined = false;
  bool worthless = false;            // a clock that was never set
  bool rejected = false;             // its told time cannot be: before birth, after arrival
  bool step_before = false;          // nothing is carried across
  std::vector<std::int64_t> floors;  // the error is at least that: told + length - arrival
  std::optional<Bounds> source;      // the error, by this clip's own sources
  Method method = Method::kOrder;    // of `source` first, at last of `start`
  Bounds start;
  std::vector<Finding> findings;

  // The error by birth and arrivals alone.
  [[nodiscard]] Bounds hard_error() const;
  void note(Trap trap, std::string about, std::int64_t amount_us = 0);
};
struct Chain {
  std::uint32_t channel = 0;
  std::vector<Reading> readings;
  Habit habit = Habit::kUnknown;
};

// 1. What each clip says. `clips` in the order of their numbers.
[[nodiscard]] Chain read_chain(const std::vector<const ClipFacts*>& clips, const Rules& rules);
// 2. A channel without receivers borrows of clips that another began at the same told time.
void borrow_satellites(std::vector<Chain>& chains);
// 3. Where the clock was changed, as numbers and states tell; which arrivals of events bound which
// clip.
void mark_steps(Chain& chain, const std::vector<EventFacts>& by_sequence);
void attach_events(Chain& chain, const std::vector<EventFacts>& events);
// 4. Whether the clock keeps UTC or local time, and what the word of a disciplined clock is worth.
void weigh_claims(Chain& chain, const Zone& zone);
// Above all that: what somebody measured, where birth and arrival allow it.
void correct(Chain& chain, const std::vector<Correction>& corrections);
// 5. Carries errors from clip to clip, and concludes each clip's interval.
void carry(Chain& chain, const Zone& zone);
// 6. What neighbours leave for clips of which little is known.
void bound_by_order(Chain& chain);
// 7. Held against what else was written in the clips; names for what was found.
void check_file_times(Chain& chain, const Rules& rules);
void name_steps(Chain& chain, const Zone& zone);

}  // namespace hansom::timeline
