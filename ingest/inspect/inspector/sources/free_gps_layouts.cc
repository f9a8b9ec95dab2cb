// The plain layouts of Novatek's blocks: see free_gps_layouts.h.
#include "ingest/inspect/inspector/sources/free_gps_layouts.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/epochs.h"
#include "ingest/inspect/inspector/sources/number_text.h"

namespace hansom::ingest {
namespace {

enum class Form { kFloat, kDouble, kScrambled, kTenMillionths };

// Where the fields of a layout stand. Hour, minute, second and year, month, day follow one another,
// 32 bits each.
struct Layout {
  std::size_t clock;
  std::size_t date;
  std::size_t status;
  std::size_t north_south;
  std::size_t east_west;
  std::size_t latitude;
  std::size_t longitude;
  std::size_t speed;
  std::size_t heading;
  Form form;
};

constexpr std::array<Layout, 7> kLayouts{{
    // Viofo A119 V3, A119 Mini 2; Kenwood; private packets of transport streams.
    {0x10, 0x1c, 0x28, 0x29, 0x2a, 0x2c, 0x30, 0x34, 0x38, Form::kFloat},
    // Vantrue N4.
    {0x10, 0x50, 0x1c, 0x28, 0x38, 0x20, 0x30, 0x40, 0x48, Form::kDouble},
    // "2B": 2013 boards.
    {0x30, 0x70, 0x3c, 0x48, 0x58, 0x40, 0x50, 0x60, 0x68, Form::kDouble},
    // Akaso; "2E".
    {0x30, 0x58, 0x3c, 0x44, 0x4c, 0x40, 0x48, 0x50, 0x54, Form::kFloat},
    // Vantrue S1.
    {0x50, 0x44, 0x40, 0x41, 0x42, 0x60, 0x5c, 0x64, 0x68, Form::kFloat},
    // Akaso V1, Redtiger F7N: as the next, with 0 where that has its latitude.
    {0x30, 0x3c, 0x48, 0x49, 0x4a, 0x50, 0x58, 0x60, 0x64, Form::kScrambled},
    // Viofo A119S and most others.
    {0x30, 0x3c, 0x48, 0x49, 0x4a, 0x4c, 0x50, 0x54, 0x58, Form::kFloat},
}};

char letter(ByteSpan block, std::size_t at) {
  return at < block.size() ? static_cast<char>(block[at]) : '\0';
}
std::uint32_t number(ByteSpan block, std::size_t at) {
  ByteReader reader(block);
  reader.seek(at);
  return reader.u32le();
}
double real(ByteSpan block, std::size_t at, Form form) {
  ByteReader reader(block);
  reader.seek(at);
  if (form == Form::kDouble) return reader.f64le();
  if (form == Form::kTenMillionths) return reader.i32le() / 1e7;
  return reader.f32le();
}

std::string real_text(ByteSpan block, std::size_t at, Form form) {
  if (form == Form::kFloat) return number_text(static_cast<float>(real(block, at, form)));
  return number_text(real(block, at, form));
}

std::optional<NovatekFix> read_layout(const Layout& layout, ByteSpan block) {
  if (layout.heading + (layout.form == Form::kDouble ? 8 : 4) > block.size()) return std::nullopt;
  const std::uint32_t year = number(block, layout.date);
  auto time = civil_text(year, number(block, layout.date + 4), number(block, layout.date + 8),
                         number(block, layout.clock), number(block, layout.clock + 4),
                         number(block, layout.clock + 8));
  const char status = letter(block, layout.status);
  if (!time || (status != 'A' && status != 'V')) return std::nullopt;
  NovatekFix fix;
  fix.time = *std::move(time);
  if (year < 100) fix.note = " year " + std::to_string(year);
  fix.value = std::string(1, status) + fix.note;
  if (status == 'V') return fix;
  fix.north_south = letter(block, layout.north_south);
  fix.east_west = letter(block, layout.east_west);
  if ((fix.north_south != 'N' && fix.north_south != 'S') ||
      (fix.east_west != 'E' && fix.east_west != 'W')) {
    return std::nullopt;
  }
  fix.has_fix = true;
  if (layout.form == Form::kScrambled) {
    if (number(block, 0x4c) != 0) return std::nullopt;
    fix.scrambled = true;
    fix.value = std::string(1, fix.north_south) + fix.east_west + " scrambled " +
                number_text(real(block, layout.latitude, Form::kDouble)) + " " +
                number_text(real(block, layout.longitude, Form::kDouble)) + fix.note;
    return fix;
  }
  // Boards that say IQS have whole numbers there (ExifTool, type 2C).
  const bool whole = layout.clock == 0x30 && letter(block, 16) == 'I' && letter(block, 17) == 'Q' &&
                     letter(block, 18) == 'S';
  const Form form = whole ? Form::kTenMillionths : layout.form;
  fix.latitude = std::abs(real(block, layout.latitude, form));
  fix.longitude = std::abs(real(block, layout.longitude, form));
  fix.in_degrees = whole;
  if (whole) {
    constexpr double kKnotsInCentimetresPerSecond = 51.4444;
    fix.knots =
        static_cast<std::int32_t>(number(block, layout.speed)) / kKnotsInCentimetresPerSecond;
  } else {
    fix.knots = real(block, layout.speed, form);
    fix.heading_deg = real(block, layout.heading, form);
  }
  fix.value = real_text(block, layout.latitude, form) + " " + fix.north_south + " " +
              real_text(block, layout.longitude, form) + " " + fix.east_west + " " +
              (whole ? std::to_string(number(block, layout.speed))
                     : real_text(block, layout.speed, form) + " " +
                           real_text(block, layout.heading, form)) +
              fix.note;
  return fix;
}

}  // namespace

std::optional<std::string> civil_text(std::uint32_t year, std::uint32_t month, std::uint32_t day,
                                      std::uint32_t hour, std::uint32_t minute,
                                      std::uint32_t second) {
  if (year >= 100 && (year < 1970 || year > 9999)) return std::nullopt;
  const auto whole = static_cast<int>(year < 100 ? 2000 + year : year);
  if (!from_civil(whole, month, day, hour, minute, second)) return std::nullopt;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02u:%02u:%02u", whole, month, day, hour,
                minute, second);
  return text.data();
}

std::optional<NovatekFix> read_novatek(ByteSpan block) {
  for (const Layout& layout : kLayouts) {
    if (auto fix = read_layout(layout, block)) return fix;
  }
  return std::nullopt;
}

}  // namespace hansom::ingest
