// What each clip says of its start: arrival, length, receivers' times, and the named traps of the
// told time itself.
#include <algorithm>

#include "index/timeline/chain.h"

namespace hansom::timeline {
namespace {

constexpr std::int64_t kLengthMaxUs = 2 * kDayUs;
constexpr std::int64_t kRecentUs = 400 * kDayUs;  // how long before its arrival a clip may begin
constexpr std::int64_t kYearsUs = kFarUs / 4;     // within the years 1-9999

struct Sighting {
  std::int64_t time = 0;
  std::optional<std::int64_t> at_media_us;
  std::int64_t doubt_us = 0;  // the zone's offset, where it may be local time
};

// A wrong century or week brings a time here, if anything does.
Bounds recent(const Reading& reading) {
  return {std::max(reading.hard.lo, reading.facts->known_by_us - kRecentUs),
          reading.facts->known_by_us};
}

// A receiver's time as UTC, mended where a named trap explains it; nothing where it cannot be.
std::optional<std::int64_t> receivers_time(const FileTime& found, Reading& reading,
                                           const Rules& rules) {
  std::optional<std::int64_t> us = found.unix_us;
  if (!us) {
    const auto civil = read_civil(found.value);  // NMEA states no zone: it is UTC
    if (!civil) return std::nullopt;
    if (civil->two_digit_year) reading.note(Trap::kTwoDigitYear, found.source);
    us = civil->time.time_since_epoch().count();
  }
  if (*us < -kYearsUs || *us > kYearsUs) return std::nullopt;
  const Bounds window{rules.born_us, reading.facts->known_by_us + kDisciplinedUs};
  if (near_epoch(*us)) {
    reading.note(Trap::kDeadClock, found.source);
    return std::nullopt;
  }
  if (window.holds(*us)) return us;
  if (const auto rolled = rollover_us(*us, recent(reading))) {
    reading.note(Trap::kWeekRollover, found.source, -*rolled);
    return *us + *rolled;
  }
  if (const auto meant = other_century(*us, recent(reading))) {
    reading.note(Trap::kTwoDigitYear, found.source, *us - *meant);
    return meant;
  }
  if (*us < window.lo) {
    reading.note(Trap::kBeforeBirth, found.source);
    return std::nullopt;
  }
  const std::int64_t local = rules.zone->offset_us(*us);
  for (const auto& [trap, amount] :
       {std::pair{Trap::kLocalMarkedUtc, local}, std::pair{Trap::kEightHours, 8 * kHourUs}}) {
    if (amount > 0 && *us - amount <= window.hi) {
      reading.note(trap, found.source, amount);
      return *us - amount;
    }
  }
  reading.note(Trap::kAfterArrival, found.source, *us - reading.facts->known_by_us);
  return std::nullopt;
}

// Wall time over media time of a recording that was not made at the pace it plays; {1, 1} else.
struct Pace {
  std::int64_t wall_ms = 1;
  std::int64_t media_ms = 1;
  [[nodiscard]] std::int64_t wall_us(std::int64_t media_us) const {
    return media_us / 1000 * wall_ms / media_ms * 1000 +
           (wall_ms == media_ms ? media_us % 1000 : 0);
  }
};
Pace pace_of(const std::vector<Sighting>& sightings) {
  const Sighting* first = nullptr;
  const Sighting* last = nullptr;
  for (const Sighting& sighting : sightings) {
    if (!sighting.at_media_us) continue;
    if (!first || *sighting.at_media_us < *first->at_media_us) first = &sighting;
    if (!last || *sighting.at_media_us > *last->at_media_us) last = &sighting;
  }
  if (!first) return {};
  const std::int64_t media = *last->at_media_us - *first->at_media_us;
  const std::int64_t wall = last->time - first->time;
  const bool differ = std::abs(wall - media) > std::max(2 * kSatelliteUs, media / 100);
  if (media < kMinuteUs || wall <= 0 || wall > 300 * kDayUs || !differ) return {};
  return {wall / 1000, media / 1000};
}

void measure(Reading& reading, const std::vector<Sighting>& sightings) {
  const auto clamp = [](std::int64_t us) { return std::clamp(us, std::int64_t{0}, kLengthMaxUs); };
  const std::int64_t told = clamp(reading.facts->told_duration_us);
  const std::int64_t media = reading.facts->media_us > 0 ? clamp(reading.facts->media_us) : told;
  const Pace pace = pace_of(sightings);
  if (pace.wall_ms != pace.media_ms) {
    const std::int64_t wall = pace.wall_us(media);
    reading.wall = {std::max<std::int64_t>(0, wall - 2 * kSatelliteUs - wall / 100),
                    wall + 2 * kSatelliteUs + wall / 100};
    reading.note(Trap::kDurationDiffers, "satellite", media - wall);
    return;
  }
  const std::int64_t slack = kSecondUs + std::max(told, media) / 100;
  if (std::abs(told - media) > slack) {
    reading.note(Trap::kDurationDiffers, "manifest", media - told);
  }
  reading.wall = {std::max<std::int64_t>(0, std::min(told, media) - slack),
                  std::max(told, media) + slack};
}

void place_satellites(Reading& reading, const Rules& rules) {
  std::vector<Sighting> sightings;
  for (const FileTime& found : reading.facts->times) {
    if (!found.satellite) continue;
    const auto time = receivers_time(found, reading, rules);
    const auto at = found.at_media_us;
    if (!time || (at && (*at < 0 || *at > kLengthMaxUs))) continue;
    sightings.push_back({*time, at, found.may_be_local ? rules.zone->offset_us(*time) : 0});
  }
  measure(reading, sightings);
  const Pace pace = pace_of(sightings);
  std::optional<Bounds> all;
  bool agree = true;
  for (const Sighting& sighting : sightings) {
    const Bounds start =
        sighting.at_media_us
            ? widened(Bounds{sighting.time, sighting.time}, kSatelliteUs)
            : Bounds{sighting.time - reading.wall.hi - kSatelliteUs, sighting.time + kSatelliteUs};
    const Bounds as_utc =
        sighting.at_media_us ? shifted(start, -pace.wall_us(*sighting.at_media_us)) : start;
    const Bounds placed = hull(as_utc, shifted(as_utc, -sighting.doubt_us));
    const auto both = all ? common(*all, placed) : placed;
    if (!both && agree) {
      agree = false;
      const std::int64_t apart = std::abs(placed.middle() - all->middle());
      const bool leap = std::abs(apart - gps_ahead_us(sighting.time)) <= 2 * kSatelliteUs;
      reading.note(leap ? Trap::kLeapSeconds : Trap::kContradiction, "satellite", apart);
    }
    all = agree ? *both : hull(*all, placed);
  }
  if (!all) return;
  reading.satellite = common(*all, reading.hard);
  if (!reading.satellite) {
    reading.note(Trap::kAfterArrival, "satellite", all->lo - reading.hard.hi);
  }
}

// Named traps of the told time that need nothing but birth and arrival.
void judge_told(Reading& reading, const Rules& rules) {
  const std::int64_t told = reading.told;
  reading.worthless = reading.facts->state == evidence::CLOCK_STATE_UNSET || near_epoch(told);
  if (near_epoch(told)) reading.note(Trap::kDeadClock, "manifest");
  if (reading.worthless) return;
  const Bounds window{rules.born_us, reading.facts->known_by_us + kDisciplinedUs};
  if (window.holds(told)) return;
  if (const auto rolled = rollover_us(told, recent(reading))) {
    reading.base = -*rolled;
    reading.note(Trap::kWeekRollover, "manifest", reading.base);
  } else if (const auto meant = other_century(told, recent(reading))) {
    reading.base = told - *meant;
    reading.note(Trap::kTwoDigitYear, "manifest", reading.base);
  } else {
    reading.rejected = true;
    if (told < window.lo) reading.note(Trap::kBeforeBirth, "manifest");
    if (told > window.hi) {
      reading.note(Trap::kAfterArrival, "manifest", told - reading.facts->known_by_us);
    }
  }
}

// A receiver's time in the clip against the told one. Where nothing says which is wrong, both stay.
void compare_with_told(Reading& reading, const Zone& zone) {
  if (!reading.satellite || reading.worthless || reading.base != 0) return;
  const Bounds error = taken_from(reading.told, *reading.satellite);
  if (widened(error, kReadingUs).holds(0)) return;
  const auto trap = explain_difference(error, reading.satellite->middle(), zone);
  bool both_stay = false;
  if (trap && (trap != Trap::kLeapSeconds || reading.disciplined)) {
    both_stay = trap == Trap::kLeapSeconds || error.middle() < 0;
    reading.note(*trap, both_stay && trap != Trap::kLeapSeconds ? "satellite" : "manifest",
                 std::abs(error.middle()));
  } else if (reading.disciplined) {
    both_stay = true;
    reading.doubted = true;
    reading.note(Trap::kContradiction, "manifest", error.middle());
  }
  if (!both_stay) return;
  const Bounds told = widened(Bounds{reading.told, reading.told}, kDisciplinedUs);
  if (const auto possible = common(told, reading.hard)) {
    reading.satellite = hull(*reading.satellite, *possible);
  }
}

}  // namespace

Bounds Reading::hard_error() const {
  Bounds error = taken_from(told, hard);
  for (const std::int64_t floor : floors) error.lo = std::max(error.lo, floor);
  error.hi = std::max(error.hi, error.lo);
  return error;
}

void Reading::note(Trap trap, std::string about, std::int64_t amount_us) {
  const Finding finding{trap, std::move(about), amount_us};
  if (std::find(findings.begin(), findings.end(), finding) == findings.end()) {
    findings.push_back(finding);
  }
}

Chain read_chain(const std::vector<const ClipFacts*>& clips, const Rules& rules) {
  Chain chain;
  for (const ClipFacts* facts : clips) {
    Reading reading;
    reading.facts = facts;
    reading.told = std::clamp(facts->told_us, -kYearsUs, kYearsUs);
    const std::int64_t known_by = std::clamp(facts->known_by_us, -kYearsUs, kYearsUs);
    reading.disciplined =
        facts->state == evidence::CLOCK_STATE_GNSS || facts->state == evidence::CLOCK_STATE_NTP;
    reading.hard = {std::min(rules.born_us, known_by), known_by};
    judge_told(reading, rules);
    place_satellites(reading, rules);
    // Whole by its arrival: it began its own length before.
    reading.hard.hi = std::max(reading.hard.lo, known_by - reading.wall.lo);
    if (reading.satellite) {
      const auto whole = common(*reading.satellite, reading.hard);
      if (whole) {
        reading.satellite = whole;
      } else {
        reading.hard.hi = std::max(reading.hard.lo, known_by);  // the length is what is wrong
        reading.note(Trap::kContradiction, "arrival");
      }
    }
    compare_with_told(reading, *rules.zone);
    reading.floors.push_back(reading.told - reading.hard.hi);
    chain.channel = facts->channel;
    chain.readings.push_back(std::move(reading));
  }
  return chain;
}

}  // namespace hansom::timeline
