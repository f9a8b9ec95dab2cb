// Zones out of the system's zone files: see zone.h. The only includer of date/tz.h.
#include "index/timeline/zone.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>

#include <date/tz.h>

namespace hansom::timeline {
namespace {

using std::chrono::seconds;

// The zone files of Debian list every change until then; date/tz.h does not read the rule behind.
constexpr std::int64_t kKnownUntilUs = 2'145'916'800'000'000;  // 2038-01-01T00:00:00Z
constexpr std::int64_t kFirstUs = -4'000'000'000'000'000;      // 1843: before any zone had a law
constexpr std::size_t kPeriodsMax = 2000;                      // the longest has about 250

std::vector<ZonePeriod> periods_of(const date::time_zone& zone) {
  std::vector<ZonePeriod> periods;
  std::int64_t from = kFirstUs;
  while (from < kKnownUntilUs && periods.size() < kPeriodsMax) {
    const date::sys_info info = zone.get_info(date::sys_seconds(seconds(from / 1'000'000)));
    const std::int64_t end_s = info.end.time_since_epoch().count();
    const std::int64_t until =
        end_s >= kKnownUntilUs / 1'000'000 ? kKnownUntilUs : end_s * 1'000'000;
    if (until <= from) break;
    periods.push_back({from, until, info.offset, info.abbrev});
    from = until;
  }
  return periods;
}

Result<std::vector<ZonePeriod>> load(std::string_view name) {
  try {
    return periods_of(*date::locate_zone(std::string(name)));
  } catch (const std::exception&) {
    return fail(ErrorKind::kInvalid, "bad_parameter",
                "no time zone '" + std::string(name.substr(0, 64)) +
                    "' in the system's zone files; a name is like Europe/London or UTC");
  }
}

// Whether the files list future changes one by one (zic -b fat), as Debian's do.
bool files_are_whole() {
  static const bool whole = [] {
    const auto london = load(kDefaultZone);
    return london && london->size() > 2 && london->back().offset == seconds(0) &&
           london->at(london->size() - 2).offset == seconds(3600);
  }();
  return whole;
}

LocalTime local_of(std::int64_t us, seconds offset) {
  return LocalTime(std::chrono::microseconds(us) + offset);
}

}  // namespace

Zone::Zone(std::string name, std::vector<ZonePeriod> periods)
    : name_(std::move(name)), periods_(std::move(periods)) {}

Result<Zone> Zone::find(std::string_view name) {
  if (!files_are_whole()) {
    return fail(ErrorKind::kInternal, "internal",
                "the system's zone files are missing or state no future changes; install tzdata");
  }
  HANSOM_TRY_ASSIGN(std::vector<ZonePeriod> periods, load(name));
  if (periods.empty() || periods.size() == kPeriodsMax) {
    return fail(ErrorKind::kInternal, "internal",
                "the zone file of '" + std::string(name) + "' cannot be used");
  }
  return Zone(std::string(name), std::move(periods));
}

const ZonePeriod& Zone::at(UtcTime time) const {
  const auto after = std::upper_bound(
      periods_.begin(), periods_.end(), to_unix_us(time),
      [](std::int64_t us, const ZonePeriod& period) { return us < period.from_us; });
  return after == periods_.begin() ? periods_.front() : *std::prev(after);
}

std::int64_t Zone::offset_us(std::int64_t unix_us) const {
  return std::chrono::microseconds(at(from_unix_us(unix_us)).offset).count();
}

Result<LocalReading> Zone::read(LocalTime local) const {
  LocalReading reading;
  reading.zone = name_;
  reading.asked = local;
  const std::int64_t local_us = local.time_since_epoch().count();
  // Offsets differ by 26 hours at most; periods further off than two days have nothing to say.
  constexpr std::int64_t kFarUs = 2 * 86'400'000'000;
  const auto ended = [local_us](const ZonePeriod& one) { return one.until_us < local_us - kFarUs; };
  const auto first = std::partition_point(periods_.begin(), periods_.end(), ended);
  for (auto i = static_cast<std::size_t>(first - periods_.begin()); i < periods_.size(); ++i) {
    const ZonePeriod& period = periods_[i];
    const std::int64_t us = local_us - std::chrono::microseconds(period.offset).count();
    if (us < period.from_us - kFarUs) break;
    if (us >= period.from_us && us < period.until_us) {
      reading.instants.push_back({from_unix_us(us), period.offset, period.abbreviation});
    }
    if (i == 0) continue;
    const seconds before = periods_[i - 1].offset;
    const LocalTime old_wall = local_of(period.from_us, before);
    const LocalTime new_wall = local_of(period.from_us, period.offset);
    if (local >= std::min(old_wall, new_wall) && local < std::max(old_wall, new_wall)) {
      reading.change = from_unix_us(period.from_us);
      reading.offset_before = before;
      reading.offset_after = period.offset;
    }
  }
  if (reading.never() && reading.change == UtcTime{}) {
    return fail(ErrorKind::kInvalid, "bad_time",
                to_civil(local) +
                    " is beyond what the zone files know (1843 to 2037); give it "
                    "in UTC, such as 2038-03-01T10:00:00Z");
  }
  return reading;
}

Result<LocalReading> Zone::read(std::string_view text) const {
  if (const auto utc = from_rfc3339(text)) {
    const ZonePeriod& period = at(*utc);
    LocalReading reading;
    reading.zone = name_;
    reading.asked = local_of(to_unix_us(*utc), period.offset);
    reading.instants.push_back({*utc, period.offset, period.abbreviation});
    return reading;
  }
  const auto civil = read_civil(text);
  if (!civil || civil->two_digit_year) {
    return fail(ErrorKind::kInvalid, "bad_time",
                "'" + std::string(text.substr(0, 64)) +
                    "' is not a time; write it like "
                    "2026-10-25 01:30 (by the clocks of " +
                    name_ + ") or 2026-10-25T00:30:00Z");
  }
  return read(civil->time);
}

std::string offset_text(std::chrono::seconds offset) {
  const auto size = std::chrono::abs(offset).count();
  std::array<char, 32> text{};
  int length =
      std::snprintf(text.data(), text.size(), "UTC%c%02d:%02d", offset.count() < 0 ? '-' : '+',
                    static_cast<int>(size / 3600), static_cast<int>(size / 60 % 60));
  std::string out(text.data(), static_cast<std::size_t>(length));
  if (size % 60 != 0) {
    length = std::snprintf(text.data(), text.size(), ":%02d", static_cast<int>(size % 60));
    out.append(text.data(), static_cast<std::size_t>(length));
  }
  return out;
}

namespace {

// "BST (UTC+01:00)"; an abbreviation that is only digits says nothing more.
std::string zone_text(const std::string& abbreviation, seconds offset) {
  const bool named =
      !abbreviation.empty() && abbreviation.front() != '+' && abbreviation.front() != '-';
  return named ? abbreviation + " (" + offset_text(offset) + ")" : offset_text(offset);
}

bool beyond_the_files(UtcTime time) {
  return to_unix_us(time) >= kKnownUntilUs;
}

}  // namespace

std::string Zone::show_date(UtcTime time) const {
  const seconds offset = beyond_the_files(time) ? seconds(0) : at(time).offset;
  return to_english_date(local_of(to_unix_us(time), offset));
}

std::string Zone::show_time_of_day(UtcTime time) const {
  if (beyond_the_files(time))
    return to_time_of_day(local_of(to_unix_us(time), seconds(0))) + " UTC";
  const ZonePeriod& period = at(time);
  return to_time_of_day(local_of(to_unix_us(time), period.offset)) + " " +
         zone_text(period.abbreviation, period.offset);
}

std::string Zone::show(UtcTime time) const {
  const seconds offset = beyond_the_files(time) ? seconds(0) : at(time).offset;
  return to_civil(local_of(to_unix_us(time), offset)).substr(0, 11) + show_time_of_day(time);
}

std::string explain(const LocalReading& reading) {
  const std::string asked = to_time_of_day(reading.asked) + " on " + to_english_date(reading.asked);
  const auto one = [](const LocalReading::Instant& instant) {
    return to_rfc3339(instant.time) + ", which is " +
           zone_text(instant.abbreviation, instant.offset);
  };
  if (reading.twice()) {
    return asked + " comes twice in " + reading.zone + ", because clocks went back at " +
           to_rfc3339(reading.change) + ": first at " + one(reading.instants[0]) + ", then at " +
           one(reading.instants[1]) + ". Both are meant.";
  }
  if (reading.never()) {
    const std::int64_t change = to_unix_us(reading.change);
    return asked + " does not exist in " + reading.zone + ": at " + to_rfc3339(reading.change) +
           " clocks went forward from " + to_time_of_day(local_of(change, reading.offset_before)) +
           " (" + offset_text(reading.offset_before) + ") to " +
           to_time_of_day(local_of(change, reading.offset_after)) + " (" +
           offset_text(reading.offset_after) + "). A clock that was not put forward showed it at " +
           to_rfc3339(from_unix_us(reading.asked.time_since_epoch().count() -
                                   std::chrono::microseconds(reading.offset_before).count())) +
           ".";
  }
  return asked + " in " + reading.zone + " is " + one(reading.instants.at(0)) + ".";
}

}  // namespace hansom::timeline
