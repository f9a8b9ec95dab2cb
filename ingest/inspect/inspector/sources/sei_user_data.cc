// User data unregistered: see sei_user_data.h.
#include "ingest/inspect/inspector/sources/sei_user_data.h"

#include <array>
#include <bit>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/epochs.h"
#include "ingest/inspect/inspector/sources/number_text.h"
#include "ingest/inspect/inspector/sources/speeds.h"
#include "ingest/inspect/inspector/sources/text_track.h"

namespace hansom::ingest {
namespace {

constexpr std::string_view kMicroseconds = "MISPmicrosectime";
constexpr std::string_view kNanoseconds{
    "\xcf\x84\x82\x78\xee\x23\x30\x6c\x92\x65\xe8\xfe\xf2\x2f\xb8\xb8", kUuidBytes};
constexpr std::uint8_t kGeneralTag = 1;

void add_time(const char* source, std::uint64_t value, std::optional<std::int64_t> unix_us,
              const FoundPlace& place, Found& found) {
  found.add(FoundTime{place, source, std::to_string(value), unix_us});
}

std::optional<std::int64_t> from_1970_us(std::uint64_t us) {
  if (us > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(us);
}

// The value of the first tag 1. Axis gives some tags one byte of length, ONVIF gives all two.
ByteSpan general_tag(ByteSpan tags, bool short_lengths) {
  constexpr std::uint8_t kAxisCryptoTag = 7;
  ByteReader reader(tags);
  reader.skip(1);  // reserved
  while (reader.left() > 2) {
    const std::uint8_t tag = reader.u8();
    const bool is_short = short_lengths && (tag == kGeneralTag || tag == kAxisCryptoTag);
    const std::size_t size = is_short ? reader.u8() : reader.u16be();
    const ByteSpan value = reader.bytes(size);
    if (!reader.ok()) return {};
    if (tag == kGeneralTag) return value;
  }
  return {};
}

void read_axis(ByteSpan tags, const FoundPlace& place, Found& found) {
  ByteReader reader(general_tag(tags, true));
  const std::uint8_t version = reader.u8();
  reader.skip(4 + 2 + 3);  // counters, version of the signer
  const bool has_time = version >= 2 && (reader.u8() & 1U) != 0;
  const std::uint64_t us = reader.u64be();
  if (!has_time || !reader.ok()) return;
  add_time("axis:signed", us, from_1970_us(us), place, found);
}

void read_onvif(ByteSpan tags, const FoundPlace& place, Found& found) {
  ByteReader reader(general_tag(tags, false));
  const std::uint8_t version = reader.u8();
  reader.skip(3 + 1);  // version of the signer, what made it sign
  const std::uint64_t start = reader.u64be();
  if (!reader.ok()) return;
  add_time("onvif:signed", start, start == 0 ? std::nullopt : from_1601(start), place, found);
  if (version < 2) return;
  const std::uint64_t end = reader.u64be();
  if (!reader.ok()) return;
  add_time("onvif:signed:end", end, end == 0 ? std::nullopt : from_1601(end), place, found);
}

// Eight bytes with 0xff after each two, behind a byte of status.
void read_misp(ByteSpan rest, bool nanoseconds, const FoundPlace& place, Found& found) {
  ByteReader reader(rest);
  reader.skip(1);
  std::uint64_t value = 0;
  for (int i = 0; i < 4; ++i) {
    value = value << 16U | reader.u16be();
    if (i < 3 && reader.u8() != 0xff) return;
  }
  if (!reader.ok()) return;
  add_time("misp", value, from_1970_us(nanoseconds ? value / 1000 : value), place, found);
}

std::uint64_t varint(ByteReader& reader) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = reader.u8();
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) break;
  }
  return value;
}

void read_tesla(ByteSpan buffer, const FoundPlace& place, Found& found) {
  std::array<std::optional<double>, 14> fields;  // by number
  ByteReader reader(buffer);
  while (reader.left() > 0) {
    const std::uint64_t key = varint(reader);
    const std::uint64_t field = key >> 3U;
    std::optional<double> value;
    switch (key & 7U) {
      case 0:
        varint(reader);
        break;
      case 1:
        value = reader.f64le();
        break;
      case 5:
        value = reader.f32le();
        break;
      default:
        return;  // it has no others
    }
    if (!reader.ok()) return;
    if (value && field < fields.size()) fields[field] = value;
  }
  constexpr std::size_t kSpeed = 4;
  constexpr std::size_t kLatitude = 11;
  constexpr std::size_t kLongitude = 12;
  constexpr std::size_t kHeading = 13;
  if (!fields[kLatitude] || !fields[kLongitude]) return;
  if (*fields[kLatitude] == 0 && *fields[kLongitude] == 0) return;
  FoundPosition position{place, "tesla",
                         number_text(*fields[kLatitude]) + " " + number_text(*fields[kLongitude])};
  position.latitude_deg = *fields[kLatitude];
  position.longitude_deg = *fields[kLongitude];
  position.heading_deg = fields[kHeading];
  if (fields[kSpeed]) position.speed_kmh = *fields[kSpeed] * kKmhPerMetrePerSecond;
  found.add(std::move(position));
}

// Where Tesla's buffer begins: behind bytes of 'B' and an 'i'. Nothing for other messages.
std::optional<std::size_t> tesla_buffer(ByteSpan message) {
  std::size_t at = 0;
  while (at < message.size() && message[at] == 'B') ++at;
  if (at == 0 || at >= message.size() || message[at] != 'i') return std::nullopt;
  return at + 1;
}

}  // namespace

void read_sei_user_data(ByteSpan message, const FoundPlace& place, Found& found) {
  if (const auto tesla = tesla_buffer(message)) {
    return read_tesla(message.subspan(*tesla), place, found);
  }
  if (message.size() < kUuidBytes) return;
  const std::string_view uuid = text_of(message.first(kUuidBytes));
  const ByteSpan rest = message.subspan(kUuidBytes);
  if (uuid == kAxisUuid) return read_axis(rest, place, found);
  if (uuid == kOnvifUuid) return read_onvif(rest, place, found);
  if (uuid == kMicroseconds) return read_misp(rest, false, place, found);
  if (uuid == kNanoseconds) return read_misp(rest, true, place, found);
  // Its text has lost what unescaping takes away, so what it tells stands where the unit does.
  Found within;
  read_text(text_of(rest), {}, "sei", within);
  const auto add_all = [&](const auto& groups) {
    for (const auto& group : groups) {
      for (auto item : group.items) {
        static_cast<FoundPlace&>(item) = place;
        found.add(std::move(item));
      }
    }
  };
  add_all(within.times());
  add_all(within.tracks());
}

}  // namespace hansom::ingest
