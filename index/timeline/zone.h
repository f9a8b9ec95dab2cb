// People's times: what a clock on the wall of any IANA zone shows, and which instants a time of day
// there means, through the hour that comes twice and the hour that never comes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/civil_time.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace hansom::timeline {

inline constexpr std::string_view kDefaultZone = "Europe/London";

// A stretch of time in which a zone keeps one offset.
struct ZonePeriod {
  std::int64_t from_us = 0;        // unix microseconds
  std::int64_t until_us = 0;       // exclusive
  std::chrono::seconds offset{0};  // local - UTC
  std::string abbreviation;        // "BST"; some zones have only "+0630"
};

// What one time of day means in a zone. Exactly one of: one instant; two, where clocks went back
// over it; none, where they went forward over it.
struct LocalReading {
  std::string zone;
  LocalTime asked{};
  struct Instant {
    UtcTime time;
    std::chrono::seconds offset{0};
    std::string abbreviation;
  };
  std::vector<Instant> instants;  // earliest first
  // Where clocks changed over it, the change and what they showed before and after.
  UtcTime change{};
  std::chrono::seconds offset_before{0};
  std::chrono::seconds offset_after{0};

  [[nodiscard]] bool twice() const { return instants.size() == 2; }
  [[nodiscard]] bool never() const { return instants.empty(); }
};

// One zone of the system's zone files (Debian's tzdata), wholly in memory: a value, safe to read
// from any thread. Its offsets are those of the files, which state changes to the end of 2037.
class Zone {
 public:
  // Reads the system's zone files; blocks. Errors: kInvalid `bad_parameter` for a name they do not
  // have, kInternal `internal` where the files are missing or state no changes beyond the past.
  [[nodiscard]] static Result<Zone> find(std::string_view name);

  [[nodiscard]] const std::string& name() const { return name_; }
  // The period of an instant; before and after what the files know, the first and the last.
  [[nodiscard]] const ZonePeriod& at(UtcTime time) const;
  [[nodiscard]] std::int64_t offset_us(std::int64_t unix_us) const;

  // What `local` means here. Error: kInvalid `bad_time` from 2038 on, where the files do not say.
  [[nodiscard]] Result<LocalReading> read(LocalTime local) const;
  // The same of a text: RFC 3339 with its offset (one instant, whatever the zone), or a date and
  // time of day (proto/base/civil_time.h). Error: kInvalid `bad_time`.
  [[nodiscard]] Result<LocalReading> read(std::string_view text) const;

  // "2026-10-25 01:30:00 BST (UTC+01:00)"; from 2038 on, in UTC.
  [[nodiscard]] std::string show(UtcTime time) const;
  // "25 October 2026", "01:30:00 BST (UTC+01:00)".
  [[nodiscard]] std::string show_date(UtcTime time) const;
  [[nodiscard]] std::string show_time_of_day(UtcTime time) const;

 private:
  Zone(std::string name, std::vector<ZonePeriod> periods);

  std::string name_;
  std::vector<ZonePeriod> periods_;  // gapless, ordered, never empty
};

// "UTC+01:00", "UTC-03:30", with seconds only where a historic offset has them.
[[nodiscard]] std::string offset_text(std::chrono::seconds offset);
// A sentence for whoever asked: what the time means, and where clocks changed over it, why.
[[nodiscard]] std::string explain(const LocalReading& reading);

}  // namespace hansom::timeline
