// Positions in the text form of ISO 6709, annex H.
#pragma once

#include <optional>
#include <string_view>

namespace hansom::ingest {

struct GeoPoint {
  double latitude_deg = 0;
  double longitude_deg = 0;
  std::optional<double> altitude_m;
};

// "+52.4597+013.3220+051.178/", "+5127.58-00014.6/", "+512735-0001436/": latitude with two digits
// of degrees and longitude with three, each followed by minutes and seconds or a fraction; then an
// altitude, if any. Fewer digits are degrees, too: Android writes "-0.2431". What follows (a
// solidus, a reference system) is not read.
[[nodiscard]] std::optional<GeoPoint> read_iso6709(std::string_view text);

// A decimal number that is the whole of `text`, digits with or without sign and fraction.
[[nodiscard]] std::optional<double> read_decimal(std::string_view text);

}  // namespace hansom::ingest
