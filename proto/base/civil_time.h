// A date with a time of day and no zone, as people and recorders write it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hansom {

// What a clock on the wall shows: microseconds since 1970-01-01 00:00 of that wall.
using LocalTime = std::chrono::local_time<std::chrono::microseconds>;

struct CivilText {
  LocalTime time;
  bool two_digit_year = false;  // read as 20YY, as JT/T 808 defines its BCD times
};

// Reads "2026-10-25 01:30", "2026:10:25 01:30:00.5", "2026/10/25T01:30:00", "26-10-25 01:30:00",
// "20261025_013000", "20261025013000" and "261025013000": years 1970-9999 or two digits, one of
// "-:/." twice between the parts of the date or nothing, one of "T _-" or nothing before the time.
// Fractions are cut to microseconds. Nothing for anything else, a stated zone included
// (proto/base/clock.h reads those).
[[nodiscard]] std::optional<CivilText> read_civil(std::string_view text);

// "2026-10-25 01:30:00", microseconds left out.
[[nodiscard]] std::string to_civil(LocalTime time);
// "25 October 2026".
[[nodiscard]] std::string to_english_date(LocalTime time);
// "01:30:00".
[[nodiscard]] std::string to_time_of_day(LocalTime time);

}  // namespace hansom
