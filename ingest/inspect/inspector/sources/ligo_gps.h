// LigoGPS, "LIGOGPSINFO".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/samples.h"

namespace hansom::ingest {

// After "LIGOGPSINFO", in samples of ssmd tracks, in boxes of their own or at the clip's end, stand
// records of 132 bytes. Nobody publishes them; described by ExifTool
// (lib/Image/ExifTool/LigoGPS.pm) and seen in clips:
// - "####", a length, and text of which each group of up to four characters is led by a byte that
//   holds their missing bits;
// - a big-endian count of records, each a number and plain text.
// - JSON after a space, one object a record.
// The text is "2026/08/03 11:34:53 N:48.100000 W:002.100000 19.0 km/h x:... A:212.0 H:173.0".
// Source: "LigoGPS", the time as the camera writes it, a text; A is the heading, H the altitude.
// Where the byte before the records is neither 1 nor 20 the coordinates of "####" records are mixed
// with one another by a factor that differs between cameras: those are times alone, and the whole
// text beside them is "LigoGPS:mixed". JSON of a receiver without a fix is "void:LigoGPS".
// Text of which each character is replaced by another throughout a clip is read once a whole round
// of seconds has gone by: ligo_cipher.h. Where that does not tell the hemispheres, records are
// times alone, and the whole text beside them is "LigoGPS:no_hemisphere".
class LigoGps {
 public:
  LigoGps(LookBudget& budget, Found& found) : budget_(budget), found_(found) {}

  // A sample of a track, which tells when in the clip it holds. False when it is none.
  [[nodiscard]] bool read(const Sample& sample, std::int32_t stream);
  // Everywhere in a clip.
  void find(ByteSpan clip);
  // Tells the records that could not be read one by one.
  void finish();

 private:
  struct Record {
    FoundPlace place;
    bool mixed = false;  // its coordinates are not what they look like
  };
  struct Replaced {
    Record record;
    std::string text;
  };
  void read_records(ByteSpan bytes, Record record);
  void read_packed(ByteSpan packed, ByteSpan as_it_stands, const Record& record);
  bool read_text(std::string_view text, const Record& record);
  void read_json(std::string_view json, const Record& record);

  LookBudget& budget_;
  Found& found_;
  std::vector<Replaced> replaced_;
};

}  // namespace hansom::ingest
