// Novatek's blocks with enciphered coordinates: see lucky_gps.h.
#include "ingest/inspect/inspector/sources/lucky_gps.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/iso6709.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kClock = 0x10;
constexpr std::size_t kStatus = 0x28;
constexpr std::size_t kLatitude = 0x2c;
constexpr std::size_t kLongitude = 0x40;
constexpr std::size_t kTextBytes = 20;
constexpr std::size_t kSpeed = 0x54;
constexpr std::size_t kEnd = 0x5c;

// RC4 (as in RFC 6229), which gives its input back when it is used twice.
std::string rc4(std::string_view key, std::string_view text) {
  std::array<std::uint8_t, 256> state{};
  std::iota(state.begin(), state.end(), std::uint8_t{0});
  std::uint8_t j = 0;
  for (std::size_t i = 0; i < state.size(); ++i) {
    j = static_cast<std::uint8_t>(j + state[i] + static_cast<std::uint8_t>(key[i % key.size()]));
    std::swap(state[i], state[j]);
  }
  std::string out;
  std::uint8_t i = 0;
  j = 0;
  for (const char c : text) {
    ++i;
    j = static_cast<std::uint8_t>(j + state[i]);
    std::swap(state[i], state[j]);
    const auto sum = static_cast<std::uint8_t>(state[i] + state[j]);
    out += static_cast<char>(static_cast<std::uint8_t>(c) ^ state[sum]);
  }
  return out;
}

// Base64 (RFC 4648, 4) of at least a number's length. Nothing for anything else.
std::optional<std::string> from_base64_text(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kCharactersMin = 8;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() < kCharactersMin) return std::nullopt;
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xffU);
  }
  return out;
}

// "4342.726563": digits, a point, digits.
std::optional<double> decimal_of(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == 0 || point > 5 || point + 1 >= text.size()) return std::nullopt;
  const bool all_digits = std::all_of(text.begin(), text.end(),
                                      [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return all_digits ? read_decimal(text) : std::nullopt;
}

struct Place {
  double latitude = 0;
  double longitude = 0;
};
std::optional<Place> place_of(std::string_view latitude, std::string_view longitude) {
  const auto north = decimal_of(latitude);
  const auto east = decimal_of(longitude);
  if (!north || !east) return std::nullopt;
  return Place{*north, *east};
}

// The coordinates under the one key of all such cameras' that makes numbers of both.
std::optional<Place> decipher(std::string_view latitude, std::string_view longitude) {
  if (auto place = place_of(rc4("luckychip gps", latitude), rc4("luckychip gps", longitude))) {
    return place;
  }
  for (char c = 'a'; c <= 's'; ++c) {
    const std::string key = std::string("customer ") + c + c + " gps";
    if (auto place = place_of(rc4(key, latitude), rc4(key, longitude))) return place;
  }
  return std::nullopt;
}

std::string_view text_at(ByteSpan block, std::size_t at) {
  const std::string_view field = text_of(block.subspan(at, kTextBytes));
  return field.substr(0, field.find('\0'));
}

}  // namespace

std::optional<NovatekFix> read_lucky(ByteSpan block) {
  if (block.size() < kEnd) return std::nullopt;
  ByteReader reader(block);
  reader.seek(kClock);
  const std::uint32_t hour = reader.u32le();
  const std::uint32_t minute = reader.u32le();
  const std::uint32_t second = reader.u32le();
  const std::uint32_t year = reader.u32le();
  const std::uint32_t month = reader.u32le();
  const std::uint32_t day = reader.u32le();
  auto time = civil_text(year, month, day, hour, minute, second);
  const std::string_view letters = text_of(block.subspan(kStatus, 3));
  const std::string_view latitude = text_at(block, kLatitude);
  const std::string_view longitude = text_at(block, kLongitude);
  const auto north = from_base64_text(latitude);
  const auto east = from_base64_text(longitude);
  std::optional<Place> place = place_of(latitude, longitude);
  if (!time || letters[0] != 'A' || (letters[1] != 'N' && letters[1] != 'S') ||
      (letters[2] != 'E' && letters[2] != 'W') || (!place && (!north || !east))) {
    return std::nullopt;
  }
  if (!place) place = decipher(*north, *east);
  NovatekFix fix;
  fix.time = *std::move(time);
  if (year < 100) fix.note = " year " + std::to_string(year);
  fix.has_fix = true;
  fix.scrambled = !place;
  fix.north_south = letters[1];
  fix.east_west = letters[2];
  fix.value = std::string(latitude) + " " + letters[1] + " " + std::string(longitude) + " " +
              letters[2] + fix.note;
  if (!place) return fix;
  fix.latitude = place->latitude;
  fix.longitude = place->longitude;
  reader.seek(kSpeed);
  fix.knots = reader.f32le();
  fix.heading_deg = reader.f32le();
  return fix;
}

}  // namespace hansom::ingest
