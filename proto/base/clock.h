// Time as an interface, and its one text form (RFC 3339, UTC, "Z").
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace hansom {

// UTC, microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).
using UtcTime = std::chrono::sys_time<std::chrono::microseconds>;

[[nodiscard]] constexpr std::int64_t to_unix_us(UtcTime time) {
  return time.time_since_epoch().count();
}
[[nodiscard]] constexpr UtcTime from_unix_us(std::int64_t us) {
  return UtcTime(std::chrono::microseconds(us));
}

// "2026-03-01T10:00:00Z", with exactly as many fraction digits (3 or 6) as are needed, or none.
[[nodiscard]] std::string to_rfc3339(UtcTime time);
// Reads RFC 3339 section 5.6 with "Z" or a numeric offset. Years 1970-9999, fraction up to 9 digits
// (cut to microseconds), seconds 0-59. Error: kInvalid `bad_time`.
[[nodiscard]] Result<UtcTime> from_rfc3339(std::string_view text);

// Tells the time of day. Implementations are safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual UtcTime now() const = 0;
};

// The system's real-time clock.
[[nodiscard]] Clock& system_clock();

// A clock that stands where it was put, for tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UtcTime start) : now_(to_unix_us(start)) {}
  [[nodiscard]] UtcTime now() const override { return from_unix_us(now_.load()); }
  void set(UtcTime time) { now_.store(to_unix_us(time)); }
  void advance(std::chrono::microseconds by) { now_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace hansom
