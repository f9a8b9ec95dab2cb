// NMEA sentences and dates in texts: subtitles, BlackVue's box, Garmin's records.
#include <gtest/gtest.h>

#include "ingest/inspect/inspector/sources/text_track.h"
#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

Found nmea_in(std::string_view text) {
  Found found;
  find_nmea(text, {100, 2'000'000, 1}, found);
  return found;
}

TEST(Nmea, RmcIsPositionAndUtc) {
  const Found found =
      nmea_in("x $GPRMC,005959.25,A,5325.812,N,00121.408,W,10.0,084.4,290326,,,A*7A\r\n");
  const auto places = positions_of(found, "nmea:RMC");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_NEAR(places[0].latitude_deg, 53.4302, 1e-9);
  EXPECT_NEAR(places[0].longitude_deg, -1.3568, 1e-9);
  EXPECT_DOUBLE_EQ(*places[0].speed_kmh, 18.52);
  EXPECT_EQ(places[0].heading_deg, 84.4);
  EXPECT_EQ(places[0].unix_us, utc_us("2026-03-29T00:59:59.25Z"));
  EXPECT_EQ(places[0].offset, 102U);
  EXPECT_EQ(places[0].media_us, 2'000'000);
  EXPECT_EQ(places[0].value, "$GPRMC,005959.25,A,5325.812,N,00121.408,W,10.0,084.4,290326,,,A*7A");
}

TEST(Nmea, AWarningReceiverTellsATimeAlone) {
  const auto times = times_of(nmea_in("$GNRMC,181504.00,V,,,,,,,111099,,,N*6B"), "void:nmea:RMC");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].unix_us, utc_us("1999-10-11T18:15:04Z"));
}

TEST(Nmea, AWrongChecksumIsNamed) {
  const char* right = "$GPZDA,005959.00,29,03,2026,00,00*68";
  EXPECT_EQ(times_of(nmea_in(right), "nmea:ZDA")[0].unix_us, utc_us("2026-03-29T00:59:59Z"));
  EXPECT_EQ(
      times_of(nmea_in("$GPZDA,005958.00,29,03,2026,00,00*68"), "nmea:ZDA:bad_checksum").size(),
      1U);
  EXPECT_EQ(
      times_of(nmea_in("$GPZDA,005958.00,29,03,2026,00,00*zz"), "nmea:ZDA:bad_checksum").size(),
      1U);
  EXPECT_EQ(times_of(nmea_in("GPZDA,005958.00,29,03,2026"), "nmea:ZDA").size(), 1U)
      << "none is told";
}

TEST(Nmea, GgaHasAltitudeAndNoDate) {
  const auto places = positions_of(
      nmea_in("$GNGGA,181502.00,5325.812,N,00121.408,W,1,12,0.5,123.4,M,46.0,M,,;"), "nmea:GGA");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].altitude_m, 123.4);
  EXPECT_EQ(places[0].time, "181502.00");
  EXPECT_FALSE(places[0].unix_us);
  EXPECT_TRUE(nmea_in("$GNGGA,181502.00,5325.812,N,00121.408,W,0,12,0.5,123.4,M").tracks().empty());
}

TEST(Nmea, WhatIsNoSentenceIsNone) {
  for (const char* text :
       {"", "$GPRMC", "$GPRMC,", "XGPRMC,005959,A,1,N,1,E,,,290326", "$GPRMC,,,,,,,,,,",
        "$GPRMC,005959,A,5325.812,N", "$gprmc,005959,A,5325.812,N,00121.408,W,,,290326",
        "$GPGGA,181502.00,x,N,y,W,1,12,0.5,123.4,M", "$GPZDA,005958.00,xx,03,2026"}) {
    const Found found = nmea_in(text);
    EXPECT_TRUE(found.tracks().empty()) << text;
    EXPECT_TRUE(found.times().empty()) << text;
  }
  // A fix that names no instant, or no place.
  EXPECT_FALSE(
      positions_of(nmea_in("$GPRMC,995959,A,5325.8,N,00121.4,W,,,290326"), "nmea:RMC")[0].unix_us);
  EXPECT_EQ(times_of(nmea_in("$GPRMC,005959,A,5325.8,Q,00121.4,W,,,290326"), "nmea:RMC").size(),
            1U);
  EXPECT_TRUE(nmea_in("$GPRMC,005959,A,9925.8,N,00121.4,W,,,290326").tracks().empty());
}

std::string subtitle(const std::string& text) {
  return be(2, text.size()) + text;
}

TEST(TextTrack, SubtitlesTellSentencesAndDates) {
  TrackSpec track;
  track.handler = "sbtl";
  track.entry = box("tx3g", zeros(8));
  track.samples = {
      subtitle("gsensori,4,512;GNRMC,161313.00,A,4529.8,N,07337.0,W,6.2,35.3,310819,,,A;CAR,0"),
      subtitle("2026-03-29 00:59:59 53.4302 -1.3568"), subtitle(""), "\x01"};
  const std::string clip = movie({track});
  const Found found = found_in(clip);
  const auto places = positions_of(found, "nmea:RMC");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].unix_us, utc_us("2019-08-31T16:13:13Z"));
  const auto times = times_of(found, "text");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].value, "2026-03-29 00:59:59");
  EXPECT_EQ(times[0].media_us, 1'000'000);
  EXPECT_EQ(times[0].offset, clip.find("2026-03-29"));
}

TEST(TextTrack, DatesAreWholeAndFew) {
  Found found;
  std::string many;
  for (int i = 0; i < 20; ++i) many += "2026/03/29T00:59:59 ";
  read_text(many + "12026-03-29 00:59:59 2026-03/29 00:59:59 2026-03-29 00:59:591", {}, "text",
            found);
  EXPECT_EQ(times_of(found, "text").size(), 8U);
  Found none;
  read_text("12026-03-29 00:59:59 2026-03/29 00:59:59 2026-03-29 00:59:591", {}, "text", none);
  EXPECT_TRUE(none.times().empty());
}

TEST(TextTrack, GarminsRecordsHavePositions) {
  TrackSpec track;
  track.handler = "text";
  track.entry = box("text", zeros(8));
  track.samples = {"PNDM" + zeros(4) + le(4, 25) + le(4, 0x238e38e4) + le(4, 0xeaaaaaab),
                   be(2, 20) + "PNDM" + zeros(4) + le(4, 26) + le(4, 0x238e38e4) + le(4, 0),
                   "PNDM"};
  const auto places = positions_of(found_in(movie({track})), "PNDM");
  ASSERT_EQ(places.size(), 2U);
  EXPECT_NEAR(places[0].latitude_deg, 50, 1e-6);
  EXPECT_NEAR(places[0].longitude_deg, -30, 1e-6);
  EXPECT_EQ(places[1].value, "596523236 0 26");
}

TEST(TextTrack, BlackvuesBoxHasTheCamerasClockAndTheReceivers) {
  const std::string log =
      "[1633961700000]$GNRMC,181500.00,A,5000.0,N,03000.0,E,5.0,90.0,111021,,,A*7F\n\n[x][12]";
  const std::string clip = box("free", box("cprt", "x") + box("gps ", log)) + movie({});
  const Found found = found_in(clip);
  const auto clock = times_of(found, "blackvue:ms");
  ASSERT_EQ(clock.size(), 1U);
  EXPECT_EQ(clock[0].value, "1633961700000");
  EXPECT_FALSE(clock[0].unix_us);
  EXPECT_EQ(clock[0].offset, clip.find("1633961700000"));
  EXPECT_EQ(found.tracks().front().items[0].unix_us, utc_us("2021-10-11T18:15:00Z"));
}

}  // namespace
}  // namespace hansom::ingest
