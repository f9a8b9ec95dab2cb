// What times of packets tell: see time_findings.h.
#include "ingest/inspect/inspector/time_findings.h"

#include <algorithm>
#include <cstdlib>

#include "ingest/inspect/inspector/finding_rules.h"
#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/timeline.h"

namespace hansom::ingest {

std::int64_t usual_distance_us(std::span<const std::int64_t> times_us) {
  if (times_us.size() < 2) return 0;
  std::vector<std::int64_t> distances(times_us.size() - 1);
  for (std::size_t i = 0; i < distances.size(); ++i) distances[i] = times_us[i + 1] - times_us[i];
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

std::vector<Finding> find_dropped(std::span<const std::int64_t> times_us, std::int32_t stream) {
  std::vector<Finding> out;
  const std::int64_t usual = usual_distance_us(times_us);
  if (usual < kTimelineToleranceUs) return out;
  // Half of the usual distance would fit a variable rate, too.
  const std::int64_t slack = std::max(kTimelineToleranceUs, usual / 8);
  const auto distances = static_cast<double>(times_us.size() - 1);
  std::size_t irregular = 0;
  for (std::size_t i = 0; i + 1 < times_us.size(); ++i) {
    if (std::abs(times_us[i + 1] - times_us[i] - usual) > slack) ++irregular;
  }
  if (static_cast<double>(irregular) > kDroppedIrregularMax * distances) return out;
  for (std::size_t i = 0; i + 1 < times_us.size(); ++i) {
    const std::int64_t distance = times_us[i + 1] - times_us[i];
    const std::int64_t whole = (distance + usual / 2) / usual;
    if (whole < 2 || distance > std::max(kGapFloorUs, kGapSpacings * usual) ||
        std::abs(distance - whole * usual) > slack) {
      continue;
    }
    const std::int64_t start_us = times_us[i] + usual;
    const bool near = !out.empty() && start_us - out.back().end_us <= kDroppedMergeUs;
    if (near) {
      out.back().end_us = times_us[i + 1];
      out.back().count += static_cast<std::uint64_t>(whole - 1);
      out.back().measure = static_cast<double>(out.back().count);
    } else {
      out.push_back({"dropped_frames", start_us, times_us[i + 1], stream, 0.8,
                     static_cast<double>(whole - 1), "frames_missing",
                     static_cast<std::uint64_t>(whole - 1), std::nullopt, 0});
    }
  }
  return out;
}

std::vector<Finding> find_gaps(std::span<const std::int64_t> times_us, std::int32_t stream) {
  std::vector<Finding> out;
  for (const TimelineGap& gap : timeline_gaps(times_us, kSpansMax)) {
    out.push_back({"time_gap", gap.start_us, gap.end_us, stream, 0.9,
                   static_cast<double>(gap.end_us - gap.start_us), "microseconds", 1, std::nullopt,
                   0});
  }
  return out;
}

std::optional<Finding> find_short(std::span<const std::int64_t> times_us, std::int32_t stream,
                                  const Claim& claim) {
  if (claim.claimed_us <= 0 || claim.claimed_us > kClipTimeUsMax) return std::nullopt;
  const std::int64_t first = times_us.empty() ? 0 : times_us.front();
  const std::int64_t end = times_us.empty() ? 0 : times_us.back() + usual_distance_us(times_us);
  const std::int64_t missing = claim.claimed_us - (end - first);
  if (missing <= std::max(kShortFloorUs, claim.claimed_us / kShortParts)) return std::nullopt;
  return Finding{claim.is_picture ? "picture_short" : "sound_short",
                 end,
                 end + missing,
                 stream,
                 claim.confidence,
                 static_cast<double>(missing),
                 "microseconds",
                 times_us.size(),
                 std::nullopt,
                 0};
}

}  // namespace hansom::ingest
