// How the sources of a unit make one interval: what bounds it, what widens it, what is carried.
#include "index/timeline/fuse.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "index/timeline/facts.h"
#include "tests/index/timeline/random_history.h"
#include "tests/index/timeline/unit_maker.h"

namespace hansom::timeline {
namespace {

using test::at;
using test::findings;
using test::found;
using test::receiver;
using test::UnitMaker;
using test::written;

constexpr auto kGnss = evidence::CLOCK_STATE_GNSS;
constexpr auto kManual = evidence::CLOCK_STATE_MANUAL;
const std::int64_t kWinter = at("2026-01-15T12:00:00Z");

TEST(Fuse, AReceiversTimeMeasuresAFreeClock) {
  UnitMaker unit;
  unit.clip(kWinter, 192 * kSecondUs, kManual).times.push_back(receiver(kWinter));
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(clip.findings.empty()) << findings(clip);  // what a free clock is expected to be
  EXPECT_EQ(clip.start.lo, kWinter - 1'500'000);
  EXPECT_EQ(clip.start.hi, kWinter + 1'500'000);
  EXPECT_EQ(clip.error(), (Bounds{190'500'000, 193'500'000}));
}

TEST(Fuse, WhereInTheClipAReceiversTimeHolds) {
  UnitMaker known;
  known.clip(kWinter, 0, kManual)
      .times.push_back(receiver(kWinter + 40 * kSecondUs, 40 * kSecondUs));
  EXPECT_LE(known.fused().clips[0].uncertainty_us(), 2 * kSecondUs);
  UnitMaker anywhere;
  anywhere.clip(kWinter, 0, kManual)
      .times.push_back(receiver(kWinter + 40 * kSecondUs, std::nullopt));
  const FusedClip clip = anywhere.fused().clips[0];
  EXPECT_GE(clip.uncertainty_us(), 30 * kSecondUs);  // anywhere in its minute
  EXPECT_TRUE(clip.start.holds(kWinter));
}

TEST(Fuse, ErrorsAreCarriedWithDrift) {
  UnitMaker unit;
  unit.clip(kWinter, 100 * kSecondUs, kManual).times.push_back(receiver(kWinter));
  unit.clip(kWinter + kDayUs, 102 * kSecondUs, kManual, kDayUs);
  const std::int64_t third = kWinter + 2 * kDayUs;
  unit.clip(third, 104 * kSecondUs, kManual, kDayUs).times.push_back(receiver(third));
  unit.clip(kWinter + 12 * kDayUs, 120 * kSecondUs, kManual, kDayUs);
  const auto clips = unit.fused().clips;
  EXPECT_EQ(clips[1].method, Method::kBetween);
  EXPECT_TRUE(clips[1].start.holds(kWinter + kDayUs));
  EXPECT_LE(clips[1].uncertainty_us(), 15 * kSecondUs);
  EXPECT_EQ(clips[3].method, Method::kCarried);
  EXPECT_TRUE(clips[3].start.holds(kWinter + 12 * kDayUs));
  EXPECT_GE(clips[3].uncertainty_us(), 86 * kSecondUs);  // ten days at 100 ppm
  EXPECT_LE(clips[3].uncertainty_us(), 95 * kSecondUs);
}

TEST(Fuse, BetweenTwoErrorsBothStay) {
  UnitMaker unit;
  unit.clip(kWinter, 0, kManual).times.push_back(receiver(kWinter));
  unit.clip(kWinter + kHourUs, 0, kManual);
  const std::int64_t third = kWinter + 2 * kHourUs;
  unit.clip(third, 10 * kMinuteUs, kManual).times.push_back(receiver(third));
  const FusedClip clip = unit.fused().clips[1];
  EXPECT_TRUE(found(clip, Trap::kStep)) << findings(clip);
  EXPECT_TRUE(clip.start.holds(clip.told_us));
  EXPECT_TRUE(clip.start.holds(clip.told_us - 10 * kMinuteUs));
}

TEST(Fuse, ACorrectionStandsAboveEveryClockAndIsCarriedOn) {
  UnitMaker unit;
  unit.clip(kWinter, 100 * kSecondUs, kManual).times.push_back(receiver(kWinter));
  unit.clip(kWinter + kHourUs, 100 * kSecondUs, kManual);
  unit.clip(kWinter + 2 * kHourUs, 100 * kSecondUs, kManual);
  const std::int64_t measured = 60 * kSecondUs;
  unit.facts().corrections.push_back({std::nullopt,
                                      {kWinter, kWinter + kHourUs + 10 * kMinuteUs},
                                      {measured - kSecondUs, measured + kSecondUs}});
  const auto clips = unit.fused().clips;
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(clips[i].method, Method::kCorrected);
    EXPECT_EQ(clips[i].error(), (Bounds{measured - kSecondUs, measured + kSecondUs}));
  }
  EXPECT_TRUE(found(clips[0], Trap::kContradiction)) << findings(clips[0]);  // the receiver's
  EXPECT_FALSE(found(clips[1], Trap::kContradiction)) << findings(clips[1]);
  EXPECT_EQ(clips[2].method, Method::kCarried);
  EXPECT_TRUE(clips[2].error().holds(measured));
}

TEST(Fuse, TheLastCorrectionOfAClipsOwnChannelHolds) {
  UnitMaker unit;
  unit.clip(kWinter, 0, kManual);
  const auto correct = [&](std::optional<std::uint32_t> channel, std::int64_t error) {
    unit.facts().corrections.push_back(
        {channel, {kWinter, kWinter}, {error * kSecondUs, error * kSecondUs}});
  };
  correct(std::nullopt, 10);
  correct(1, 20);
  correct(2, 30);
  EXPECT_EQ(unit.fused().clips[0].error(), (Bounds{20 * kSecondUs, 20 * kSecondUs}));
}

TEST(Fuse, NoCorrectionPutsAClipBehindItsArrival) {
  UnitMaker unit;
  unit.clip(kWinter, 0, kManual, kMinuteUs);
  unit.facts().corrections.push_back(
      {std::nullopt, {kWinter, kWinter}, {-kHourUs, -kHourUs + kMinuteUs}});
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_NE(clip.method, Method::kCorrected);
  EXPECT_TRUE(found(clip, Trap::kContradiction)) << findings(clip);
  EXPECT_TRUE(clip.start.holds(kWinter));
}

TEST(Fuse, ACorrectionReachesAClockThatWasNeverSet) {
  UnitMaker unit;
  const std::int64_t epoch = at("2000-01-01T00:00:00Z");
  unit.clip(kWinter, epoch - kWinter, evidence::CLOCK_STATE_UNSET);
  unit.facts().corrections.push_back(
      {std::nullopt, {epoch, epoch}, {epoch - kWinter, epoch - kWinter}});
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_EQ(clip.method, Method::kCorrected);
  EXPECT_EQ(clip.start, (Bounds{kWinter, kWinter}));
}

TEST(Fuse, WordsAreReadBack) {
  for (const Method method :
       {Method::kCorrected, Method::kSatellite, Method::kOtherChannel, Method::kBetween,
        Method::kCarried, Method::kArrivals, Method::kDisciplined, Method::kTold, Method::kOrder}) {
    EXPECT_EQ(parse_method(word(method)), method);
  }
  EXPECT_EQ(parse_method("guess"), std::nullopt);
  EXPECT_EQ(parse_trap(word(Trap::kUnproven)), Trap::kUnproven);
  EXPECT_EQ(parse_trap(word(Trap::kLocalMarkedUtc)), Trap::kLocalMarkedUtc);
  EXPECT_EQ(parse_trap(""), std::nullopt);
}

TEST(Fuse, ArrivalIsTheUpperBound) {
  UnitMaker unit;
  unit.clip(kWinter, 30 * kMinuteUs, kManual, kMinuteUs);
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(clip.start.holds(kWinter));
  EXPECT_LE(clip.start.hi, kWinter + kMinuteUs + 2 * kSecondUs);
  EXPECT_LE(clip.end.hi, kWinter + 2 * kMinuteUs);
  // Far ahead of its own arrival: its word is worth nothing.
  UnitMaker ahead;
  ahead.clip(kWinter, 3 * kDayUs, kManual, kMinuteUs);
  const FusedClip refuted = ahead.fused().clips[0];
  EXPECT_TRUE(found(refuted, Trap::kAfterArrival)) << findings(refuted);
  EXPECT_EQ(refuted.method, Method::kOrder);
  EXPECT_TRUE(refuted.start.holds(kWinter));
}

TEST(Fuse, EventsBoundTheClipsAroundThem) {
  UnitMaker unit;
  unit.clip(kWinter, 20 * kMinuteUs, kManual, 9 * kHourUs);
  const auto error_lo = [&] { return unit.fused().clips[0].error().lo; };
  EXPECT_LT(error_lo(), -kHourUs);
  // An event told 20 minutes ahead of its arrival: the clock was that fast at least.
  unit.facts().events.push_back(
      {1, kWinter + 25 * kMinuteUs, kManual, kWinter + 5 * kMinuteUs + 3 * kSecondUs});
  EXPECT_GE(error_lo(), 20 * kMinuteUs - 6 * kSecondUs);
  EXPECT_LE(error_lo(), 20 * kMinuteUs);
}

TEST(Fuse, ContradictionsWidenAndAreFindings) {
  UnitMaker unit;
  unit.clip(kWinter, 0, kGnss, kDayUs).times.push_back(receiver(kWinter + 7 * kMinuteUs));
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(found(clip, Trap::kContradiction)) << findings(clip);
  EXPECT_TRUE(clip.start.holds(kWinter) && clip.start.holds(kWinter + 7 * kMinuteUs));
  // Two receivers' times in one clip.
  UnitMaker two;
  ClipFacts& facts = two.clip(kWinter, 0, kManual, kDayUs);
  facts.times = {receiver(kWinter), receiver(kWinter + 5 * kMinuteUs)};
  const FusedClip wide = two.fused().clips[0];
  EXPECT_TRUE(found(wide, Trap::kContradiction)) << findings(wide);
  EXPECT_TRUE(wide.start.holds(kWinter) && wide.start.holds(kWinter + 5 * kMinuteUs));
  // A file's own time against the mere word of the clock.
  UnitMaker file;
  file.clip(kWinter, 0, kGnss, kDayUs).times.push_back(written("mvhd", kWinter + 4 * kHourUs));
  const FusedClip doubted = file.fused().clips[0];
  EXPECT_TRUE(found(doubted, Trap::kContradiction)) << findings(doubted);
  EXPECT_TRUE(doubted.start.holds(kWinter) && doubted.start.holds(kWinter + 4 * kHourUs));
}

TEST(Fuse, MediaAndWallDurationAreKeptApart) {
  UnitMaker unit;
  ClipFacts& facts = unit.clip(kWinter, 0, kManual, kDayUs);
  facts.media_us = 2 * kMinuteUs;  // twenty minutes that play in two
  facts.told_duration_us = 20 * kMinuteUs;
  facts.times = {receiver(kWinter, 0), receiver(kWinter + 20 * kMinuteUs, 2 * kMinuteUs)};
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(found(clip, Trap::kDurationDiffers)) << findings(clip);
  EXPECT_EQ(clip.media_us, 2 * kMinuteUs);
  EXPECT_TRUE(clip.wall_us.holds(20 * kMinuteUs));
  EXPECT_FALSE(clip.wall_us.holds(19 * kMinuteUs));
  EXPECT_TRUE(clip.start.holds(kWinter) && clip.end.holds(kWinter + 20 * kMinuteUs));
  EXPECT_FALSE(found(clip, Trap::kContradiction)) << findings(clip);
}

TEST(Fuse, ChannelsLendAndAreCompared) {
  UnitMaker unit;
  unit.clip(kWinter, kMinuteUs, kManual).times.push_back(receiver(kWinter));
  ClipFacts second = unit.facts().clips[0];
  second.channel = 2;
  second.times.clear();
  unit.facts().clips.push_back(second);
  Rules rules;
  rules.zone = &test::london();
  const auto lent = fuse(unit.facts(), rules);
  ASSERT_EQ(lent.size(), 2U);
  EXPECT_EQ(lent[1].clips[0].method, Method::kOtherChannel);
  EXPECT_TRUE(lent[1].clips[0].start.holds(kWinter));
  // A camera with a clock of its own, forty seconds away.
  unit.facts().clips[1].told_us += 40 * kSecondUs;
  unit.facts().clips[1].times.push_back(receiver(kWinter));
  const auto own = fuse(unit.facts(), rules);
  EXPECT_TRUE(found(own[0].clips[0], Trap::kTwoClocks));
  EXPECT_TRUE(found(own[1].clips[0], Trap::kTwoClocks));
}

TEST(Fuse, TheOrderOfTheFactsDoesNotMatter) {
  for (std::size_t kind = 0; kind < test::kinds(); ++kind) {
    test::History history = test::random_history(kind, 7, test::london());
    Rules rules;
    rules.zone = &test::london();
    const auto straight = fuse(history.unit, rules);
    std::reverse(history.unit.clips.begin(), history.unit.clips.end());
    std::reverse(history.unit.events.begin(), history.unit.events.end());
    const auto reversed = fuse(history.unit, rules);
    ASSERT_EQ(straight.at(0).clips.size(), reversed.at(0).clips.size());
    for (std::size_t i = 0; i < straight[0].clips.size(); ++i) {
      EXPECT_EQ(straight[0].clips[i].start, reversed[0].clips[i].start) << history.kind << i;
      EXPECT_EQ(straight[0].clips[i].findings, reversed[0].clips[i].findings) << history.kind << i;
    }
  }
}

TEST(Fuse, SurvivesTimesThatCannotBe) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  UnitMaker unit;
  for (const std::int64_t time : {kMost, kLeast, std::int64_t{0}, std::int64_t{-1}}) {
    ClipFacts& clip = unit.clip(kWinter, 0, kGnss);
    clip.told_us = time;
    clip.media_us = time;
    clip.times = {receiver(time, time), receiver(time, std::nullopt), written("mvhd", time)};
  }
  unit.facts().events.push_back({1, kMost, kGnss, kWinter});
  unit.facts().events.push_back({2, kLeast, kGnss, kWinter});
  for (const FusedClip& clip : unit.fused().clips) {
    EXPECT_LE(clip.start.lo, clip.start.hi);
    EXPECT_LE(clip.end.lo, clip.end.hi);
  }
  Rules rules;
  rules.zone = &test::london();
  EXPECT_TRUE(fuse(UnitFacts{}, rules).empty());
}

TEST(Facts, ComeFromWhatUnitsAndInspectorSaid) {
  evidence::Manifest manifest;
  manifest.set_channel(2);
  manifest.set_clip_number(41);
  manifest.set_start_us(kWinter);
  manifest.set_clock_state(kGnss);
  manifest.set_duration_ms(60'000);
  evidence::Report report;
  report.set_duration_us(59'960'000);
  for (const char* source : {"gpmf:GPSU", "freeGPS", "mvhd"}) {
    evidence::RawTime& time = *report.add_times();
    time.set_source(source);
    time.set_unix_us(kWinter);
  }
  const ClipFacts facts = clip_facts("ab", manifest, &report, kWinter + kHourUs);
  EXPECT_EQ(facts.told_duration_us, kMinuteUs);
  EXPECT_EQ(facts.media_us, 59'960'000);
  ASSERT_EQ(facts.times.size(), 3U);
  EXPECT_TRUE(facts.times[0].satellite && facts.times[1].satellite && !facts.times[2].satellite);
  EXPECT_TRUE(!facts.times[0].may_be_local && facts.times[1].may_be_local);
  EXPECT_EQ(clip_facts("ab", manifest, nullptr, 1).media_us, 0);
}

TEST(Facts, OfAReportOnlyWhatTellsOfTheRecordingIsTaken) {
  evidence::Report report;
  for (const char* source : {"mvhd:modification", "suep", "mdhd:modification", "cstb"}) {
    evidence::RawTime& time = *report.add_times();
    time.set_source(source);
    time.set_unix_us(0);
    time.set_media_us(5);
  }
  report.add_times()->set_source("tmcd");
  const ClipFacts facts = clip_facts("ab", {}, &report, kWinter);
  ASSERT_EQ(facts.times.size(), 2U);
  EXPECT_EQ(facts.times[0].source, "cstb");
  EXPECT_EQ(facts.times[0].unix_us, 0) << "1970 is a time, too";
  EXPECT_EQ(facts.times[0].at_media_us, 5);
  EXPECT_FALSE(facts.times[1].unix_us);
  EXPECT_FALSE(facts.times[1].at_media_us);
}

TEST(Facts, SecondsOfGpsAreReadAsUtc) {
  evidence::RawTime found;
  found.set_source("camm:6");
  found.set_value("1458781217.25 GPS seconds");
  EXPECT_EQ(file_time(found).unix_us, (315'964'800 + 1'458'781'217 - 18) * kSecondUs + 250'000);
  EXPECT_TRUE(file_time(found).satellite);
  for (const char* text : {"GPS seconds", " GPS seconds", "1e99 GPS seconds", "-1 GPS seconds",
                           "12x GPS seconds", "nan GPS seconds", "12 s"}) {
    found.set_value(text);
    EXPECT_FALSE(file_time(found).unix_us) << text;
  }
}

TEST(Facts, ATrackTellsSomeOfItsTimesFromFirstToLast) {
  evidence::Report report;
  evidence::PositionTrack& track = *report.add_tracks();
  track.set_source("nmea:RMC");
  for (int i = 0; i < 1000; ++i) {
    evidence::RawPosition& position = *track.add_positions();
    if (i % 2 == 0) position.set_unix_us(kWinter + i * kSecondUs);
    position.set_media_us(i * kSecondUs);
  }
  evidence::PositionTrack& local = *report.add_tracks();
  local.set_source("LigoGPS");
  local.add_positions()->set_time("2026-01-15 12:00:00");
  const ClipFacts facts = clip_facts("ab", {}, &report, kWinter);
  ASSERT_EQ(facts.times.size(), 33U);
  EXPECT_EQ(facts.times.front().unix_us, kWinter);
  EXPECT_EQ(facts.times[31].unix_us, kWinter + 998 * kSecondUs);
  EXPECT_EQ(facts.times[31].at_media_us, 998 * kSecondUs);
  EXPECT_TRUE(facts.times[31].satellite && !facts.times[31].may_be_local);
  EXPECT_EQ(facts.times[32].value, "2026-01-15 12:00:00");
  EXPECT_FALSE(facts.times[32].unix_us);
  EXPECT_TRUE(facts.times[32].satellite && facts.times[32].may_be_local);
}

}  // namespace
}  // namespace hansom::timeline
