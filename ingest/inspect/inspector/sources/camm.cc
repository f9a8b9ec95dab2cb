// CAMM: see camm.h.
#include "ingest/inspect/inspector/sources/camm.h"

#include <array>
#include <cmath>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/number_text.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kHeadBytes = 4;
// What follows the head of each type, 0 to 7.
constexpr std::array<std::size_t, 8> kBodyBytes{12, 8, 12, 12, 12, 24, 56, 12};
constexpr double kMetresPerSecondInKmh = 3.6;

FoundPosition position_of(const char* source, const Sample& sample, std::uint64_t offset,
                          std::int32_t stream) {
  FoundPosition position;
  position.source = source;
  position.stream = stream;
  position.offset = offset;
  position.media_us = sample.media_us;
  return position;
}

void put_place(double latitude, double longitude, double altitude, FoundPosition& position) {
  position.latitude_deg = latitude;
  position.longitude_deg = longitude;
  position.altitude_m = altitude;
  position.value +=
      number_text(latitude) + " " + number_text(longitude) + " " + number_text(altitude);
}

void read_place(ByteReader body, FoundPosition position, Found& found) {
  const double latitude = body.f64le();
  const double longitude = body.f64le();
  put_place(latitude, longitude, body.f64le(), position);
  found.add(std::move(position));
}

void read_gps(ByteReader body, FoundPosition position, Found& found) {
  const double seconds = body.f64le();
  const std::uint32_t fix = body.u32le();
  const double latitude = body.f64le();
  const double longitude = body.f64le();
  const double altitude = body.f32le();
  body.skip(8);  // accuracies
  const double east = body.f32le();
  const double north = body.f32le();
  position.time = number_text(seconds) + " GPS seconds";
  if (fix == 0) {
    FoundTime time;
    time.source = "void:camm:6";
    time.value = position.time;
    time.stream = position.stream;
    time.offset = position.offset;
    time.media_us = position.media_us;
    found.add(std::move(time));
    return;
  }
  position.value = "fix " + std::to_string(fix) + " ";
  put_place(latitude, longitude, altitude, position);
  position.speed_kmh = std::hypot(east, north) * kMetresPerSecondInKmh;
  found.add(std::move(position));
}

}  // namespace

void read_camm(const Sample& sample, std::int32_t stream, Found& found) {
  ByteReader reader(sample.bytes);
  while (reader.left() > kHeadBytes) {
    const std::uint64_t at = sample.offset + reader.at();
    reader.skip(2);  // reserved
    const std::size_t type = reader.u16le();
    if (type >= kBodyBytes.size() || kBodyBytes[type] > reader.left()) return;
    const ByteReader body(reader.bytes(kBodyBytes[type]));
    if (type == 5) read_place(body, position_of("camm:5", sample, at, stream), found);
    if (type == 6) read_gps(body, position_of("camm:6", sample, at, stream), found);
  }
}

}  // namespace hansom::ingest
