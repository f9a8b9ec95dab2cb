// NMEA 0183: see nmea.h.
#include "ingest/inspect/inspector/sources/nmea.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ingest/inspect/inspector/sources/epochs.h"
#include "ingest/inspect/inspector/sources/iso6709.h"
#include "ingest/inspect/inspector/sources/speeds.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kSentenceBytesMax = 120;  // the standard has 82; recorders append
constexpr std::size_t kFieldsMax = 20;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Sentence {
  std::string_view whole;  // from its '$' or talker to its checksum
  std::string_view type;   // RMC
  std::array<std::string_view, kFieldsMax> fields;
  std::size_t count = 0;
  bool bad_checksum = false;
};

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// The checksum after '*': the exclusive or of what stands between '$' and '*'.
bool is_wrong(std::string_view body, std::string_view after_star) {
  if (after_star.size() < 2) return false;  // none is told
  unsigned sum = 0;
  for (const char c : body) sum ^= static_cast<unsigned char>(c);
  const int high = hex_value(after_star[0]);
  const int low = hex_value(after_star[1]);
  return high < 0 || low < 0 || sum != static_cast<unsigned>(high * 16 + low);
}

// The sentence whose talker and type stand at `at`.
Sentence sentence_at(std::string_view text, std::size_t at) {
  Sentence out;
  const bool dollar = at > 0 && text[at - 1] == '$';
  const std::string_view rest = text.substr(at, kSentenceBytesMax);
  std::size_t end = 0;
  while (end < rest.size() && rest[end] >= ' ' && rest[end] < 0x7f && rest[end] != '*' &&
         rest[end] != ';' && rest[end] != '$') {
    ++end;
  }
  const std::string_view body = rest.substr(0, end);
  std::size_t size = end;
  if (end + 2 < rest.size() && rest[end] == '*') {
    out.bad_checksum = is_wrong(body, rest.substr(end + 1));
    size = end + 3;
  }
  out.whole = text.substr(dollar ? at - 1 : at, size + (dollar ? 1 : 0));
  out.type = body.substr(2, 3);
  std::string_view fields = body.substr(std::min<std::size_t>(6, body.size()));
  while (out.count < kFieldsMax) {
    const std::size_t comma = fields.find(',');
    out.fields[out.count++] = fields.substr(0, comma);
    if (comma == std::string_view::npos) break;
    fields.remove_prefix(comma + 1);
  }
  return out;
}

std::optional<unsigned> two_digits(std::string_view text, std::size_t at) {
  if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return std::nullopt;
  return static_cast<unsigned>((text[at] - '0') * 10 + (text[at + 1] - '0'));
}

// "hhmmss.sss" of a day.
std::optional<std::int64_t> instant(std::string_view clock, int year, unsigned month,
                                    unsigned day) {
  const auto hour = two_digits(clock, 0);
  const auto minute = two_digits(clock, 2);
  const auto second = two_digits(clock, 4);
  if (!hour || !minute || !second) return std::nullopt;
  std::int64_t fraction_us = 0;
  if (clock.size() > 6) {
    const auto fraction = read_decimal(clock.substr(6));
    if (!fraction || *fraction < 0 || *fraction >= 1) return std::nullopt;
    fraction_us = std::llround(*fraction * 1e6);
  }
  return from_civil(year, month, day, *hour, *minute, *second, fraction_us);
}

std::optional<std::int64_t> instant_of_rmc(const Sentence& sentence) {
  const std::string_view date = sentence.fields[8];
  const auto day = two_digits(date, 0);
  const auto month = two_digits(date, 2);
  const auto year = two_digits(date, 4);
  if (!day || !month || !year) return std::nullopt;
  const int century = *year >= 80 ? 1900 : 2000;
  return instant(sentence.fields[0], century + static_cast<int>(*year), *month, *day);
}

// A coordinate of two fields: degrees with minutes, and its hemisphere.
std::optional<double> coordinate(std::string_view number, std::string_view hemisphere,
                                 std::string_view positive, std::string_view negative) {
  const auto value = read_decimal(number);
  if (!value || (hemisphere != positive && hemisphere != negative)) return std::nullopt;
  return hemisphere == negative ? -degrees_of(*value) : degrees_of(*value);
}

struct Writer {
  const Sentence& sentence;
  FoundPlace place;
  Found& found;

  [[nodiscard]] std::string source(const char* before) const {
    return before + std::string("nmea:") + std::string(sentence.type) +
           (sentence.bad_checksum ? ":bad_checksum" : "");
  }

  void add_time(const char* before, std::optional<std::int64_t> unix_us) const {
    found.add(FoundTime{place, source(before), std::string(sentence.whole), unix_us});
  }

  [[nodiscard]] FoundPosition position() const {
    return {place, source(""), std::string(sentence.whole)};
  }

  // Latitude and longitude stand in four fields from `first` on. False when they do not.
  bool add_position(std::size_t first, FoundPosition position) const {
    const auto& fields = sentence.fields;
    const auto latitude = coordinate(fields[first], fields[first + 1], "N", "S");
    const auto longitude = coordinate(fields[first + 2], fields[first + 3], "E", "W");
    if (!latitude || !longitude) return false;
    position.latitude_deg = *latitude;
    position.longitude_deg = *longitude;
    found.add(std::move(position));
    return true;
  }
};

void read_rmc(const Writer& writer) {
  const auto& fields = writer.sentence.fields;
  const auto unix_us = instant_of_rmc(writer.sentence);
  FoundPosition position = writer.position();
  position.unix_us = unix_us;
  if (const auto knots = read_decimal(fields[6])) position.speed_kmh = *knots * kKmhPerKnot;
  position.heading_deg = read_decimal(fields[7]);
  if (fields[1] == "A" && writer.add_position(2, std::move(position))) return;
  if (!fields[0].empty()) writer.add_time(fields[1] == "A" ? "" : "void:", unix_us);
}

void read_gga(const Writer& writer) {
  const auto& fields = writer.sentence.fields;
  if (fields[5].empty() || fields[5] == "0") return;
  FoundPosition position = writer.position();
  position.time = fields[0];
  position.altitude_m = read_decimal(fields[8]);
  writer.add_position(1, std::move(position));
}

void read_zda(const Writer& writer) {
  const auto& fields = writer.sentence.fields;
  const auto day = two_digits(fields[1], 0);
  const auto month = two_digits(fields[2], 0);
  const auto century = two_digits(fields[3], 0);
  const auto year = two_digits(fields[3], 2);
  if (!day || !month || !century || !year) return;
  writer.add_time("", instant(fields[0], static_cast<int>(*century * 100 + *year), *month, *day));
}

}  // namespace

double degrees_of(double degrees_and_minutes) {
  const double degrees = std::trunc(degrees_and_minutes / 100);
  return degrees + (degrees_and_minutes - degrees * 100) / 60;
}

void find_nmea(std::string_view text, const FoundPlace& place, Found& found) {
  for (std::size_t at = 0; at + 6 < text.size(); ++at) {
    // Two letters of talker, three of type, a comma; no letter before them.
    if (text[at + 5] != ',' || !is_upper(text[at]) || !is_upper(text[at + 1])) continue;
    if (at > 0 && (is_upper(text[at - 1]) || is_digit(text[at - 1]))) continue;
    const std::string_view type = text.substr(at + 2, 3);
    if (type != "RMC" && type != "GGA" && type != "ZDA") continue;
    const Sentence sentence = sentence_at(text, at);
    const bool dollar = at > 0 && text[at - 1] == '$';
    const Writer writer{sentence, place.behind(at - (dollar ? 1 : 0)), found};
    if (type == "RMC" && sentence.count >= 9) read_rmc(writer);
    if (type == "GGA" && sentence.count >= 9) read_gga(writer);
    if (type == "ZDA" && sentence.count >= 4) read_zda(writer);
    at += sentence.whole.size() - (dollar ? 2 : 1);  // sentences hold no others
  }
}

}  // namespace hansom::ingest
