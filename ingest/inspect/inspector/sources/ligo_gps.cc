// LigoGPS: see ligo_gps.h.
#include "ingest/inspect/inspector/sources/ligo_gps.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/free_gps_layouts.h"
#include "ingest/inspect/inspector/sources/iso6709.h"
#include "ingest/inspect/inspector/sources/ligo_cipher.h"
#include "ingest/inspect/inspector/sources/nmea.h"
#include "ingest/inspect/inspector/sources/search.h"
#include "ingest/inspect/inspector/sources/speeds.h"

namespace hansom::ingest {
namespace {

constexpr std::string_view kMagic = "LIGOGPSINFO";
constexpr std::string_view kMark = "####";
constexpr std::size_t kRecordsFrom = 20;  // after the magic's first byte
constexpr std::size_t kRecordBytes = 132;
constexpr std::size_t kTextBytesRecordMax = 132;
constexpr std::size_t kBlankRecordsMax = 64;
constexpr std::size_t kJsonBytesMax = 1024;
constexpr std::size_t kReplacedMax = 20'000;  // kept until their characters are known
constexpr char kUnknownHemisphere = '?';

// Undoes the packing of "####" records: a byte whose three highest bits say how many characters
// follow and which is a space, and whose other bits those characters lack. Nothing for bytes that
// are packed otherwise.
std::optional<std::string> unpack(ByteSpan packed) {
  struct Group {
    std::uint8_t spaces_at;               // 4: nowhere
    std::array<std::uint8_t, 4> missing;  // bits of each character
  };
  constexpr std::uint8_t kNowhere = 4;
  // By the three highest bits, from 2 on; those of 6 and 7 are alike.
  constexpr std::array<Group, 5> kGroups{{{0, {0, 0x01, 0x06, 0x18}},
                                          {1, {0x03, 0, 0x04, 0x18}},
                                          {2, {0x03, 0x0c, 0, 0x10}},
                                          {3, {0x01, 0x06, 0x18, 0}},
                                          {kNowhere, {0x01, 0x02, 0x0c, 0x30}}}};
  std::string out;
  ByteReader reader(packed);
  while (reader.left() > 0) {
    const std::uint8_t head = reader.u8();
    const unsigned kind = head >> 5U;
    if (kind == 1) return std::nullopt;
    if (kind == 0) {
      if (reader.left() < 1) return std::nullopt;
      out += static_cast<char>(reader.u8() | (head & 0x13U));
      continue;
    }
    const Group& group = kGroups[std::min<std::size_t>(kind - 2, kGroups.size() - 1)];
    if (reader.left() < (group.spaces_at == kNowhere ? 4U : 3U)) return std::nullopt;
    for (std::uint8_t i = 0; i < 4; ++i) {
      if (i == group.spaces_at) {
        out += ' ';
      } else if (i == 3 && group.spaces_at == kNowhere) {
        out += static_cast<char>((reader.u8() ^ 0x20U) | (head & group.missing[i]));
      } else {
        out += static_cast<char>((reader.u8() | (head & group.missing[i])) ^ 0x20U);
      }
    }
  }
  return out;
}

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

// "N:48.100000", negative in the south and west, which a sign says as well.
std::optional<double> read_coordinate(std::string_view word, char positive, char negative) {
  if (word.size() < 3 || word[1] != ':' || (word[0] != positive && word[0] != negative)) {
    return std::nullopt;
  }
  const auto number = read_decimal(word.substr(2));
  if (!number) return std::nullopt;
  return word[0] == negative ? -std::abs(*number) : *number;
}

// The number after "A:" or "H:".
std::optional<double> read_labelled(std::string_view text, std::string_view label) {
  const std::size_t at = text.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(at + label.size());
  return read_decimal(rest.substr(0, rest.find_first_of(" \t")));
}

bool is_date(std::string_view date, std::string_view clock) {
  return date.size() == 10 && date[4] == '/' && date[7] == '/' && clock.size() == 8 &&
         clock[2] == ':' && clock[5] == ':' && date[0] >= '1' && date[0] <= '2';
}

// The text of a member of a flat JSON object: "\"Hour\": \"23\"".
std::string_view member(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\"";
  const std::size_t at = json.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view rest = json.substr(at + key.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(": \""), rest.size()));
  return rest.substr(0, rest.find_first_of("\",}"));
}

}  // namespace

bool LigoGps::read_text(std::string_view text, const Record& record) {
  text = text.substr(0, text.find('\0'));
  std::string_view rest = text;
  const std::string_view date = take_word(rest);
  const std::string_view clock = take_word(rest);
  if (!is_date(date, clock)) return false;
  const std::string time = std::string(date) + " " + std::string(clock);
  const std::string_view north = take_word(rest);
  const std::string_view east = take_word(rest);
  const auto latitude = read_coordinate(north, 'N', 'S');
  const auto longitude = read_coordinate(east, 'E', 'W');
  if (record.mixed || !latitude || !longitude) {
    found_.add(FoundTime{record.place, "LigoGPS", time});
    if (record.mixed) {
      found_.add(FoundTime{record.place, "LigoGPS:mixed", std::string(text)});
    } else if (north.starts_with(kUnknownHemisphere)) {
      found_.add(FoundTime{record.place, "LigoGPS:no_hemisphere", std::string(text)});
    }
    return true;
  }
  FoundPosition position{record.place, "LigoGPS", std::string(text)};
  position.time = time;
  const bool with_minutes = std::abs(*latitude) > 90;
  position.latitude_deg = with_minutes ? degrees_of(*latitude) : *latitude;
  position.longitude_deg = with_minutes ? degrees_of(*longitude) : *longitude;
  position.speed_kmh = read_decimal(take_word(rest));
  position.heading_deg = read_labelled(text, " A:");
  position.altitude_m = read_labelled(text, " H:");
  found_.add(std::move(position));
  return true;
}

void LigoGps::read_json(std::string_view json, const Record& record) {
  const auto whole = [json](std::string_view name) {
    const auto value = read_decimal(member(json, name));
    return value && *value >= 0 && *value < 10'000 ? static_cast<std::uint32_t>(*value) : 10'000U;
  };
  const auto time = civil_text(whole("Year"), whole("Month"), whole("Day"), whole("Hour"),
                               whole("Minute"), whole("Second"));
  if (!time) return;
  const auto latitude = read_decimal(member(json, "Latitude"));
  const auto longitude = read_decimal(member(json, "Longitude"));
  if (member(json, "status") != "A" || !latitude || !longitude) {
    found_.add(FoundTime{record.place, "void:LigoGPS", *time});
    return;
  }
  FoundPosition position{record.place, "LigoGPS", std::string(member(json, "Latitude"))};
  position.value += std::string(" ") + std::string(member(json, "NS")) + " ";
  position.value += member(json, "Longitude");
  position.value += std::string(" ") + std::string(member(json, "EW"));
  position.time = *time;
  position.latitude_deg = member(json, "NS") == "S" ? -*latitude : *latitude;
  position.longitude_deg = member(json, "EW") == "W" ? -*longitude : *longitude;
  if (const auto knots = read_decimal(member(json, "Speed"))) {
    position.speed_kmh = *knots * kKmhPerKnot;
  }
  found_.add(std::move(position));
}

// The records after one magic, which stands at the front of `bytes`.
void LigoGps::read_records(ByteSpan bytes, Record record) {
  const FoundPlace magic = record.place;
  const std::string_view text = text_of(bytes);
  if (text.substr(kMagic.size()).starts_with(" {")) {
    const std::string_view json = text.substr(kMagic.size() + 1, kJsonBytesMax);
    read_json(json.substr(0, json.find('}') + 1), record);
    return;
  }
  if (bytes.size() < kRecordsFrom) return;
  const bool marked = text.substr(kRecordsFrom).starts_with(kMark);
  const std::uint8_t kind = bytes[15];
  record.mixed = marked && kind != 0x01 && kind != 0x14;
  ByteReader head(bytes.subspan(kRecordsFrom - 4));
  const std::size_t told = head.u32be();
  std::size_t blanks = 0;
  std::size_t left = marked ? bytes.size() / kRecordBytes + 1 : told;
  for (std::size_t at = kRecordsFrom; at + 8 < bytes.size() && left > 0;
       at += kRecordBytes, --left) {
    if (budget_.samples == 0) return;
    --budget_.samples;
    record.place = magic.behind(at);
    ByteReader reader(bytes.subspan(at));
    const bool has_mark = text_of(reader.bytes(4)) == kMark;
    if (!marked) {
      if (!read_text(text_of(reader.bytes(std::min(kRecordBytes - 4, reader.left()))), record)) {
        return;
      }
      continue;
    }
    if (!has_mark) {  // blank records stand between others
      const ByteSpan rest = bytes.subspan(at, std::min(kRecordBytes, bytes.size() - at));
      const bool blank =
          std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte == 0; });
      if (!blank || ++blanks > kBlankRecordsMax) return;
      continue;
    }
    const std::size_t size =
        std::min({std::size_t{reader.u32le()}, kTextBytesRecordMax, reader.left()});
    const ByteSpan rest = bytes.subspan(at + reader.at());
    read_packed(rest.first(size), rest.first(std::min(rest.size(), kRecordBytes - 8)), record);
  }
}

// `packed`, or else `as_it_stands`, is the text of a "####" record.
void LigoGps::read_packed(ByteSpan packed, ByteSpan as_it_stands, const Record& record) {
  const auto unpacked = unpack(packed);
  constexpr std::size_t kCounterBytes = 4;
  if (unpacked && unpacked->size() > kCounterBytes &&
      read_text(std::string_view(*unpacked).substr(kCounterBytes), record)) {
    return;
  }
  const std::string_view text = text_of(as_it_stands);
  if (!LigoCipher::looks_like_it(text) || replaced_.size() >= kReplacedMax) return;
  replaced_.push_back({record, std::string(text.substr(0, text.find('\0')))});
}

void LigoGps::find(ByteSpan clip) {
  Search search(clip, kMagic);
  while (const auto at = search.next()) {
    if (budget_.samples == 0) return;
    --budget_.samples;
    read_records(clip.subspan(*at), {{*at}});
  }
}

bool LigoGps::read(const Sample& sample, std::int32_t stream) {
  Search search(sample.bytes, kMagic);
  const auto at = search.next();
  if (!at) return false;
  read_records(sample.bytes.subspan(*at), {{sample.offset + *at, sample.media_us, stream}});
  return true;
}

void LigoGps::finish() {
  std::vector<std::string_view> texts;
  for (const Replaced& replaced : replaced_) texts.emplace_back(replaced.text);
  const std::optional<LigoCipher> cipher = LigoCipher::learn(texts);
  if (!cipher) return;
  for (const auto& [record, text] : replaced_) {
    static_cast<void>(read_text(cipher->plain(text), record));
  }
  replaced_.clear();
}

}  // namespace hansom::ingest
