// The ways in which recorders are known to tell wrong times, by name, and how each is recognised.
// Pure; the sources are manufacturers' behaviour, IS-GPS-200 (week number modulo 1024) and the
// bulletins C of the IERS (leap seconds).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/timeline/bounds.h"
#include "index/timeline/zone.h"

namespace hansom::timeline {

enum class Trap {
  kLocalMarkedUtc,   // local time told as UTC
  kEightHours,       // China's time told as UTC
  kOneSecond,        // always one second off
  kDeadClock,        // started at an epoch: 1970, 1980, 2000, 2016
  kWeekRollover,     // 1024 or 2048 GPS weeks off
  kLeapSeconds,      // GPS time told as UTC
  kDstStep,          // changed where its zone's clocks change
  kNtpLostAtDst,     // network time ended where its zone's clocks change
  kTwoDigitYear,     // the century is not told, or a wrong one is
  kFold,             // a local time that comes twice
  kSpringGap,        // a local time that does not exist
  kBeforeBirth,      // before the product existed
  kAfterArrival,     // after the server had the clip
  kStep,             // the clock was changed
  kContradiction,    // two sources differ, and nothing known explains it
  kOutOfOrder,       // true times and running numbers are not in one order
  kTwoClocks,        // two channels of a unit tell by different clocks
  kDurationDiffers,  // the media are shorter or longer than the time they claim
  kUnproven,         // nothing but the clock's own word
};
// "local_marked_utc": the word findings carry.
[[nodiscard]] std::string_view word(Trap trap);
// nullopt for a word that is none of them.
[[nodiscard]] std::optional<Trap> parse_trap(std::string_view text);
// What it means, for people: "local time told as UTC".
[[nodiscard]] std::string_view meaning(Trap trap);

struct Finding {
  Trap trap;
  std::string about;           // the source: "manifest", "mvhd", ...
  std::int64_t amount_us = 0;  // how far off, where that is known: told - true
  bool operator==(const Finding&) const = default;
};

// True within 62 days after (and 14 hours before, for a local one) an epoch that clocks start at.
[[nodiscard]] bool near_epoch(std::int64_t unix_us);
// What to add (1024 or 2048 weeks, either way) to bring `unix_us` into `plausible`.
[[nodiscard]] std::optional<std::int64_t> rollover_us(std::int64_t unix_us,
                                                      const Bounds& plausible);
// The same date in another century, where only that lies in `plausible`.
[[nodiscard]] std::optional<std::int64_t> other_century(std::int64_t unix_us,
                                                        const Bounds& plausible);
// GPS - UTC at an instant from 1999 on.
[[nodiscard]] std::int64_t gps_ahead_us(std::int64_t unix_us);

// What explains that a source is off by `difference` (told - true) at `unix_us`, in `zone`:
// kLocalMarkedUtc, kEightHours or kLeapSeconds, each also with the other sign (then the source
// compared with is the wrong one). Nothing for other differences.
[[nodiscard]] std::optional<Trap> explain_difference(const Bounds& difference, std::int64_t unix_us,
                                                     const Zone& zone);

}  // namespace hansom::timeline
