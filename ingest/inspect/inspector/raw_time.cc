// Times written in a clip: see raw_time.h.
#include "ingest/inspect/inspector/raw_time.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace hansom::ingest {
namespace {

constexpr std::array<std::string_view, 14> kTimeTags{
    "creation_time",
    "com.apple.quicktime.creationdate",
    "com.android.capture.time",
    "date",
    "date_utc",
    "date_recorded",
    "date_encoded",
    "datetime",
    "datetimeoriginal",
    "modification_time",
    "recording_time",
    "timecode",
    "creationdate",
    "encoded_date",
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Takes `digits` decimal digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_any(std::string_view& text, std::string_view of) {
  if (text.empty() || of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::int64_t take_fraction_us(std::string_view& text) {
  std::int64_t us = 0;
  std::int64_t unit = 100'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    us += unit * (text.front() - '0');
    unit /= 10;
    text.remove_prefix(1);
  }
  return us;
}

// "Z", "+03:00", "+0300": what to take away to get UTC.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  if (take_any(text, "Zz")) return std::chrono::minutes(0);
  const bool west = !text.empty() && text.front() == '-';
  if (!take_any(text, "+-")) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours) return std::nullopt;
  static_cast<void>(take_any(text, ":"));
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  return std::chrono::minutes((west ? -1 : 1) * (*hours * 60 + *minutes));
}

// Bytes of the UTF-8 character at the front; 0 when there is none (RFC 3629).
std::size_t character_bytes(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool outside = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  return overlong || outside ? 0 : size;
}

}  // namespace

bool is_time_tag(std::string_view name) {
  return std::any_of(kTimeTags.begin(), kTimeTags.end(), [name](std::string_view tag) {
    return std::equal(name.begin(), name.end(), tag.begin(), tag.end(),
                      [](char a, char b) { return lower(a) == b; });
  });
}

std::optional<std::int64_t> read_utc_us(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take_any(text, "-:/")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take_any(text, "-:/")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take_any(text, "Tt ")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take_any(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take_any(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second) return std::nullopt;
  const std::int64_t fraction_us = take_any(text, ".,") ? take_fraction_us(text) : 0;
  static_cast<void>(take_any(text, " "));
  const auto zone = take_zone(text);
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!zone || !text.empty() || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  const std::chrono::sys_time<std::chrono::microseconds> time =
      std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
      std::chrono::seconds(*second) - *zone + std::chrono::microseconds(fraction_us);
  return time.time_since_epoch().count();
}

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character_bytes(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool keep = size > 1 || (size == 1 && first >= 0x20 && first != 0x7f);
    const std::size_t taken = size == 0 ? 1 : size;
    if (out.size() + (keep ? size : 1) > bytes_max) break;
    out += keep ? text.substr(0, size) : std::string_view("?");
    text.remove_prefix(taken);
  }
  return out;
}

}  // namespace hansom::ingest
