// Dates and times of day without a zone: see civil_time.h.
#include "proto/base/civil_time.h"

#include <array>
#include <cstdio>

namespace hansom {
namespace {

constexpr std::array<const char*, 12> kMonths{"January",   "February", "March",    "April",
                                              "May",       "June",     "July",     "August",
                                              "September", "October",  "November", "December"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t leading_digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

// Takes `digits` decimal digits off the front; -1 if they are not there.
int take(std::string_view& text, std::size_t digits) {
  if (leading_digits(text.substr(0, digits)) != digits) return -1;
  int value = 0;
  for (const char c : text.substr(0, digits)) value = value * 10 + (c - '0');
  text.remove_prefix(digits);
  return value;
}

// Takes one of `of` off the front; '\0' if none is there.
char take_any(std::string_view& text, std::string_view of) {
  if (text.empty() || of.find(text.front()) == std::string_view::npos) return '\0';
  const char taken = text.front();
  text.remove_prefix(1);
  return taken;
}

struct Date {
  std::chrono::year_month_day day;
  bool two_digit_year = false;
};

std::optional<Date> take_date(std::string_view& text) {
  const std::size_t run = leading_digits(text);
  const bool two_digits = run == 2 || run == 6 || run == 12;
  if (!two_digits && run != 4 && run != 8 && run != 14) return std::nullopt;
  const int year = two_digits ? 2000 + take(text, 2) : take(text, 4);
  const char separator = run <= 4 ? take_any(text, "-:/.") : '\0';
  if (run <= 4 && separator == '\0') return std::nullopt;
  const int month = take(text, 2);
  if (separator != '\0' && take_any(text, std::string_view(&separator, 1)) == '\0') {
    return std::nullopt;
  }
  const int day = take(text, 2);
  if (year < 1970 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return Date{date, two_digits};
}

// ".25" -> 250000, digits after the sixth dropped; -1 for a point without digits.
std::int64_t take_fraction_us(std::string_view& text) {
  if (take_any(text, ".,") == '\0') return 0;
  const std::size_t digits = leading_digits(text);
  if (digits == 0) return -1;
  std::int64_t us = 0;
  for (std::size_t i = 0; i < 6; ++i) us = us * 10 + (i < digits ? text[i] - '0' : 0);
  text.remove_prefix(digits);
  return us;
}

std::optional<std::chrono::microseconds> take_time_of_day(std::string_view& text) {
  const int hour = take(text, 2);
  const bool apart = take_any(text, ":") != '\0';
  const int minute = take(text, 2);
  int second = 0;
  std::int64_t us = 0;
  if (!apart || take_any(text, ":") != '\0') {
    second = take(text, 2);
    us = take_fraction_us(text);
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || us < 0) {
    return std::nullopt;
  }
  return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
         std::chrono::microseconds(us);
}

}  // namespace

std::optional<CivilText> read_civil(std::string_view text) {
  const std::size_t run = leading_digits(text);
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  const bool joined = run == 12 || run == 14;
  if (!joined && take_any(text, "Tt _-") == '\0') return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time || !text.empty()) return std::nullopt;
  return CivilText{std::chrono::local_days(date->day) + *time, date->two_digit_year};
}

namespace {

struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::microseconds> clock;
};
Parts parts_of(LocalTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(days),
          std::chrono::hh_mm_ss<std::chrono::microseconds>(time - days)};
}

}  // namespace

std::string to_time_of_day(LocalTime time) {
  const Parts parts = parts_of(time);
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%02d:%02d:%02d",
                                   static_cast<int>(parts.clock.hours().count()),
                                   static_cast<int>(parts.clock.minutes().count()),
                                   static_cast<int>(parts.clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string to_civil(LocalTime time) {
  const Parts parts = parts_of(time);
  std::array<char, 48> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02u ", static_cast<int>(parts.date.year()),
      static_cast<unsigned>(parts.date.month()), static_cast<unsigned>(parts.date.day()));
  return std::string(text.data(), static_cast<std::size_t>(length)) + to_time_of_day(time);
}

std::string to_english_date(LocalTime time) {
  const Parts parts = parts_of(time);
  return std::to_string(static_cast<unsigned>(parts.date.day())) + " " +
         kMonths[static_cast<unsigned>(parts.date.month()) - 1] + " " +
         std::to_string(static_cast<int>(parts.date.year()));
}

}  // namespace hansom
