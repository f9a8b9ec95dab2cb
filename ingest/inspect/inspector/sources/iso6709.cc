// Positions as text: see iso6709.h.
#include "ingest/inspect/inspector/sources/iso6709.h"

#include <charconv>
#include <cmath>

namespace hansom::ingest {
namespace {

constexpr std::size_t kDigitsMax = 20;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes a sign, digits and a fraction off the front.
std::string_view take_signed(std::string_view& text) {
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return {};
  std::size_t size = 1;
  while (size < text.size() && (is_digit(text[size]) || text[size] == '.')) ++size;
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

// Degrees out of degrees, minutes and seconds written together: which there are, the count of
// digits before the point tells.
std::optional<double> degrees(std::string_view text, std::size_t degree_digits) {
  const std::optional<double> number = read_decimal(text);
  if (!number) return std::nullopt;
  const std::size_t point = text.find('.');
  const std::size_t digits = (point == std::string_view::npos ? text.size() : point) - 1;
  const double value = std::abs(*number);
  double result = 0;
  if (digits >= 1 && digits <= degree_digits) {
    result = value;
  } else if (digits == degree_digits + 2) {
    const double whole = std::floor(value / 100);
    result = whole + (value - whole * 100) / 60;
  } else if (digits == degree_digits + 4) {
    const double whole = std::floor(value / 10'000);
    const double minutes = std::floor((value - whole * 10'000) / 100);
    result = whole + minutes / 60 + (value - whole * 10'000 - minutes * 100) / 3600;
  } else {
    return std::nullopt;
  }
  return text.front() == '-' ? -result : result;
}

}  // namespace

std::optional<double> read_decimal(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  double value = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<GeoPoint> read_iso6709(std::string_view text) {
  const auto latitude = degrees(take_signed(text), 2);
  const auto longitude = degrees(take_signed(text), 3);
  if (!latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 180) {
    return std::nullopt;
  }
  return GeoPoint{*latitude, *longitude, read_decimal(take_signed(text))};
}

}  // namespace hansom::ingest
