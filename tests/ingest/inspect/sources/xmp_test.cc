// Dates and positions in XMP, and time codes of MPEG video.
#include "ingest/inspect/inspector/sources/xmp.h"

#include <gtest/gtest.h>

#include "ingest/inspect/inspector/sources/mpeg_video.h"
#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

std::string packet(const std::string& inside) {
  return "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<x:xmpmeta "
         "xmlns:x=\"adobe:ns:meta/\">"
         "<rdf:RDF><rdf:Description rdf:about=\"\" " +
         inside + "</rdf:RDF></x:xmpmeta>";
}

TEST(Xmp, TimesAreReadFromAttributesAndElements) {
  const std::string clip =
      box("ftyp", "isom") +
      box("uuid",
          std::string(16, 'u') +
              packet("xmp:CreateDate=\"2026-03-29T01:59:59+01:00\"\n"
                     " xmp:ModifyDate = '2026-03-29T02:30-07:00'>"
                     "<exif:DateTimeOriginal> 2026-03-29T00:59:59.500Z </exif:DateTimeOriginal>"
                     "<rdf:li stEvt:when=\"2026-04-01T10:00:00Z\"/></rdf:Description>"));
  const Found found = found_in(clip);
  const auto created = times_of(found, "xmp:CreateDate");
  ASSERT_EQ(created.size(), 1U);
  EXPECT_EQ(created[0].value, "2026-03-29T01:59:59+01:00");
  EXPECT_EQ(created[0].unix_us, utc_us("2026-03-29T00:59:59Z"));
  EXPECT_EQ(clip.substr(*created[0].offset, 10), "2026-03-29");
  const auto modified = times_of(found, "xmp:ModifyDate:modification");
  ASSERT_EQ(modified.size(), 1U);
  EXPECT_FALSE(modified[0].unix_us) << "no seconds are told";
  EXPECT_EQ(times_of(found, "xmp:DateTimeOriginal")[0].unix_us,
            utc_us("2026-03-29T00:59:59Z") + 500'000);
  EXPECT_EQ(times_of(found, "xmp:when:modification").size(), 1U);
}

TEST(Xmp, PositionsHaveMinutesOrSeconds) {
  const auto places = positions_of(
      found_in(packet("exif:GPSLatitude=\"53,25.8125N\" exif:GPSLongitude=\"1,21,24.375W\"/>")),
      "xmp:GPS");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_NEAR(places[0].latitude_deg, 53.430208, 1e-6);
  EXPECT_NEAR(places[0].longitude_deg, -1.3567708, 1e-6);
  EXPECT_EQ(places[0].value, "53,25.8125N 1,21,24.375W");
  for (const char* wrong : {"53,25.8125", "N", "x,1N", "-53,1N", ""}) {
    const std::string clip =
        packet("exif:GPSLatitude=\"" + std::string(wrong) + "\" exif:GPSLongitude=\"1,2W\"/>");
    EXPECT_TRUE(found_in(clip).tracks().empty()) << wrong;
  }
}

TEST(Xmp, EntitiesOfItsOwnAreNotReplacedAndCutsTellNothingWrong) {
  const std::string whole = packet("xmp:CreateDate=\"&year;&lt;2026\"/>");
  EXPECT_EQ(times_of(found_in(whole), "xmp:CreateDate")[0].value, "&year;<2026");
  const std::string dated = packet("xmp:CreateDate=\"2026-03-29T00:59:59Z\"/>");
  for (std::size_t size = 0; size < dated.size(); ++size) {
    for (const auto& time : times_of(found_in(dated.substr(0, size)), "xmp:CreateDate")) {
      EXPECT_EQ(time.value, "2026-03-29T00:59:59Z") << size;
    }
  }
  EXPECT_TRUE(found_in("<x:xmpmeta <<<<= \"\" ' > xmp:CreateDate=2026").times().empty());
  EXPECT_TRUE(found_in("<x:xmpmeta " + std::string(1000, '=')).times().empty());
}

TEST(MpegVideo, GroupsTellTheirTimeCode) {
  const auto bits = [](std::uint64_t drop, std::uint64_t hours, std::uint64_t minutes,
                       std::uint64_t marker, std::uint64_t seconds, std::uint64_t pictures) {
    return be(
        4, drop << 31 | hours << 26 | minutes << 20 | marker << 19 | seconds << 13 | pictures << 7);
  };
  const std::string group("\0\0\1\xb8", 4);
  const std::string clip = "before" + group + bits(0, 10, 59, 1, 58, 12) + group +
                           bits(1, 0, 0, 1, 0, 2) + group + bits(0, 24, 0, 1, 0, 0) + group +
                           bits(0, 1, 0, 0, 0, 0) + group + "ab";
  Found found;
  read_mpeg_groups({reinterpret_cast<const std::uint8_t*>(clip.data()), clip.size()},
                   {{100, 40'000, 1}, true}, found);
  const auto times = times_of(found, "mpeg2:gop");
  ASSERT_EQ(times.size(), 2U) << "there is no such hour, and a marker is missing";
  EXPECT_EQ(times[0].value, "10:59:58:12");
  EXPECT_EQ(times[0].offset, 106U);
  EXPECT_EQ(times[0].media_us, 40'000);
  EXPECT_EQ(times[1].value, "00:00:00;02");
}

}  // namespace
}  // namespace hansom::ingest
