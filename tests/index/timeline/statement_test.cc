// The statement on a clock, word for word: fast, slow, right, unknown, changed in the middle.
#include "index/timeline/statement.h"

#include <gtest/gtest.h>

#include "tests/index/timeline/unit_maker.h"

namespace hansom::timeline {
namespace {

using test::at;
using test::london;
using test::receiver;
using test::UnitMaker;

constexpr auto kGnss = evidence::CLOCK_STATE_GNSS;
constexpr auto kManual = evidence::CLOCK_STATE_MANUAL;
const std::int64_t kWinter = at("2026-01-15T12:00:00Z");

TEST(Statement, SaysHowWrongAClockIs) {
  EXPECT_EQ(error_text({190'500'000, 193'500'000}), "00:03:12 fast, plus or minus 2 s");
  EXPECT_EQ(error_text({-193'500'000, -190'500'000}), "00:03:12 slow, plus or minus 2 s");
  EXPECT_EQ(error_text({-1'500'000, 1'500'000}), "right, plus or minus 2 s");
  EXPECT_EQ(error_text({-500'000, 2'500'000}), "right, plus or minus 3 s");
  EXPECT_EQ(error_text({0, 0}), "right, plus or minus 0 s");
  EXPECT_EQ(error_text({8 * kHourUs - kMinuteUs, 8 * kHourUs + 9 * kMinuteUs}),
            "08:04:00 fast, plus or minus 00:05:00");
  EXPECT_EQ(error_text({-26 * kHourUs, -26 * kHourUs}), "1 day 02:00:00 slow, plus or minus 0 s");
  // What is stated holds all of it: 10.4 s to 10.6 s is not "10 s, plus or minus 0 s".
  EXPECT_EQ(error_text({10'400'000, 10'600'000}), "00:00:11 fast, plus or minus 1 s");
}

TEST(Statement, FastOnADayOfTwoOffsets) {
  UnitMaker unit;
  for (const char* start : {"2026-10-25T00:10:00Z", "2026-10-25T01:10:00Z"}) {
    unit.clip(at(start), 192 * kSecondUs, kManual).times.push_back(receiver(at(start)));
  }
  EXPECT_EQ(offset_statement(unit.fused(), london()),
            "Unit taxi-17, channel 1.\n"
            "On 25 October 2026, from 01:10:00 BST (UTC+01:00) to 01:11:00 GMT (UTC+00:00), the "
            "recorder's clock was 00:03:12 fast, plus or minus 2 s (2 clips: satellite time in "
            "2).\n");
}

TEST(Statement, SlowOverSeveralDays) {
  UnitMaker unit;
  for (const char* start : {"2026-01-15T12:00:00Z", "2026-01-17T12:00:00Z"}) {
    unit.clip(at(start), -45 * kSecondUs, kManual).times.push_back(receiver(at(start)));
  }
  EXPECT_EQ(offset_statement(unit.fused(), london()),
            "Unit taxi-17, channel 1.\n"
            "From 15 January 2026, 12:00:00 GMT (UTC+00:00), to 17 January 2026, 12:01:00 GMT "
            "(UTC+00:00), the recorder's clock was 00:00:45 slow, plus or minus 2 s (2 clips: "
            "satellite time in 2).\n");
}

TEST(Statement, HowMuchAClockGains) {
  UnitMaker unit;
  for (const std::int64_t day : {0, 10}) {
    const std::int64_t start = kWinter + day * kDayUs;
    unit.clip(start, day * kSecondUs, kManual).times.push_back(receiver(start));
  }
  const FusedClock clock = unit.fused();
  const auto all = stretches(clock);
  ASSERT_EQ(all.size(), 2U);  // ten seconds apart: not one error
  EXPECT_EQ(gain_ppb(clock, all[0]), std::nullopt);
  // Taken as one: ten seconds in ten days, within three.
  const auto gain = gain_ppb(clock, {0, 1, {}, true});
  ASSERT_TRUE(gain.has_value());
  EXPECT_TRUE(gain->holds(11'574)) << gain->lo << " " << gain->hi;
  EXPECT_LE(gain->width(), 7'000);
  EXPECT_EQ(gain_ppb(clock, {0, 1, {}, false}), std::nullopt);
}

TEST(Statement, AroundAMomentOnlyItsStretch) {
  UnitMaker unit;
  for (const std::int64_t hour : {0, 1, 2}) {
    const std::int64_t start = kWinter + hour * kHourUs;
    unit.clip(start, hour * kMinuteUs, kManual).times.push_back(receiver(start));
  }
  const FusedClock clock = unit.fused();
  ASSERT_EQ(stretches(clock).size(), 3U);
  const auto numbers = [&](std::int64_t minute) {
    const std::int64_t us = kWinter + minute * kMinuteUs;
    std::vector<std::uint64_t> all;
    for (const FusedClip& clip : during(clock, {{us, us}}).clips) all.push_back(clip.number);
    return all;
  };
  using Numbers = std::vector<std::uint64_t>;
  EXPECT_EQ(numbers(0), Numbers{1});
  EXPECT_EQ(numbers(60), Numbers{2});
  EXPECT_EQ(numbers(30), (Numbers{1, 2}));  // in none: the one before and the one after
  EXPECT_EQ(numbers(-30), Numbers{1});
  EXPECT_EQ(numbers(500), Numbers{3});
}

TEST(Statement, Right) {
  UnitMaker unit;
  unit.clip(kWinter, 0, kGnss).times.push_back(receiver(kWinter));
  unit.clip(kWinter + kHourUs, 0, kGnss);
  EXPECT_EQ(offset_statement(unit.fused(), london()),
            "Unit taxi-17, channel 1.\n"
            "On 15 January 2026, from 12:00:00 GMT (UTC+00:00) to 13:01:00 GMT (UTC+00:00), the "
            "recorder's clock was right, plus or minus 4 s (2 clips: satellite time in 1; carried "
            "from clips with a proven time: 1).\n");
}

TEST(Statement, Unknown) {
  UnitMaker unit;
  unit.clip(kWinter, at("1970-01-01T00:00:00Z") - kWinter, evidence::CLOCK_STATE_UNSET);
  EXPECT_EQ(offset_statement(unit.fused(), london()),
            "Unit taxi-17, channel 1.\n"
            "From 1 January 2020, 00:00:00 GMT (UTC+00:00), to 15 January 2026, 13:01:00 GMT "
            "(UTC+00:00), how wrong the recorder's clock was is not known, and the times it told "
            "are not used (1 clip: order and arrival alone in 1).\n"
            "Found: a clock that was never set: it counts from an epoch (dead_clock, 1 clip).\n");
  UnitMaker word_only;
  word_only.clip(kWinter, 0, kManual, kDayUs);
  const std::string text = offset_statement(word_only.fused(), london());
  EXPECT_NE(text.find("is not known; from 01:15:01 slow to 01:15:01 fast is possible (1 clip: the "
                      "clock's own word in 1)."),
            std::string::npos)
      << text;
}

TEST(Statement, AChangeInTheMiddle) {
  UnitMaker unit;
  for (int i = 0; i < 4; ++i) {
    const std::int64_t start = kWinter + i * kHourUs;
    unit.clip(start, i < 2 ? 192 * kSecondUs : -kMinuteUs, kManual)
        .times.push_back(receiver(start));
  }
  EXPECT_EQ(offset_statement(unit.fused(), london()),
            "Unit taxi-17, channel 1.\n"
            "On 15 January 2026, from 12:00:00 GMT (UTC+00:00) to 13:01:00 GMT (UTC+00:00), the "
            "recorder's clock was 00:03:12 fast, plus or minus 2 s (2 clips: satellite time in "
            "2).\n"
            "Between 2026-01-15 13:01:00 GMT (UTC+00:00) and 2026-01-15 14:00:00 GMT (UTC+00:00) "
            "it was put back by 00:04:12, plus or minus 3 s.\n"
            "On 15 January 2026, from 14:00:00 GMT (UTC+00:00) to 15:01:00 GMT (UTC+00:00), the "
            "recorder's clock was 00:01:00 slow, plus or minus 2 s (2 clips: satellite time in "
            "2).\n"
            "Found: the clock was changed (step, 1 clip).\n");
}

TEST(Statement, WithoutClips) {
  FusedClock clock;
  clock.unit = "taxi-17";
  EXPECT_EQ(offset_statement(clock, london()),
            "Unit taxi-17, channel 0.\nNo clip of it is known, so nothing is of its clock.\n");
}

}  // namespace
}  // namespace hansom::timeline
