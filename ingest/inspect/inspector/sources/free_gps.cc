// Novatek's GPS blocks: see free_gps.h.
#include "ingest/inspect/inspector/sources/free_gps.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/free_gps_layouts.h"
#include "ingest/inspect/inspector/sources/iso6709.h"
#include "ingest/inspect/inspector/sources/lucky_gps.h"
#include "ingest/inspect/inspector/sources/nmea.h"
#include "ingest/inspect/inspector/sources/search.h"
#include "ingest/inspect/inspector/sources/speeds.h"

namespace hansom::ingest {
namespace {

constexpr std::string_view kMagic = "freeGPS ";
constexpr std::size_t kSizeBytes = 4;            // of the box, before "free"
constexpr std::size_t kBlockBytesMax = 0x10000;  // the largest seen are 32 KiB

// One block, from the box's first byte on.
struct Block {
  ByteSpan bytes;
  FoundPlace place;
};

void add_fix(const NovatekFix& fix, const FoundPlace& place, Found& found) {
  if (!fix.has_fix || fix.scrambled) {
    found.add(FoundTime{place, fix.has_fix ? "freeGPS" : "void:freeGPS", fix.time});
    return;
  }
  FoundPosition position{place, "freeGPS", fix.value};
  position.time = fix.time;
  position.latitude_deg = fix.in_degrees ? fix.latitude : degrees_of(fix.latitude);
  position.longitude_deg = fix.in_degrees ? fix.longitude : degrees_of(fix.longitude);
  if (fix.north_south == 'S') position.latitude_deg = -position.latitude_deg;
  if (fix.east_west == 'W') position.longitude_deg = -position.longitude_deg;
  position.speed_kmh = fix.knots * kKmhPerKnot;
  position.heading_deg = fix.heading_deg;
  found.add(std::move(position));
}

std::string decoded(ByteSpan bytes, std::size_t from, std::size_t size_max,
                    std::uint8_t (*decode)(std::uint8_t)) {
  std::string out;
  for (std::size_t i = from; i < std::min(bytes.size(), from + size_max); ++i) {
    out += static_cast<char>(decode(bytes[i]));
  }
  return out;
}
std::uint8_t exclusive_or_aa(std::uint8_t byte) {
  return byte ^ 0xaa;
}
std::uint8_t less_16(std::uint8_t byte) {
  return byte >= 16 ? static_cast<std::uint8_t>(byte - 16) : byte;
}

std::optional<std::uint32_t> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value;
}

// "20180924224928" at `at`.
std::optional<std::string> civil_digits(std::string_view text, std::size_t at) {
  const auto year = digits(text, at, 4);
  const auto month = digits(text, at + 4, 2);
  const auto day = digits(text, at + 6, 2);
  const auto hour = digits(text, at + 8, 2);
  const auto minute = digits(text, at + 10, 2);
  const auto second = digits(text, at + 12, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  return civil_text(*year, *month, *day, *hour, *minute, *second);
}

// Digits, every byte XOR 0xAA: "..XKZD..20180924224928.5567GP....N40464350W007040308...": degrees
// and ten-thousandths of minutes.
bool read_masked(const Block& block, Found& found) {
  constexpr std::size_t kFrom = 18;
  constexpr std::size_t kBytes = 0x101;
  constexpr std::size_t kDate = 8;
  constexpr std::size_t kLatitude = 38;  // its letter
  constexpr std::size_t kLongitude = 47;
  constexpr std::array<std::uint8_t, 6> kMask{0xf2, 0xe1, 0xf0, 0xee, 0x54, 0x54};
  if (block.bytes.size() < kFrom + 60 ||
      !std::equal(kMask.begin(), kMask.end(), block.bytes.begin() + kFrom + 2)) {
    return false;
  }
  const std::string text = decoded(block.bytes, kFrom, kBytes, exclusive_or_aa);
  const auto time = civil_digits(text, kDate);
  if (!time) return false;
  const char north_south = text[kLatitude];
  const char east_west = text[kLongitude];
  const auto latitude = digits(text, kLatitude + 1, 8);
  const auto longitude = digits(text, kLongitude + 1, 9);
  if (!latitude || !longitude || (north_south != 'N' && north_south != 'S') ||
      (east_west != 'E' && east_west != 'W')) {
    found.add(FoundTime{block.place, "void:freeGPS", *time});
    return true;
  }
  FoundPosition position{block.place, "freeGPS", text.substr(kLatitude, 19)};
  position.time = *time;
  position.latitude_deg = (north_south == 'S' ? -1 : 1) * degrees_of(*latitude / 1e4);
  position.longitude_deg = (east_west == 'W' ? -1 : 1) * degrees_of(*longitude / 1e4);
  found.add(std::move(position));
  return true;
}

// One record of a ring buffer, unmasked with the two keys that stand where zeros would. Adds it and
// returns its time if that is later than `after`.
std::string read_ring_record(ByteSpan record, const FoundPlace& place, const std::string& after,
                             Found& found) {
  std::array<std::uint8_t, 52> plain{};
  std::copy(record.begin(), record.end(), plain.begin());
  const std::uint8_t first = plain[0x14];
  const std::uint8_t second = plain[0x1c];
  for (std::size_t i = 0; i < 0x33; ++i) {
    const bool by_first = i <= 0x14 || (i >= 0x18 && i < 0x1c);
    const bool by_second = i == 0x1c || i >= 0x20;
    if (by_first) plain[i] ^= first;
    if (by_second) plain[i] ^= second;
  }
  ByteReader reader(plain);
  reader.seek(0x2c);
  const std::uint32_t year = reader.u16le();
  const std::uint32_t month = reader.u8();
  const std::uint32_t day = reader.u8();
  const auto time =
      civil_text(year, month, day, (plain[0x0d] + 1U) & 0xffU, plain[0x0e], plain[0x0f]);
  if (!time || year < 2000 || *time <= after) return {};
  reader.seek(0x10);
  const std::int32_t latitude = reader.i32le();
  reader.seek(0x18);
  const std::int32_t longitude = reader.i32le();
  reader.seek(0x20);
  const std::int32_t speed = reader.i32le();
  const auto heading = static_cast<std::int16_t>(reader.u16le());
  reader.seek(0x28);
  const std::int32_t altitude = reader.i32le();
  FoundPosition position{place, "freeGPS"};
  position.time = *time;
  position.value = std::to_string(latitude) + " " + std::to_string(longitude) + " " +
                   std::to_string(speed) + " " + std::to_string(heading) + " " +
                   std::to_string(altitude);
  position.latitude_deg = latitude / 1e7;
  position.longitude_deg = longitude / 1e7;
  position.speed_kmh = speed / 100.0 * kKmhPerMetrePerSecond;
  position.heading_deg = heading < 0 ? heading / 100.0 + 360 : heading / 100.0;
  position.altitude_m = altitude / 1000.0;
  found.add(std::move(position));
  return *time;
}

// A ring buffer's records. Every block repeats most of them: those later than `latest`, the latest
// of the blocks before, are new.
bool read_ring(const Block& block, std::string& latest, LookBudget& budget, Found& found) {
  constexpr std::size_t kFirst = 0x30;
  constexpr std::size_t kRecordBytes = 52;
  if (block.bytes.size() < kFirst + kRecordBytes ||
      text_of(block.bytes.subspan(0x45, 3)) != "ATC") {
    return false;
  }
  const std::string before = latest;
  for (std::size_t at = kFirst; at + kRecordBytes <= block.bytes.size() && budget.samples > 0;
       at += kRecordBytes, --budget.samples) {
    latest = std::max(latest, read_ring_record(block.bytes.subspan(at, kRecordBytes),
                                               block.place.behind(at), before, found));
  }
  return true;
}

// Records of 32 bytes, big-endian.
bool read_big_endian(const Block& block, Found& found) {
  constexpr std::size_t kFirst = 0x32;
  constexpr std::size_t kStep = 0x20;
  constexpr std::size_t kNeeded = 0x15;
  bool any = false;
  for (std::size_t at = kFirst; at + kNeeded <= block.bytes.size(); at += kStep) {
    ByteReader reader(block.bytes.subspan(at));
    const std::uint32_t speed = reader.u16be();
    const std::int32_t heading = reader.i16be();
    const std::uint32_t year = reader.u16be();
    const std::uint32_t month = reader.u8();
    const std::uint32_t day = reader.u8();
    const std::uint32_t hour = reader.u8();
    const std::uint32_t minute = reader.u8();
    const std::uint32_t tenths = reader.u16be();
    reader.skip(1);
    const std::int32_t latitude = reader.i32be();
    const std::int32_t longitude = reader.i32be();
    const auto time = civil_text(year, month, day, hour, minute, tenths / 10);
    if (!time || year < 2000 || year > 2200 || tenths >= 600) break;
    FoundPosition position{block.place.behind(at), "freeGPS"};
    position.time = *time + "." + std::to_string(tenths % 10);
    position.value = std::to_string(latitude) + " " + std::to_string(longitude) + " " +
                     std::to_string(speed) + " " + std::to_string(heading);
    position.latitude_deg = latitude / 1e7;
    position.longitude_deg = longitude / 1e7;
    position.speed_kmh = speed / 100.0 * kKmhPerMetrePerSecond;
    position.heading_deg = heading < 0 ? heading / 100.0 + 360 : heading / 100.0;
    found.add(std::move(position));
    any = true;
  }
  return any;
}

// Records of 32 bytes that begin with status and hemispheres and have no time.
bool read_timeless(ByteSpan bytes, const FoundPlace& place, Found& found) {
  constexpr std::size_t kStep = 32;
  bool any = false;
  for (std::size_t at = 0; at + kStep <= bytes.size(); at += kStep) {
    ByteReader reader(bytes.subspan(at, kStep));
    const std::string_view letters = text_of(reader.bytes(4));
    if (letters[0] != 'A' || (letters[1] != 'N' && letters[1] != 'S') ||
        (letters[2] != 'E' && letters[2] != 'W') || letters[3] != '\0') {
      break;
    }
    NovatekFix fix;
    fix.has_fix = true;
    fix.north_south = letters[1];
    fix.east_west = letters[2];
    fix.latitude = std::abs(reader.f32le());
    fix.longitude = std::abs(reader.f32le());
    fix.knots = reader.f32le();
    fix.heading_deg = reader.f32le();
    fix.value = std::string(letters.substr(0, 3));
    add_fix(fix, place.behind(at), found);
    any = true;
  }
  return any;
}

// NMEA within a block, as it stands or with 16 added to every byte.
bool read_sentences(const Block& block, Found& found) {
  const std::string_view text = text_of(block.bytes);
  if (text.find("RMC,") != std::string_view::npos) {
    find_nmea(text, block.place, found);
    return true;
  }
  constexpr std::size_t kShifted = 60;
  constexpr std::string_view kDollarGprmc = "4W`b]S<";  // "$GPRMC," so shifted
  if (text.size() < kShifted || !text.substr(kShifted).starts_with(kDollarGprmc)) return false;
  const std::string plain = decoded(block.bytes, kShifted, 120, less_16);
  find_nmea(plain, block.place.behind(kShifted), found);
  return true;
}

void read_block(const Block& block, std::string& latest, LookBudget& budget, Found& found) {
  if (read_masked(block, found) || read_sentences(block, found) ||
      read_ring(block, latest, budget, found)) {
    return;
  }
  std::optional<NovatekFix> fix = read_lucky(block.bytes);
  if (!fix) fix = read_novatek(block.bytes);
  if (fix) {
    add_fix(*fix, block.place, found);
    return;
  }
  constexpr std::size_t kTimeless = 16;
  if (block.bytes.size() > kTimeless &&
      read_timeless(block.bytes.subspan(kTimeless), block.place.behind(kTimeless), found)) {
    return;
  }
  static_cast<void>(read_big_endian(block, found));
}

}  // namespace

void find_free_gps(ByteSpan clip, LookBudget& budget, Found& found) {
  Search search(clip, kMagic);
  std::string latest;
  std::optional<std::size_t> next = search.next();
  while (next) {
    const std::size_t at = *next;
    next = search.next();
    if (budget.samples == 0) return;
    --budget.samples;
    if (at < kSizeBytes) continue;
    const std::size_t start = at - kSizeBytes;
    // Its size where it is a box; some stand within one and have none. Never into the next.
    ByteReader size(clip.subspan(start));
    const std::size_t told = size.u32be();
    const std::size_t until = next.value_or(clip.size() + kSizeBytes) - kSizeBytes;
    const std::size_t bytes = std::min(
        told >= kMagic.size() && told <= kBlockBytesMax ? told : kBlockBytesMax, until - start);
    read_block({budget.take(clip.subspan(start, bytes)), {start}}, latest, budget, found);
  }
}

bool read_novatek_packet(ByteSpan packet, const FoundPlace& place, Found& found) {
  constexpr std::size_t kHeadBytes = 16;  // that a box would have before the fields
  constexpr std::size_t kRecordBytes = 0x3c - kHeadBytes;
  for (const std::size_t before : {std::size_t{0}, std::size_t{164}}) {
    if (packet.size() < before + kRecordBytes) break;
    const ByteSpan record = packet.subspan(before, kRecordBytes);
    Bytes block(kHeadBytes + kRecordBytes);
    std::copy(record.begin(), record.end(), block.begin() + kHeadBytes);
    if (const auto fix = read_novatek(block)) {
      add_fix(*fix, place.behind(before), found);
      return true;
    }
  }
  return read_timeless(packet, place, found);
}

}  // namespace hansom::ingest
