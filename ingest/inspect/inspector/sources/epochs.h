// The epochs that formats count from, as microseconds since 1970 UTC. Nothing where those do
// not hold it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace hansom::ingest {

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;

[[nodiscard]] constexpr std::int64_t epoch_s(int year, unsigned month, unsigned day) {
  const std::chrono::sys_days days{std::chrono::year(year) / static_cast<int>(month) /
                                   static_cast<int>(day)};
  return std::chrono::sys_seconds(days).time_since_epoch().count();
}

// Seconds since 1904-01-01 (ISO/IEC 14496-12, 8.2.2).
[[nodiscard]] constexpr std::optional<std::int64_t> from_1904(std::uint64_t seconds) {
  constexpr std::uint64_t kMax = 9'000'000'000'000;  // what microseconds can hold
  if (seconds > kMax) return std::nullopt;
  return (static_cast<std::int64_t>(seconds) + epoch_s(1904, 1, 1)) * kMicrosPerSecond;
}

// NTP's 32.32 fixed-point seconds since 1900-01-01 (RFC 5905, 6): of the two eras the one that
// reaches from 1968 to 2104, as RFC 4330, 3 reads them.
[[nodiscard]] constexpr std::int64_t from_ntp(std::uint64_t ntp) {
  const auto seconds = static_cast<std::int64_t>(ntp >> 32);
  const std::int64_t era = seconds < (1LL << 31) ? 1LL << 32 : 0;
  const std::uint64_t fraction_us = ((ntp & 0xffffffffU) * 1'000'000) >> 32;
  return (seconds + era + epoch_s(1900, 1, 1)) * kMicrosPerSecond +
         static_cast<std::int64_t>(fraction_us);
}

// 100-nanosecond intervals since 1601-01-01 UTC (ONVIF Export File Format, "Timing").
[[nodiscard]] constexpr std::optional<std::int64_t> from_1601(std::uint64_t intervals) {
  if (intervals > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(intervals / 10) + epoch_s(1601, 1, 1) * kMicrosPerSecond;
}

// A date and time of day, taken as UTC. Nothing when there is no such date; a 60th second counts as
// the next minute's first.
[[nodiscard]] constexpr std::optional<std::int64_t> from_civil(int year, unsigned month,
                                                               unsigned day, unsigned hour,
                                                               unsigned minute, unsigned second,
                                                               std::int64_t fraction_us = 0) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::chrono::sys_seconds time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                                        std::chrono::minutes(minute) + std::chrono::seconds(second);
  return time.time_since_epoch().count() * kMicrosPerSecond + fraction_us;
}

}  // namespace hansom::ingest
