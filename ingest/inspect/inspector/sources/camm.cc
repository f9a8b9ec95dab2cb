// CAMM: see camm.h.
#include "ingest/inspect/inspector/sources/camm.h"

#include <array>
#include <cmath>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/number_text.h"
#include "ingest/inspect/inspector/sources/speeds.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kHeadBytes = 4;
// What follows the head of each type, 0 to 7.
constexpr std::array<std::size_t, 8> kBodyBytes{12, 8, 12, 12, 12, 24, 56, 12};

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
    found.add(FoundTime{position, "void:camm:6", position.time});
    return;
  }
  position.value = "fix " + std::to_string(fix) + " ";
  put_place(latitude, longitude, altitude, position);
  position.speed_kmh = std::hypot(east, north) * kKmhPerMetrePerSecond;
  found.add(std::move(position));
}

}  // namespace

void read_camm(const Sample& sample, std::int32_t stream, Found& found) {
  ByteReader reader(sample.bytes);
  while (reader.left() > kHeadBytes) {
    const FoundPlace place{sample.offset + reader.at(), sample.media_us, stream};
    reader.skip(2);  // reserved
    const std::size_t type = reader.u16le();
    if (type >= kBodyBytes.size() || kBodyBytes[type] > reader.left()) return;
    const ByteReader body(reader.bytes(kBodyBytes[type]));
    if (type == 5) read_place(body, {place, "camm:5"}, found);
    if (type == 6) read_gps(body, {place, "camm:6"}, found);
  }
}

}  // namespace hansom::ingest
