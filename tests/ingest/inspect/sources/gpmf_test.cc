// GoPro's GPMF: times, fixes and scales as they stand, in tracks and in fragments.
#include <gtest/gtest.h>

#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

// An item: key, type, bytes of one element, count, data to a multiple of four.
std::string klv(std::string_view key, char type, std::size_t size, std::string_view data) {
  std::string out(key);
  out += type;
  out += be(1, size);
  out += be(2, size == 0 ? 0 : data.size() / size);
  out += data;
  while (out.size() % 4 != 0) out += '\0';
  return out;
}
std::string nest(std::string_view key, std::string_view data) {
  return klv(key, '\0', 1, data);
}
std::string gps5(std::int32_t latitude, std::int32_t longitude) {
  return be(4, static_cast<std::uint32_t>(latitude)) +
         be(4, static_cast<std::uint32_t>(longitude)) + be(4, 25'000) + be(4, 10'000) +
         be(4, 1'100);
}
const std::string kScale =
    be(4, 10'000'000) + be(4, 10'000'000) + be(4, 1000) + be(4, 1000) + be(4, 100);

std::string stream(unsigned fix, const std::string& points) {
  std::string strm = klv("STMP", 'J', 8, be(8, 1'234'567));
  strm += klv("GPSF", 'L', 4, be(4, fix));
  strm += klv("GPSU", 'U', 16, "260329005959.250");
  strm += klv("GPSP", 'S', 2, be(2, 606));
  strm += klv("SCAL", 'l', 4, kScale);
  strm += klv("GPS5", 'l', 20, points);
  return nest("DEVC", klv("DVNM", 'c', 1, "Camera") + nest("STRM", strm));
}
TrackSpec gpmd(std::vector<std::string> samples) {
  TrackSpec track;
  track.entry = box("gpmd", zeros(8));
  track.samples = std::move(samples);
  return track;
}

TEST(Gpmf, AStreamTellsTimeAndPositions) {
  const std::string points = gps5(534'302'000, -13'568'000) + gps5(534'303'000, -13'567'000);
  const std::string clip = movie({{}, gpmd({stream(3, points)})});
  const Found found = found_in(clip);
  const auto times = times_of(found, "gpmf:GPSU");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].value, "260329005959.250");
  EXPECT_EQ(times[0].unix_us, utc_us("2026-03-29T00:59:59.250Z"));
  EXPECT_EQ(times[0].media_us, 0);
  EXPECT_EQ(times[0].stream, 1);
  EXPECT_EQ(times[0].offset, clip.find("260329"));
  EXPECT_EQ(times_of(found, "gpmf:STMP")[0].value, "1234567");
  const auto places = positions_of(found, "gpmf:GPS5");
  ASSERT_EQ(places.size(), 2U);
  EXPECT_DOUBLE_EQ(places[0].latitude_deg, 53.4302);
  EXPECT_DOUBLE_EQ(places[1].longitude_deg, -1.3567);
  EXPECT_EQ(places[0].altitude_m, 25);
  EXPECT_EQ(places[0].speed_kmh, 36);
  EXPECT_EQ(places[0].unix_us, times[0].unix_us);
  EXPECT_FALSE(places[1].unix_us) << "only the first was taken then";
  EXPECT_EQ(places[1].media_us, 500'000);
  EXPECT_EQ(*places[1].offset, *places[0].offset + 20);
  EXPECT_EQ(
      places[0].value,
      "534302000 -13568000 25000 10000 1100 scale 10000000 10000000 1000 1000 100 fix 3 dop 606");
}

TEST(Gpmf, WithoutAFixThereIsNoPosition) {
  const Found found = found_in(movie({gpmd({stream(0, gps5(1, 1))})}));
  EXPECT_EQ(times_of(found, "void:gpmf:GPSU").size(), 1U);
  EXPECT_TRUE(found.tracks().empty());
}

TEST(Gpmf, Gps9HasATimeInEveryElement) {
  const auto element = [](unsigned fix) {
    return be(4, 534'302'000) + be(4, 0) + be(4, 1000) + be(4, 0) + be(4, 0) + be(4, 9584) +
           be(4, 3'599'250) + be(2, 220) + be(2, fix);
  };
  std::string strm = klv("TYPE", 'c', 1, "lllllllSS");
  strm += klv("SCAL", 'l', 4, kScale + be(4, 1) + be(4, 1000) + be(4, 100) + be(4, 1));
  strm += klv("GPS9", '?', 32, element(3) + element(0));
  const auto places =
      positions_of(found_in(movie({gpmd({nest("DEVC", nest("STRM", strm))})})), "gpmf:GPS9");
  ASSERT_EQ(places.size(), 1U) << "the second has no fix";
  EXPECT_EQ(places[0].unix_us, utc_us("2026-03-29T00:59:59.250Z"));
  EXPECT_DOUBLE_EQ(places[0].latitude_deg, 53.4302);
}

TEST(Gpmf, KarmaTellsPairsOfClocksAndPositionsBySystemTime) {
  std::string clocks = klv("TYPE", 'c', 1, "JJ");
  clocks += klv("SCAL", 'l', 4, be(4, 1'000'000) + be(4, 1000));
  clocks += klv("SYST", '?', 16, be(8, 146'544'283) + be(8, 1'492'457'278'000));
  std::string points = klv("TYPE", 'c', 1, "LllllsssS");
  points += klv("SCAL", 'l', 4,
                be(4, 1000) + kScale.substr(0, 12) + be(4, 1000) + be(4, 100) + be(4, 100) +
                    be(4, 100) + be(4, 100));
  points += klv("GLPI", '?', 28,
                be(4, 146'071) + be(4, 331'253'688) + be(4, 0xba111000) + be(4, 15'711) +
                    be(4, 2003) + zeros(8));
  const Found found =
      found_in(movie({gpmd({nest("DEVC", nest("STRM", clocks) + nest("STRM", points))})}));
  const auto pairs = times_of(found, "gpmf:SYST");
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs[0].value, "146544283 1492457278000 scale 1000000 1000");
  EXPECT_EQ(pairs[0].unix_us, utc_us("2017-04-17T19:27:58Z"));
  const auto places = positions_of(found, "gpmf:GLPI");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].time, "146.071 s");
  EXPECT_DOUBLE_EQ(places[0].latitude_deg, 33.1253688);
}

TEST(Gpmf, ItemsThatClaimTooMuchEndTheStream) {
  const std::string whole = stream(3, gps5(534'302'000, 0));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Found found = found_in(movie({gpmd({whole.substr(0, size), whole})}));
    EXPECT_EQ(positions_of(found, "gpmf:GPS5").size(), 1U) << size;
  }
  std::string zero = klv("SCAL", 'l', 4, zeros(20)) + klv("GPS5", 'l', 20, gps5(1, 2));
  zero += klv("GPS5", 'l', 0, "") + klv("GPSU", 'U', 16, "notatimeatall000");
  const Found found = found_in(movie({gpmd({nest("DEVC", nest("STRM", zero))})}));
  EXPECT_FALSE(times_of(found, "gpmf:GPSU")[0].unix_us);
}

TEST(Fragments, TellTheirSamplesToo) {
  TrackSpec track = gpmd({});
  track.id = 2;
  const std::string trex = full_box("trex", be(4, 2) + be(4, 1) + be(4, 500) + zeros(8));
  const std::string head = movie({{}, track}, box("mvex", trex));
  const std::string sample = stream(3, gps5(534'302'000, 0));
  const auto moof = [&sample](std::uint32_t data_offset, std::uint32_t first) {
    const std::string run = full_box(
        "trun", be(4, 2) + be(4, data_offset) + be(4, sample.size()) + be(4, sample.size()), 0,
        0x201);
    return box("moof", full_box("mfhd", be(4, 1)) +
                           box("traf", full_box("tfhd", be(4, 2), 0, 0x020000) +
                                           full_box("tfdt", be(4, first)) + run) +
                           box("traf", full_box("tfhd", be(4, 1)) + run));
  };
  const auto size = static_cast<std::uint32_t>(moof(0, 0).size());
  const std::string clip = head + moof(size + 8, 9000) + box("mdat", sample + sample) +
                           moof(size + 8, 20'000) + box("mdat", sample + sample);
  const auto times = times_of(found_in(clip), "gpmf:GPSU");
  ASSERT_EQ(times.size(), 4U);
  EXPECT_EQ(times[0].media_us, 9'000'000);
  EXPECT_EQ(times[1].media_us, 9'500'000);
  EXPECT_EQ(times[3].media_us, 20'500'000);
  EXPECT_EQ(clip.substr(*times[3].offset, 6), "260329");
  // A run that claims more samples than it lists, and one whose samples lie nowhere.
  const std::string lies =
      box("moof",
          box("traf", full_box("tfhd", be(4, 2)) + full_box("trun", be(4, 0xffffffff), 0, 0x200) +
                          full_box("trun", be(4, 0xffffffff) + be(4, 0x80000000), 0, 0x1)));
  EXPECT_EQ(times_of(found_in(clip + lies), "gpmf:GPSU").size(), 4U);
}

}  // namespace
}  // namespace hansom::ingest
