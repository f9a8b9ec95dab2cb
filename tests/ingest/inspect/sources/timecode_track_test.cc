// Time codes: labels after SMPTE ST 12-1, and tmcd tracks.
#include <gtest/gtest.h>

#include "ingest/inspect/inspector/sources/timecode_track.h"
#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

std::string tmcd_entry(std::uint32_t flags, std::uint32_t timescale, std::uint32_t duration,
                       std::uint32_t frames) {
  return box("tmcd", zeros(12) + be(4, flags) + be(4, timescale) + be(4, duration) + be(1, frames) +
                         zeros(1));
}

TEST(Timecode, LabelsAreDroppedAtEveryMinuteButTheTenth) {
  const TimecodeRate drop{true, false, 30};
  EXPECT_EQ(timecode_text(0, drop), "00:00:00;00");
  EXPECT_EQ(timecode_text(1799, drop), "00:00:59;29");
  EXPECT_EQ(timecode_text(1800, drop), "00:01:00;02");
  EXPECT_EQ(timecode_text(17'981, drop), "00:09:59;29");
  EXPECT_EQ(timecode_text(17'982, drop), "00:10:00;00");
  EXPECT_EQ(timecode_text(107'892, drop), "01:00:00;00");
  EXPECT_EQ(timecode_text(2'589'408, drop), "24:00:00;00");
  const TimecodeRate fast{true, false, 60};
  EXPECT_EQ(timecode_text(3600, fast), "00:01:00;04");
  EXPECT_EQ(timecode_text(35'964, fast), "00:10:00;00");
}

TEST(Timecode, OtherRatesCountThrough) {
  EXPECT_EQ(timecode_text(90'000, {false, false, 25}), "01:00:00:00");
  EXPECT_EQ(timecode_text(-26, {false, true, 25}), "-00:00:01:01");
  EXPECT_EQ(timecode_text(49, {true, false, 24}), "00:00:02;01") << "nothing to drop at 24";
}

TEST(Timecode, ATrackTellsWhereItStarts) {
  TrackSpec track;
  track.handler = "tmcd";
  track.entry = tmcd_entry(1, 30'000, 1001, 30);
  track.samples = {be(4, 477'450)};
  const auto times = times_of(found_in(movie({{}, track})), "tmcd");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].value, "477450 = 04:25:30;28");
  EXPECT_FALSE(times[0].unix_us);
  EXPECT_EQ(times[0].stream, 1);
  EXPECT_EQ(times[0].media_us, 0);
  EXPECT_EQ(times[0].offset, 24U);
}

TEST(Timecode, CountersAndDamagedDescriptionsGiveTheNumberAlone) {
  TrackSpec track;
  track.samples = {be(4, 7), be(3, 1)};
  for (const std::string& entry : {tmcd_entry(8, 25, 1, 25), tmcd_entry(0, 0, 0, 0),
                                   box("tmcd", zeros(12)), tmcd_entry(0, 0xffffffff, 1, 0)}) {
    track.entry = entry;
    const auto times = times_of(found_in(movie({track})), "tmcd");
    ASSERT_EQ(times.size(), 1U);
    EXPECT_EQ(times[0].value, "7");
  }
  track.entry = tmcd_entry(4, 24'000, 1001, 0);  // the rate tells what the count of frames does not
  track.samples = {be(4, 0xffffffff)};
  EXPECT_EQ(times_of(found_in(movie({track})), "tmcd")[0].value, "-1 = -00:00:00:01");
}

}  // namespace
}  // namespace hansom::ingest
