// CAMM packets: positions with and without the receiver's time.
#include <gtest/gtest.h>

#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

std::string packet(unsigned type, std::string_view body) {
  return zeros(2) + le(2, type) + std::string(body);
}
std::string gps(unsigned fix) {
  return packet(6, le_double(1'458'781'217.25) + le(4, fix) + le_double(53.4302) +
                       le_double(-1.3568) + le_float(51.5F) + zeros(8) + le_float(3) + le_float(4) +
                       zeros(8));
}
TrackSpec camm(std::vector<std::string> samples) {
  TrackSpec track;
  track.entry = box("camm", zeros(8));
  track.samples = std::move(samples);
  return track;
}

TEST(Camm, PacketsTellPositions) {
  const std::string place = packet(5, le_double(53.5) + le_double(-1.5) + le_double(12));
  const std::string clip =
      movie({camm({packet(0, zeros(12)) + place, packet(3, zeros(12)) + gps(3)})});
  const Found found = found_in(clip);
  const auto plain = positions_of(found, "camm:5");
  ASSERT_EQ(plain.size(), 1U);
  EXPECT_EQ(plain[0].latitude_deg, 53.5);
  EXPECT_EQ(plain[0].altitude_m, 12);
  EXPECT_EQ(plain[0].value, "53.5 -1.5 12");
  EXPECT_EQ(plain[0].offset, 24U + 16);
  const auto timed = positions_of(found, "camm:6");
  ASSERT_EQ(timed.size(), 1U);
  EXPECT_EQ(timed[0].time, "1458781217.25 GPS seconds");
  EXPECT_FALSE(timed[0].unix_us) << "GPS runs ahead of UTC";
  EXPECT_EQ(timed[0].speed_kmh, 18);
  EXPECT_EQ(timed[0].media_us, 1'000'000);
}

TEST(Camm, WithoutAFixThereIsATimeAlone) {
  const Found found = found_in(movie({camm({gps(0)})}));
  EXPECT_TRUE(found.tracks().empty());
  const auto times = times_of(found, "void:camm:6");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].value, "1458781217.25 GPS seconds");
}

TEST(Camm, CutAndUnknownPacketsEndASample) {
  const std::string whole = gps(3);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(found_in(movie({camm({whole.substr(0, size)})})).tracks().empty()) << size;
  }
  EXPECT_TRUE(found_in(movie({camm({packet(8, zeros(12)) + whole})})).tracks().empty());
}

}  // namespace
}  // namespace hansom::ingest
