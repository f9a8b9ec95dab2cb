// SigmaStar's records: see sigmastar.h.
#include "ingest/inspect/inspector/sources/sigmastar.h"

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/free_gps_layouts.h"
#include "ingest/inspect/inspector/sources/number_text.h"

namespace hansom::ingest {

bool read_sigmastar(const Sample& sample, std::int32_t stream, Found& found) {
  constexpr std::size_t kRecordBytes = 40;
  constexpr double kNoFix = 4'294'967'295.0;
  if (sample.bytes.size() != kRecordBytes) return false;
  ByteReader reader(sample.bytes);
  const double latitude = reader.f64le();
  const double longitude = reader.f64le();
  const std::int32_t altitude = reader.i32le();
  const std::uint32_t speed = reader.u16le();
  const std::uint32_t year = reader.u8();
  const std::uint32_t month = reader.u8();
  const std::uint32_t day = reader.u8();
  const std::uint32_t hour = reader.u8();
  const std::uint32_t minute = reader.u8();
  const std::uint32_t second = reader.u8();
  const bool is_void = latitude == kNoFix;
  const auto time = civil_text(1900 + year, is_void ? month + 1 : month, day, hour, minute, second);
  if (!time) return false;
  const FoundPlace place{sample.offset, sample.media_us, stream};
  if (is_void) {
    found.add(FoundTime{place, "void:gps:ssmd", *time});
    return true;
  }
  FoundPosition position{place, "gps:ssmd"};
  position.value = number_text(latitude) + " " + number_text(longitude) + " " +
                   std::to_string(altitude) + " " + std::to_string(speed) + " " +
                   std::to_string(year) + " " + std::to_string(month) + " " + std::to_string(day);
  position.time = *time;
  position.latitude_deg = latitude;
  position.longitude_deg = longitude;
  position.altitude_m = altitude;
  found.add(std::move(position));
  return true;
}

}  // namespace hansom::ingest
