// What the views hold of units' clocks: what clips say of them, what waits, what was corrected.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index/catalogue/rows.pb.h"
#include "index/store/store.h"
#include "index/timeline/fuse.h"
#include "proto/base/ids.h"

namespace hansom::clocks {

using catalogue::ClipClock;

// Clips of a unit in the order of their first acceptance, destroyed ones not.
struct ClipRange {
  std::uint64_t first = 0;                                        // leaves of ClipAccepted
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();  // exclusive
  std::size_t limit = 0;
};
struct AcceptedClip {
  std::uint64_t leaf = 0;
  ClipClock clock;
};
// The oldest of the range, or the newest; oldest first either way.
[[nodiscard]] Result<std::vector<AcceptedClip>> oldest_clips(const store::Reader& reader,
                                                             const std::string& unit,
                                                             const ClipRange& range);
[[nodiscard]] Result<std::vector<AcceptedClip>> newest_clips(const store::Reader& reader,
                                                             const std::string& unit,
                                                             const ClipRange& range);
// Rows of leaves and algorithm; zeros for a unit that has none.
[[nodiscard]] Result<catalogue::UnitClock> unit_clock(const store::Reader& reader,
                                                      const std::string& unit);
// Every correction, withdrawn ones too, in the order they were made.
[[nodiscard]] Result<std::vector<catalogue::CorrectionRow>> list_corrections(
    const store::Reader& reader, const std::string& unit);

// A unit whose clocks are to be reckoned.
struct Waiting {
  std::string unit;
  // Leaf of the oldest clip that waits; 0: every clip of the unit; nullopt: none, only the unit.
  std::optional<std::uint64_t> oldest;
};
// The next unit that waits behind the place of `after` (empty: from the beginning), and from the
// beginning where there is none behind. nullopt: none waits.
[[nodiscard]] Result<std::optional<Waiting>> next_waiting(const store::Reader& reader,
                                                          const std::string& after);
// Whether this unit does.
[[nodiscard]] Result<bool> waits(const store::Reader& reader, const std::string& unit);
// Units that an older algorithm reckoned last.
[[nodiscard]] Result<std::vector<std::string>> units_of_older_algorithm(
    const store::Reader& reader);

// What is stated of the newest `limit` clips of a unit, as clocks: by channel, clips by number.
[[nodiscard]] Result<std::vector<timeline::FusedClock>> stated_clocks(const store::Reader& reader,
                                                                      const std::string& unit,
                                                                      std::size_t limit);

[[nodiscard]] timeline::ClipFacts facts_of(const ClipClock& clip);
[[nodiscard]] timeline::Correction correction_of(const evidence::ClockCorrected& act);
[[nodiscard]] evidence::TrueTime true_time_of(const timeline::FusedClip& clip);
// A clip as it was stated, for people. Requires: it was.
[[nodiscard]] timeline::FusedClip stated_clip(const ClipClock& clip);

}  // namespace hansom::clocks
