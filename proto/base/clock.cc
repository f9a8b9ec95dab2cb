// The system clock and RFC 3339 texts.
#include "proto/base/clock.h"

#include <array>
#include <cstdio>

namespace hansom {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

class SystemClock final : public Clock {
 public:
  [[nodiscard]] UtcTime now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
};

// Takes exactly `digits` decimal digits off the front; -1 if they are not there.
int take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".123456789" -> microseconds, digits beyond the sixth dropped; -1 if malformed.
std::int64_t take_fraction_us(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::int64_t us = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 9) {
    if (digits < 6) us = us * 10 + (text.front() - '0');
    text.remove_prefix(1);
    ++digits;
  }
  if (digits == 0) return -1;
  for (; digits < 6; ++digits) us *= 10;
  return us;
}

// "Z" or "+01:00" -> minutes east; nullopt-like 10'000 if malformed.
constexpr int kBadOffset = 10'000;
int take_offset_minutes(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return 0;
  const int sign = take(text, '+') ? 1 : (take(text, '-') ? -1 : 0);
  if (sign == 0) return kBadOffset;
  const int hours = take_number(text, 2);
  if (hours < 0 || hours > 23 || !take(text, ':')) return kBadOffset;
  const int minutes = take_number(text, 2);
  if (minutes < 0 || minutes > 59) return kBadOffset;
  return sign * (hours * 60 + minutes);
}

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::string to_rfc3339(UtcTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss<std::chrono::microseconds> clock(time - days);
  std::array<char, 48> text{};
  int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  std::string out(text.data(), static_cast<std::size_t>(length));
  const long us = static_cast<long>(clock.subseconds().count());
  if (us != 0) {
    length = us % 1000 == 0 ? std::snprintf(text.data(), text.size(), ".%03ld", us / 1000)
                            : std::snprintf(text.data(), text.size(), ".%06ld", us);
    out.append(text.data(), static_cast<std::size_t>(length));
  }
  return out + "Z";
}

Result<UtcTime> from_rfc3339(std::string_view text) {
  const std::string whole(text);
  const auto bad = [&whole] {
    return fail(
        ErrorKind::kInvalid, "bad_time",
        "'" + whole.substr(0, 64) + "' is not an RFC 3339 time such as 2026-03-01T10:00:00Z");
  };
  const int y = take_number(text, 4);
  if (y < 1970 || !take(text, '-')) return bad();
  const int mo = take_number(text, 2);
  if (mo < 1 || !take(text, '-')) return bad();
  const int d = take_number(text, 2);
  if (d < 1 || (!take(text, 'T') && !take(text, 't') && !take(text, ' '))) return bad();
  const int h = take_number(text, 2);
  if (h < 0 || h > 23 || !take(text, ':')) return bad();
  const int mi = take_number(text, 2);
  if (mi < 0 || mi > 59 || !take(text, ':')) return bad();
  const int s = take_number(text, 2);
  if (s < 0 || s > 59) return bad();
  const std::int64_t us = take_fraction_us(text);
  if (us < 0) return bad();
  const int offset = take_offset_minutes(text);
  if (offset == kBadOffset || !text.empty()) return bad();
  const std::chrono::year_month_day date{year(y), month(static_cast<unsigned>(mo)),
                                         day(static_cast<unsigned>(d))};
  if (!date.ok()) return bad();
  return UtcTime(std::chrono::sys_days(date)) + std::chrono::hours(h) +
         std::chrono::minutes(mi - offset) + std::chrono::seconds(s) +
         std::chrono::microseconds(us);
}

}  // namespace hansom
