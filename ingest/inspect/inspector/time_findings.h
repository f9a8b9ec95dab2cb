// What the times of a stream's packets tell: frames dropped, gaps, times that go back, streams
// shorter than is claimed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ingest/inspect/inspector/finding.h"

namespace hansom::ingest {

// The median distance of ascending times; 0 of fewer than two.
[[nodiscard]] std::int64_t usual_distance_us(std::span<const std::int64_t> times_us);

// Where packets are missing that an even rate would have: distances that are a whole number of
// usual ones, two or more, and too short to be a gap. Nothing where the rate varies. Requires:
// ascending times.
[[nodiscard]] std::vector<Finding> find_dropped(std::span<const std::int64_t> times_us,
                                                std::int32_t stream);

// The gaps of timeline.h as findings. Requires: ascending times.
[[nodiscard]] std::vector<Finding> find_gaps(std::span<const std::int64_t> times_us,
                                             std::int32_t stream);

struct Claim {
  std::int64_t claimed_us = 0;  // how long the container says that the stream is
  double confidence = 0;        // that this is a claim about this stream
  bool is_picture = false;      // or sound
};
// Whether a stream ends before its claim. Requires: ascending times.
[[nodiscard]] std::optional<Finding> find_short(std::span<const std::int64_t> times_us,
                                                std::int32_t stream, const Claim& claim);

}  // namespace hansom::ingest
