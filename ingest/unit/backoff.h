// How long to wait before trying again: doubling with jitter, never shorter than the server asked
// for.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "proto/base/random.h"

namespace hansom::ingest {

struct BackoffLimits {
  std::chrono::milliseconds first{250};
  std::chrono::milliseconds longest{60'000};
  std::chrono::seconds retry_after_max{3600};  // a server that asks for more is asked again by then
};

// One series of attempts. Not thread-safe.
class Backoff {
 public:
  // Requires: `random` outlives this; 0 < first <= longest.
  explicit Backoff(Random& random, BackoffLimits limits = {}) : random_(random), limits_(limits) {}

  // The wait before the next attempt: between half and the whole of first * 2^n, at most `longest`;
  // at least `retry_after`, to which the jitter is added so that units do not come back all at
  // once.
  [[nodiscard]] std::chrono::milliseconds next(
      std::optional<std::chrono::seconds> retry_after = std::nullopt);
  // Something went forward: the next wait is short again.
  void reset() { attempts_ = 0; }
  [[nodiscard]] unsigned attempts() const { return attempts_; }

 private:
  Random& random_;
  BackoffLimits limits_;
  unsigned attempts_ = 0;
};

// Retry-After in seconds (RFC 9110 section 10.2.3). Its other form, a date, is not read: units'
// clocks lie.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view text);

}  // namespace hansom::ingest
