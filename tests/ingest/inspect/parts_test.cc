// The pure parts of the inspector: runs and gaps, what times tell, sound spans, damage spans, raw
// times.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <random>
#include <vector>

#include "ingest/inspect/inspector/damage_log.h"
#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/raw_time.h"
#include "ingest/inspect/inspector/sound_meter.h"
#include "ingest/inspect/inspector/time_findings.h"
#include "ingest/inspect/inspector/timeline.h"

namespace hansom::ingest {
namespace {

std::vector<std::int64_t> even(std::int64_t first, std::int64_t spacing, std::size_t count) {
  std::vector<std::int64_t> times(count);
  for (std::size_t i = 0; i < count; ++i) {
    times[i] = first + spacing * static_cast<std::int64_t>(i);
  }
  return times;
}

TEST(Timeline, NothingHasNoRuns) {
  EXPECT_TRUE(timeline_runs({}, 10).empty());
  EXPECT_TRUE(timeline_gaps({}, 10).empty());
}

TEST(Timeline, OneHourOfEvenPacketsIsOneRun) {
  const auto runs = timeline_runs(even(120, 40'000, 90'000), 10);
  ASSERT_EQ(runs.size(), 1);
  EXPECT_EQ(runs[0], (TimelineRun{120, 40'000, 90'000}));
}

TEST(Timeline, MatroskasMillisecondsAreOneRun) {
  std::vector<std::int64_t> times(3000);
  for (std::size_t i = 0; i < times.size(); ++i) {
    times[i] = static_cast<std::int64_t>(i) * 1001 / 30 * 1000;
  }
  EXPECT_LE(timeline_runs(times, 10).size(), 2);
}

TEST(Timeline, EveryPacketIsWithinTheTolerance) {
  std::mt19937 random(7);
  std::vector<std::int64_t> times;
  std::int64_t at = -5'000'000;
  for (int i = 0; i < 5000; ++i) {
    times.push_back(at);
    at += random() % 50 == 0 ? static_cast<std::int64_t>(random() % 3'000'000) : 40'000;
  }
  std::size_t i = 0;
  for (const TimelineRun& run : timeline_runs(times, 100'000)) {
    for (std::uint64_t k = 0; k < run.packets; ++k, ++i) {
      const std::int64_t told = run.first_us + static_cast<std::int64_t>(k) * run.spacing_us;
      ASSERT_LE(std::abs(told - times[i]), kTimelineToleranceUs) << i;
    }
  }
  EXPECT_EQ(i, times.size());
}

TEST(Timeline, RunsStayUnderTheirBoundAndCoverAll) {
  std::mt19937 random(8);
  std::vector<std::int64_t> times(5000);
  std::int64_t at = 0;
  for (auto& time : times) time = at += static_cast<std::int64_t>(random() % 90'000);
  const auto runs = timeline_runs(times, 16);
  EXPECT_LE(runs.size(), 16);
  const auto total = std::accumulate(runs.begin(), runs.end(), std::uint64_t{0},
                                     [](auto sum, const auto& run) { return sum + run.packets; });
  EXPECT_EQ(total, times.size());
}

TEST(Timeline, AGapIsWhatIsMissing) {
  std::vector<std::int64_t> times = even(0, 40'000, 50);
  const std::vector<std::int64_t> rest = even(7'000'000, 40'000, 50);
  times.insert(times.end(), rest.begin(), rest.end());
  const auto gaps = timeline_gaps(times, 10);
  ASSERT_EQ(gaps.size(), 1);
  EXPECT_EQ(gaps[0], (TimelineGap{2'000'000, 7'000'000}));
  EXPECT_TRUE(timeline_gaps(times, 0).empty());
}

TEST(Timeline, OnePictureASecondHasNoGaps) {
  EXPECT_TRUE(timeline_gaps(even(0, 1'000'000, 60), 10).empty());
}

TEST(TimeFindings, FramesThatAnEvenRateWouldHaveAreDropped) {
  std::vector<std::int64_t> times = even(0, 40'000, 100);
  times.erase(times.begin() + 50, times.begin() + 52);
  const auto found = find_dropped(times, 0);
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].start_us, 50 * 40'000);
  EXPECT_EQ(found[0].end_us, 52 * 40'000);
  EXPECT_DOUBLE_EQ(found[0].measure, 2);
  EXPECT_TRUE(find_gaps(times, 0).empty()) << "too short for a gap";
  EXPECT_TRUE(find_dropped(even(0, 40'000, 100), 0).empty());
  EXPECT_TRUE(find_dropped({}, 0).empty());
}

TEST(TimeFindings, AVariableRateDropsNothing) {
  std::vector<std::int64_t> times;
  times.reserve(300);
  std::int64_t at = 0;
  for (int i = 0; i < 300; ++i) times.push_back(at += i % 3 == 0 ? 80'000 : 40'000);
  EXPECT_TRUE(find_dropped(times, 0).empty());
}

TEST(TimeFindings, AStreamThatEndsBeforeItsClaimIsShort) {
  const auto times = even(0, 40'000, 100);  // four seconds
  EXPECT_FALSE(find_short(times, 0, {4'500'000, 0.9, true}));
  const auto found = find_short(times, 0, {10'000'000, 0.9, true});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, "picture_short");
  EXPECT_EQ(found->start_us, 4'000'000);
  EXPECT_EQ(found->end_us, 10'000'000);
  EXPECT_EQ(find_short({}, 0, {10'000'000, 0.9, false})->kind, "sound_short");
  EXPECT_FALSE(find_short(times, 0, {0, 0.9, true}));
  EXPECT_FALSE(find_short(times, 0, {kClipTimeUsMax + 1, 0.9, true}));
}

void add_tone(SoundMeter& meter, std::int64_t start_us, std::int64_t end_us, double amplitude) {
  constexpr std::uint32_t kRate = 8000;
  const auto samples = static_cast<std::size_t>((end_us - start_us) * kRate / 1'000'000);
  meter.add({start_us, kRate, samples, 1}, [amplitude](std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) {
      const double value =
          amplitude * std::sin(2 * std::numbers::pi * 400 * static_cast<double>(i) / kRate);
      sum += value * value;
    }
    return sum;
  });
}

TEST(SoundMeter, AToneIsASpanOfItsLevel) {
  SoundMeter meter;
  add_tone(meter, 0, 1'000'000, 0);
  add_tone(meter, 1'000'000, 2'000'000, 1.0);
  add_tone(meter, 2'000'000, 3'000'000, 0.0009);  // -63.9 dBFS: silence
  const auto spans = meter.spans(10);
  ASSERT_EQ(spans.size(), 1);
  EXPECT_EQ(spans[0].start_us, 1'000'000);
  EXPECT_EQ(spans[0].end_us, 2'000'000);
  EXPECT_NEAR(spans[0].level_dbfs, -3.01, 0.05);
}

TEST(SoundMeter, ShortSilencesDoNotEndASpan) {
  SoundMeter meter;
  add_tone(meter, 0, 500'000, 0.5);
  add_tone(meter, 800'000, 1'000'000, 0.5);    // after 300 ms
  add_tone(meter, 1'400'000, 2'000'000, 0.5);  // after 400 ms
  EXPECT_EQ(meter.spans(10).size(), 2);
}

TEST(SoundMeter, TooManySpansAreBridged) {
  SoundMeter meter;
  for (std::int64_t i = 0; i < 100; ++i) {
    add_tone(meter, i * 1'000'000, i * 1'000'000 + 200'000, 0.5);
  }
  EXPECT_EQ(meter.spans(100).size(), 100);
  EXPECT_LE(meter.spans(99).size(), 99);
  EXPECT_EQ(meter.spans(1).size(), 1);
}

TEST(SoundMeter, TimesBeforeTheStartAndBackwardsAreKept) {
  SoundMeter meter;
  add_tone(meter, 5'000'000, 6'000'000, 0.5);
  add_tone(meter, -1'000'000, -500'000, 0.5);
  const auto spans = meter.spans(10);
  ASSERT_EQ(spans.size(), 2);
  EXPECT_EQ(spans[0].start_us, -1'000'000);
  EXPECT_EQ(spans[0].end_us, -500'000);
}

TEST(SoundMeter, SilencesAreWhatIsLeftOfTheStream) {
  SoundMeter meter;
  add_tone(meter, 0, 3'000'000, 0);
  add_tone(meter, 3'000'000, 4'000'000, 0.5);
  add_tone(meter, 4'000'000, 5'000'000, 0);  // too short to be told
  add_tone(meter, 5'000'000, 6'000'000, 0.5);
  add_tone(meter, 6'000'000, 9'000'000, 0.0005);    // -69 dBFS
  add_tone(meter, 20'000'000, 22'500'000, 0.0005);  // and nothing at all between
  const auto silences = meter.silences(meter.spans(10));
  ASSERT_EQ(silences.size(), 3);
  EXPECT_EQ(silences[0].start_us, 0);
  EXPECT_EQ(silences[0].end_us, 3'000'000);
  EXPECT_DOUBLE_EQ(silences[0].level_dbfs, -120);
  EXPECT_EQ(silences[1].start_us, 6'000'000);
  EXPECT_EQ(silences[1].end_us, 9'000'000);
  EXPECT_NEAR(silences[1].level_dbfs, -69, 0.1);
  EXPECT_EQ(silences[2].start_us, 20'000'000);
}

TEST(SoundMeter, NonsenseIsIgnored) {
  SoundMeter meter;
  const auto never = [](std::size_t, std::size_t) -> double { throw std::logic_error("called"); };
  meter.add({0, 0, 100, 1}, never);
  meter.add({0, 8000, 100, 0}, never);
  meter.add({0, 8000, 0, 1}, never);
  EXPECT_TRUE(meter.spans(10).empty());
}

TEST(DamageLog, NeighboursAreOneSpan) {
  DamageLog log;
  log.add({1, "decode_error", 0, 40'000, 1});
  log.add({2, "decode_error", 500'000, 540'000, 1});
  log.add({1, "decode_error", 900'000, 940'000, 1});
  log.add({1, "decode_error", 9'000'000, 9'040'000, 1});
  ASSERT_EQ(log.spans().size(), 3);
  EXPECT_EQ(log.spans()[0].count, 2);
  EXPECT_EQ(log.spans()[0].end_us, 940'000);
  EXPECT_EQ(log.count(), 4);
}

TEST(DamageLog, StaysUnderItsBound) {
  DamageLog log;
  for (std::int64_t i = 0; i < 5000; ++i)
    log.add({0, "decode_error", i * 5'000'000, i * 5'000'000, 1});
  EXPECT_EQ(log.spans().size(), kSpansMax);
  EXPECT_EQ(log.count(), 5000);
}

TEST(RawTime, ReadsWhatStatesItsZone) {
  EXPECT_EQ(read_utc_us("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(read_utc_us("2019-07-24T11:25:40+0300"), 1'563'956'740'000'000);
  EXPECT_EQ(read_utc_us("2019-07-24T11:25:40+03:00"), 1'563'956'740'000'000);
  EXPECT_EQ(read_utc_us("2021-08-02T09:42:15.000000Z"), 1'627'897'335'000'000);
  EXPECT_EQ(read_utc_us("2021:08:02 09:42:15.25 -01:30"), 1'627'902'735'250'000);
}

TEST(RawTime, ReadsNothingElse) {
  for (const char* text :
       {"", "2012:09:10 20:52:00", "Mon Sep 10 20:52:00 2012", "2021-13-02T09:42:15Z",
        "2021-02-30T09:42:15Z", "2021-08-02T24:42:15Z", "2021-08-02T09:42:15Zx", "04:25:50;00",
        "2021-08-02T09:42:15+99:00", "2021-08-02T09:42", "99999-08-02T09:42:15Z"}) {
    EXPECT_FALSE(read_utc_us(text)) << text;
  }
}

TEST(RawTime, KnowsItsTags) {
  EXPECT_TRUE(is_time_tag("creation_time"));
  EXPECT_TRUE(is_time_tag("DATE_UTC"));
  EXPECT_TRUE(is_time_tag("com.apple.quicktime.creationdate"));
  EXPECT_FALSE(is_time_tag("encoder"));
  EXPECT_FALSE(is_time_tag(""));
}

TEST(RawTime, TextIsMadePrintable) {
  EXPECT_EQ(printable("a\x01z\n", 10), "a?z?");
  EXPECT_EQ(printable("Z\xc3\xbcrich", 10), "Z\xc3\xbcrich");
  EXPECT_EQ(printable("Z\xc3\xbcrich", 2), "Z");
  EXPECT_EQ(printable("\xff\xc0\xaf\xed\xa0\x80\xf5", 20), "???????");
  EXPECT_EQ(printable("\xc3", 20), "?");
  EXPECT_EQ(printable("abc", 0), "");
}

}  // namespace
}  // namespace hansom::ingest
