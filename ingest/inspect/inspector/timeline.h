// From the times of packets to runs and gaps. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hansom::ingest {

// `packets` packets, the i-th within the tolerance of first_us + i * spacing_us.
struct TimelineRun {
  std::int64_t first_us = 0;
  std::int64_t spacing_us = 0;
  std::uint64_t packets = 0;
  bool operator==(const TimelineRun&) const = default;
};

// Covers all times with runs, each packet within kTimelineToleranceUs; where that takes more than
// `runs_max` runs, the tolerance is made four times as wide, and again, until it does not.
// Requires: ascending times; runs_max > 0.
[[nodiscard]] std::vector<TimelineRun> timeline_runs(std::span<const std::int64_t> times_us,
                                                     std::size_t runs_max);

struct TimelineGap {
  std::int64_t start_us = 0;  // where the packet after the last one before it was due
  std::int64_t end_us = 0;    // the next packet
  bool operator==(const TimelineGap&) const = default;
};

// Where the distance of two packets is over kGapFloorUs and over kGapSpacings times the median
// distance; the first `gaps_max` of them. Requires: ascending times.
[[nodiscard]] std::vector<TimelineGap> timeline_gaps(std::span<const std::int64_t> times_us,
                                                     std::size_t gaps_max);

}  // namespace hansom::ingest
