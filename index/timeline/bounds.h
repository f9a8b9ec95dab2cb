// Closed intervals of whole microseconds: of true times, and of a clock's error.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace hansom::timeline {

// Times are years 1-9999 (below 2^58 us), so that sums of a few stay far from overflow.
inline constexpr std::int64_t kFarUs = std::int64_t{1} << 60;
inline constexpr std::int64_t kSecondUs = 1'000'000;
inline constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
inline constexpr std::int64_t kHourUs = 60 * kMinuteUs;
inline constexpr std::int64_t kDayUs = 24 * kHourUs;
inline constexpr std::int64_t kWeekUs = 7 * kDayUs;

struct Bounds {
  std::int64_t lo = -kFarUs;
  std::int64_t hi = kFarUs;

  [[nodiscard]] std::int64_t width() const { return hi - lo; }
  [[nodiscard]] std::int64_t middle() const { return lo + (hi - lo) / 2; }
  [[nodiscard]] bool holds(std::int64_t us) const { return lo <= us && us <= hi; }
  [[nodiscard]] bool meets(const Bounds& other) const { return lo <= other.hi && other.lo <= hi; }
  bool operator==(const Bounds&) const = default;
};

[[nodiscard]] inline std::optional<Bounds> common(const Bounds& a, const Bounds& b) {
  if (!a.meets(b)) return std::nullopt;
  return Bounds{std::max(a.lo, b.lo), std::min(a.hi, b.hi)};
}
// The smallest interval that holds both.
[[nodiscard]] inline Bounds hull(const Bounds& a, const Bounds& b) {
  return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)};
}
[[nodiscard]] inline Bounds shifted(const Bounds& a, std::int64_t by) {
  return {std::max(-kFarUs, a.lo + by), std::min(kFarUs, a.hi + by)};
}
[[nodiscard]] inline Bounds widened(const Bounds& a, std::int64_t by) {
  return {std::max(-kFarUs, a.lo - by), std::min(kFarUs, a.hi + by)};
}
// {told - t : t in a}: turns true times into the error of a clock that told `told`, and back.
[[nodiscard]] inline Bounds taken_from(std::int64_t told, const Bounds& a) {
  return {std::max(-kFarUs, told - a.hi), std::min(kFarUs, told - a.lo)};
}

}  // namespace hansom::timeline
