// What else was written in the clips, held against the interval found; names for steps and for
// clocks that are always a second off.
#include <algorithm>

#include "index/timeline/chain.h"

namespace hansom::timeline {
namespace {

constexpr std::int64_t kAgreeUs = 3 * kSecondUs;
constexpr std::size_t kOneSecondMin = 3;  // clips that show it, before it is named

// The instants a time in a file may mean: one, two in the fold, none.
std::vector<std::int64_t> instants_of(const FileTime& found, Reading& reading, const Zone& zone) {
  if (found.unix_us) return {std::clamp(*found.unix_us, -kFarUs / 4, kFarUs / 4)};
  const auto civil = read_civil(found.value);
  if (!civil) return {};
  if (civil->two_digit_year) reading.note(Trap::kTwoDigitYear, found.source);
  const auto local = zone.read(civil->time);
  if (!local) return {};
  if (local->twice()) reading.note(Trap::kFold, found.source);
  if (local->never()) reading.note(Trap::kSpringGap, found.source);
  std::vector<std::int64_t> instants;
  for (const auto& instant : local->instants) instants.push_back(to_unix_us(instant.time));
  return instants;
}

// Times before birth and after arrival, by their name where one explains them.
bool is_impossible(const FileTime& found, std::int64_t us, Reading& reading, const Rules& rules) {
  const Bounds recent{std::max(rules.born_us, reading.facts->known_by_us - 400 * kDayUs),
                      reading.facts->known_by_us};
  if (near_epoch(us)) {
    reading.note(Trap::kDeadClock, found.source);
  } else if (us >= rules.born_us && us <= recent.hi + kLocalReachUs) {
    return false;
  } else if (const auto rolled = rollover_us(us, recent)) {
    reading.note(Trap::kWeekRollover, found.source, -*rolled);
  } else if (const auto meant = other_century(us, recent)) {
    reading.note(Trap::kTwoDigitYear, found.source, us - *meant);
  } else {
    reading.note(us < rules.born_us ? Trap::kBeforeBirth : Trap::kAfterArrival, found.source);
  }
  return true;
}

void check(const FileTime& found, Reading& reading, const Rules& rules) {
  const std::vector<std::int64_t> instants = instants_of(found, reading, *rules.zone);
  if (instants.empty()) return;
  // Written at the start, at the end, or while it ran.
  const Bounds ran{reading.start.lo, reading.start.hi + reading.wall.hi};
  const auto agrees = [&](std::int64_t us) { return widened(ran, kAgreeUs).holds(us); };
  if (std::any_of(instants.begin(), instants.end(), agrees)) return;
  const std::int64_t us = instants.front();
  if (is_impossible(found, us, reading, rules)) return;
  const Bounds difference{us - ran.hi, us - ran.lo};
  const auto trap = explain_difference(difference, reading.start.middle(), *rules.zone);
  const bool late = us > reading.facts->known_by_us + kDisciplinedUs;
  reading.note(trap.value_or(late ? Trap::kAfterArrival : Trap::kContradiction), found.source,
               us - ran.middle());
  if (reading.method != Method::kDisciplined && reading.method != Method::kTold) return;
  // Nothing but the clock's word stands against it: both stay.
  const Bounds possible{std::min(instants.front(), instants.back()) - reading.wall.hi,
                        std::max(instants.front(), instants.back())};
  if (const auto whole = common(possible, reading.hard))
    reading.start = hull(reading.start, *whole);
}

Bounds error_of(const Reading& reading) {
  return taken_from(reading.told, reading.start);
}

void name_one_second(Chain& chain) {
  std::vector<std::int64_t> errors;
  const auto shows = [](const Reading& reading) {
    return reading.method == Method::kSatellite && reading.start.width() <= 4 * kSatelliteUs;
  };
  for (const Reading& reading : chain.readings) {
    if (shows(reading)) errors.push_back(error_of(reading).middle());
  }
  if (errors.size() < kOneSecondMin) return;
  const auto median = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
  std::nth_element(errors.begin(), median, errors.end());
  const std::int64_t off = std::abs(*median);
  if (off < 6 * kSecondUs / 10 || off > 14 * kSecondUs / 10) return;
  for (Reading& reading : chain.readings) {
    if (shows(reading)) {
      reading.note(Trap::kOneSecond, "manifest", *median < 0 ? -kSecondUs : kSecondUs);
    }
  }
}

}  // namespace

void check_file_times(Chain& chain, const Rules& rules) {
  for (Reading& reading : chain.readings) {
    for (const FileTime& found : reading.facts->times) {
      if (!found.satellite) check(found, reading, rules);
    }
  }
}

void name_steps(Chain& chain, const Zone& zone) {
  auto& readings = chain.readings;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    const Reading& before = readings[i - 1];
    Reading& after = readings[i];
    if (before.worthless || after.worthless) continue;
    const std::int64_t changed =
        zone.offset_us(after.start.middle()) - zone.offset_us(before.start.middle());
    const Bounds was = error_of(before);
    const Bounds is = error_of(after);
    const std::int64_t jump = is.middle() - was.middle();
    if (changed != 0 && before.facts->state == evidence::CLOCK_STATE_NTP && !after.disciplined) {
      after.note(Trap::kNtpLostAtDst, "manifest", jump);
    }
    if (was.width() > kNarrowUs || is.width() > kNarrowUs) continue;
    const std::int64_t drift = std::abs(after.told - before.told) / kSecondUs * kDriftPpm;
    if (widened(was, drift + 2 * kReadingUs).meets(is)) continue;
    const bool with_zone = changed != 0 && std::abs(jump - changed) <= 2 * kMinuteUs;
    after.note(with_zone ? Trap::kDstStep : Trap::kStep, "manifest", jump);
  }
  name_one_second(chain);
}

}  // namespace hansom::timeline
