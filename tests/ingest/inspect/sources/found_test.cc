// What is found stays within a report, however much a clip tells.
#include <gtest/gtest.h>

#include <limits>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/iso6709.h"
#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

FoundTime time_at(const std::string& source, std::int64_t us) {
  FoundTime time;
  time.source = source;
  time.value = std::to_string(us);
  time.unix_us = us;
  return time;
}
FoundPosition position_at(const std::string& source, double latitude) {
  FoundPosition position;
  position.source = source;
  position.latitude_deg = latitude;
  return position;
}

TEST(Found, OfManyTimesOneInTwoFourEightStays) {
  Found found;
  for (std::int64_t i = 0; i < 1000; ++i) found.add(time_at("mvhd", i));
  found.add(time_at("tkhd", 7));
  ASSERT_EQ(found.times().size(), 2U);
  const FoundTimes& group = found.times().front();
  EXPECT_EQ(group.found, 1000U);
  ASSERT_LE(group.items.size(), kTimesPerSourceMax);
  ASSERT_GT(group.items.size(), kTimesPerSourceMax / 2 - 1);
  for (std::size_t i = 0; i < group.items.size(); ++i) {
    EXPECT_EQ(group.items[i].unix_us, static_cast<std::int64_t>(i) * 32);
  }
}

TEST(Found, SourcesBeyondTheBoundAreLeftOut) {
  Found found;
  for (int i = 0; i < 5000; ++i) found.add(time_at("source " + std::to_string(i), i));
  EXPECT_EQ(found.times().size(), kTimesMax / kTimesPerSourceMax);
  for (int i = 0; i < 100; ++i) found.add(position_at("track " + std::to_string(i), 1));
  EXPECT_EQ(found.tracks().size(), kTracksMax);
}

TEST(Found, TracksAreThinnedTogetherAndKeepTheirPace) {
  Found found;
  constexpr int kMany = 50'000;
  for (int i = 0; i < kMany; ++i) {
    found.add(position_at("a", i / 1000.0));
    if (i % 10 == 0) found.add(position_at("b", i / 1000.0));
  }
  std::size_t kept = 0;
  for (const FoundTrack& track : found.tracks()) {
    kept += track.items.size();
    EXPECT_EQ(track.items.front().latitude_deg, 0);
    ASSERT_GE(track.items.size(), 3U);
    const double step = track.items[1].latitude_deg;
    for (std::size_t i = 1; i < track.items.size(); ++i) {
      EXPECT_NEAR(track.items[i].latitude_deg, step * static_cast<double>(i), 1e-9);
    }
  }
  EXPECT_LE(kept, kPositionsMax);
  EXPECT_GT(kept, kPositionsMax / 2 - 2);
  EXPECT_EQ(found.tracks().front().found, kMany);
}

TEST(Found, NoPlaceOnEarthIsNoPosition) {
  Found found;
  found.add(position_at("a", 90.01));
  found.add(position_at("a", std::numeric_limits<double>::quiet_NaN()));
  FoundPosition west = position_at("a", 1);
  west.longitude_deg = -180.5;
  found.add(west);
  FoundPosition fast = position_at("a", 1);
  fast.speed_kmh = std::numeric_limits<double>::infinity();
  found.add(fast);
  EXPECT_TRUE(found.tracks().empty());
}

TEST(Found, AnInstantFarAwayKeepsItsValueOnly) {
  Found found;
  found.add(time_at("mvhd", kUnixUsMax + 1));
  ASSERT_EQ(found.times().size(), 1U);
  EXPECT_FALSE(found.times().front().items.front().unix_us);
  EXPECT_EQ(found.times().front().items.front().value, std::to_string(kUnixUsMax + 1));
}

TEST(Iso6709, ReadsDegreesMinutesAndSeconds) {
  const auto point = read_iso6709("+52.4597+013.3220+051.178/");
  ASSERT_TRUE(point);
  EXPECT_DOUBLE_EQ(point->latitude_deg, 52.4597);
  EXPECT_DOUBLE_EQ(point->longitude_deg, 13.3220);
  EXPECT_EQ(point->altitude_m, 51.178);
  const auto minutes = read_iso6709("-5127.30-00014.60/");
  ASSERT_TRUE(minutes);
  EXPECT_NEAR(minutes->latitude_deg, -51.455, 1e-12);
  EXPECT_NEAR(minutes->longitude_deg, -0.2433333333, 1e-9);
  EXPECT_FALSE(minutes->altitude_m);
  const auto seconds = read_iso6709("+512736+0001448");
  ASSERT_TRUE(seconds);
  EXPECT_NEAR(seconds->latitude_deg, 51.46, 1e-12);
  EXPECT_NEAR(seconds->longitude_deg, 0.2466666666, 1e-9);
}

TEST(Iso6709, ReadsAndroidsShortDegrees) {
  const auto point = read_iso6709("+51.5932-0.2431/");
  ASSERT_TRUE(point);
  EXPECT_DOUBLE_EQ(point->latitude_deg, 51.5932);
  EXPECT_DOUBLE_EQ(point->longitude_deg, -0.2431);
}

TEST(Iso6709, ReadsNothingElse) {
  for (const char* text :
       {"", "+", "52.4597,13.3220", "+52.4597", "+52.4597+", "+.5+.5", "+5251.5+01301234.5",
        "+91.0+013.0/", "+52.0+181.0/", "+52.4.5+013.0", "+-2.0+013.0"}) {
    EXPECT_FALSE(read_iso6709(text)) << text;
  }
}

}  // namespace
}  // namespace hansom::ingest
