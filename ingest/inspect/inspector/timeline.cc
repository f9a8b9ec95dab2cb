// From the times of packets to runs and gaps: see timeline.h.
#include "ingest/inspect/inspector/timeline.h"

#include <algorithm>
#include <limits>

#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {
namespace {

// The longest run that starts at times[0]: the spacings that still fit every packet so far are an
// interval, which each further packet narrows.
TimelineRun longest_run(std::span<const std::int64_t> times, std::int64_t tolerance_us) {
  TimelineRun run{times[0], 0, 1};
  std::int64_t low = 0;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
  for (std::size_t k = 1; k < times.size(); ++k) {
    const auto n = static_cast<std::int64_t>(k);
    const std::int64_t distance = times[k] - times[0];
    const std::int64_t lowest = std::max<std::int64_t>(0, distance - tolerance_us);
    const std::int64_t new_low = std::max(low, (lowest + n - 1) / n);
    const std::int64_t new_high = std::min(high, (distance + tolerance_us) / n);
    if (new_low > new_high) break;
    low = new_low;
    high = new_high;
    run.spacing_us = std::clamp(distance / n, low, high);
    run.packets = k + 1;
  }
  return run;
}

}  // namespace

std::vector<TimelineRun> timeline_runs(std::span<const std::int64_t> times_us,
                                       std::size_t runs_max) {
  std::vector<TimelineRun> runs;
  std::int64_t tolerance_us = kTimelineToleranceUs;
  for (std::size_t at = 0; at < times_us.size();) {
    if (runs.size() == runs_max) {
      runs.clear();
      tolerance_us *= 4;
      at = 0;
      continue;
    }
    runs.push_back(longest_run(times_us.subspan(at), tolerance_us));
    at += runs.back().packets;
  }
  return runs;
}

std::vector<TimelineGap> timeline_gaps(std::span<const std::int64_t> times_us,
                                       std::size_t gaps_max) {
  std::vector<TimelineGap> gaps;
  if (times_us.size() < 3) return gaps;
  std::vector<std::int64_t> distances(times_us.size() - 1);
  for (std::size_t i = 0; i + 1 < times_us.size(); ++i)
    distances[i] = times_us[i + 1] - times_us[i];
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  const std::int64_t usual = *middle;
  const std::int64_t threshold = std::max(kGapFloorUs, kGapSpacings * usual);
  for (std::size_t i = 0; i + 1 < times_us.size() && gaps.size() < gaps_max; ++i) {
    if (times_us[i + 1] - times_us[i] > threshold) {
      gaps.push_back({times_us[i] + usual, times_us[i + 1]});
    }
  }
  return gaps;
}

}  // namespace hansom::ingest
