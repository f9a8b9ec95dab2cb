// Named errors of recorders' clocks: see traps.h.
#include "index/timeline/traps.h"

#include <array>
#include <chrono>

namespace hansom::timeline {
namespace {

struct Words {
  Trap trap;
  std::string_view word;
  std::string_view meaning;
};
constexpr std::array kWords{
    Words{Trap::kLocalMarkedUtc, "local_marked_utc", "local time told as UTC"},
    Words{Trap::kEightHours, "eight_hours", "eight hours off: China's time told as UTC"},
    Words{Trap::kOneSecond, "one_second", "always one second off"},
    Words{Trap::kDeadClock, "dead_clock", "a clock that was never set: it counts from an epoch"},
    Words{Trap::kWeekRollover, "week_rollover", "the GPS week number overflowed"},
    Words{Trap::kLeapSeconds, "leap_seconds", "GPS time told as UTC, leap seconds apart"},
    Words{Trap::kDstStep, "dst_step", "changed where the zone's clocks change"},
    Words{Trap::kNtpLostAtDst, "ntp_lost_at_dst",
          "network time ended where the zone's clocks change"},
    Words{Trap::kTwoDigitYear, "two_digit_year", "a year told by two digits or in another century"},
    Words{Trap::kFold, "fold", "a local time that comes twice"},
    Words{Trap::kSpringGap, "spring_gap", "a local time that does not exist"},
    Words{Trap::kBeforeBirth, "before_birth", "before the product existed"},
    Words{Trap::kAfterArrival, "after_arrival", "after the server had it"},
    Words{Trap::kStep, "step", "the clock was changed"},
    Words{Trap::kContradiction, "contradiction", "two sources differ without a known reason"},
    Words{Trap::kOutOfOrder, "out_of_order", "times and running numbers are not in one order"},
    Words{Trap::kTwoClocks, "two_clocks", "two channels of the unit tell by different clocks"},
    Words{Trap::kDurationDiffers, "duration_differs",
          "the media are shorter or longer than the time they claim"},
    Words{Trap::kUnproven, "unproven", "nothing but the clock's own word"},
};

constexpr std::int64_t kDeadDays = 62;
constexpr std::int64_t kZoneReachUs = 14 * kHourUs;
// What a difference may miss a named amount by: both sides are told in whole seconds.
constexpr std::int64_t kNamedWithinUs = 2 * kSecondUs;
// A difference known no better than this is not explained by anything: too much would fit.
constexpr std::int64_t kVagueUs = 25 * kMinuteUs;

constexpr std::int64_t day_us(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day))
             .time_since_epoch()
             .count() *
         kDayUs;
}
// 1980-01-06 is GPS's own epoch.
constexpr std::array kEpochs{day_us(1970, 1, 1), day_us(1980, 1, 1), day_us(1980, 1, 6),
                             day_us(2000, 1, 1), day_us(2016, 1, 1)};

struct LeapStep {
  std::int64_t from_us;
  std::int64_t seconds;
};
constexpr std::array kLeapSteps{LeapStep{day_us(2017, 1, 1), 18}, LeapStep{day_us(2015, 7, 1), 17},
                                LeapStep{day_us(2012, 7, 1), 16}, LeapStep{day_us(2009, 1, 1), 15},
                                LeapStep{day_us(2006, 1, 1), 14}, LeapStep{day_us(1999, 1, 1), 13}};

const Words& words_of(Trap trap) {
  return *std::find_if(kWords.begin(), kWords.end(),
                       [trap](const Words& words) { return words.trap == trap; });
}

}  // namespace

std::string_view word(Trap trap) {
  return words_of(trap).word;
}
std::optional<Trap> parse_trap(std::string_view text) {
  const auto* found = std::find_if(kWords.begin(), kWords.end(),
                                   [text](const Words& words) { return words.word == text; });
  return found == kWords.end() ? std::nullopt : std::optional(found->trap);
}
std::string_view meaning(Trap trap) {
  return words_of(trap).meaning;
}

bool near_epoch(std::int64_t unix_us) {
  return std::any_of(kEpochs.begin(), kEpochs.end(), [unix_us](std::int64_t epoch) {
    return unix_us >= epoch - kZoneReachUs && unix_us < epoch + kDeadDays * kDayUs;
  });
}

std::optional<std::int64_t> rollover_us(std::int64_t unix_us, const Bounds& plausible) {
  if (plausible.holds(unix_us)) return std::nullopt;
  for (const std::int64_t weeks : {1024, 2048, -1024, -2048}) {
    if (plausible.holds(unix_us + weeks * kWeekUs)) return weeks * kWeekUs;
  }
  return std::nullopt;
}

std::optional<std::int64_t> other_century(std::int64_t unix_us, const Bounds& plausible) {
  if (plausible.holds(unix_us)) return std::nullopt;
  const UtcTime told = from_unix_us(unix_us);
  const auto days = std::chrono::floor<std::chrono::days>(told);
  const std::chrono::year_month_day date(days);
  const std::chrono::year_month_day latest(
      std::chrono::floor<std::chrono::days>(from_unix_us(plausible.hi)));
  const int century = static_cast<int>(latest.year()) / 100 * 100;
  const int within = (static_cast<int>(date.year()) % 100 + 100) % 100;
  const std::chrono::year_month_day meant{std::chrono::year(century + within), date.month(),
                                          date.day()};
  if (!meant.ok()) return std::nullopt;
  const std::int64_t us = to_unix_us(std::chrono::sys_days(meant) + (told - days));
  if (!plausible.holds(us)) return std::nullopt;
  return us;
}

std::int64_t gps_ahead_us(std::int64_t unix_us) {
  for (const LeapStep& step : kLeapSteps) {
    if (unix_us >= step.from_us) return step.seconds * kSecondUs;
  }
  return kLeapSteps.back().seconds * kSecondUs;
}

std::optional<Trap> explain_difference(const Bounds& difference, std::int64_t unix_us,
                                       const Zone& zone) {
  if (difference.width() > kVagueUs) return std::nullopt;
  const auto is_off_by = [&](std::int64_t amount) {
    const Bounds near = widened(difference, kNamedWithinUs);
    return amount != 0 && !near.holds(0) && (near.holds(amount) || near.holds(-amount));
  };
  if (is_off_by(zone.offset_us(unix_us))) return Trap::kLocalMarkedUtc;
  if (is_off_by(8 * kHourUs)) return Trap::kEightHours;
  if (is_off_by(gps_ahead_us(unix_us))) return Trap::kLeapSeconds;
  return std::nullopt;
}

}  // namespace hansom::timeline
