// The plain layouts of Novatek's GPS blocks, and how one is recognised.
#pragma once

#include <optional>
#include <string>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// What a block tells, the numbers as they stand.
struct NovatekFix {
  std::string time;  // "2026-04-06 14:22:05"
  std::string note;  // " year 26": the century is not told
  bool has_fix = false;
  bool scrambled = false;  // the place is there, in a form that nobody has published
  double latitude = 0;     // degrees and minutes, or degrees
  double longitude = 0;
  bool in_degrees = false;
  double knots = 0;
  std::optional<double> heading_deg;
  char north_south = 'N';
  char east_west = 'E';
  std::string value;  // all of it as it stands
};

// Reads a block of one of the known layouts, `block` from the box's first byte on. Nothing when
// none fits: each asks for a date that exists and letters in their places.
[[nodiscard]] std::optional<NovatekFix> read_novatek(ByteSpan block);

// A date and time of day that exist, as text; `year` since 2000 or whole. Nothing otherwise.
[[nodiscard]] std::optional<std::string> civil_text(std::uint32_t year, std::uint32_t month,
                                                    std::uint32_t day, std::uint32_t hour,
                                                    std::uint32_t minute, std::uint32_t second);

}  // namespace hansom::ingest
