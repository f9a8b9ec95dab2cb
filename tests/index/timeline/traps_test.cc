// Each named trap, as it comes out of fuse(): named, and the truth held.
#include <gtest/gtest.h>

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
constexpr auto kNtp = evidence::CLOCK_STATE_NTP;
constexpr auto kManual = evidence::CLOCK_STATE_MANUAL;
constexpr auto kUnset = evidence::CLOCK_STATE_UNSET;
const std::int64_t kSummer = at("2026-07-01T12:00:00Z");
const std::int64_t kWinter = at("2026-01-15T12:00:00Z");

TEST(Traps, LocalTimeMarkedUtcIsSeenByAReceiver) {
  UnitMaker unit;
  unit.clip(kSummer, kHourUs, kGnss).times.push_back(receiver(kSummer));
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(found(clip, Trap::kLocalMarkedUtc)) << findings(clip);
  EXPECT_TRUE(clip.start.holds(kSummer));
  EXPECT_LE(clip.uncertainty_us(), 2 * kSecondUs);
  EXPECT_EQ(clip.method, Method::kSatellite);
}

TEST(Traps, LocalTimeMarkedUtcIsSeenByArrivals) {
  UnitMaker unit;
  for (int i = 0; i < 6; ++i) {
    unit.clip(kSummer + i * kHourUs, kHourUs, kNtp, i == 3 ? 5 * kHourUs : 20 * kSecondUs);
  }
  for (const FusedClip& clip : unit.fused().clips) {
    EXPECT_TRUE(found(clip, Trap::kLocalMarkedUtc)) << findings(clip);
    EXPECT_EQ(clip.method, Method::kArrivals);
    EXPECT_LE(clip.uncertainty_us(), 3 * kSecondUs);
  }
}

TEST(Traps, ADisciplinedClockThatNothingConfirmsMayBeLocal) {
  UnitMaker unit;
  unit.clip(kSummer, 0, kNtp, 9 * kHourUs);
  unit.clip(kWinter, 0, kNtp, 9 * kHourUs);
  const auto clips = unit.fused().clips;
  // In summer an hour's doubt, in winter none.
  EXPECT_TRUE(clips[0].start.holds(kSummer) && clips[0].start.holds(kSummer - kHourUs));
  EXPECT_TRUE(found(clips[0], Trap::kUnproven));
  EXPECT_LE(clips[1].uncertainty_us(), 2 * kSecondUs);
}

TEST(Traps, AReceiversTimeInLocalTimeLeavesBoth) {
  UnitMaker unit;
  unit.clip(kSummer, 0, kGnss, 9 * kHourUs).times.push_back(receiver(kSummer + kHourUs));
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(found(clip, Trap::kLocalMarkedUtc)) << findings(clip);
  EXPECT_TRUE(clip.start.holds(kSummer) && clip.start.holds(kSummer + kHourUs));
}

TEST(Traps, ACamerasBlockOfPositionsMayBeInLocalTimeThroughout) {
  // The clock and the block beside it agree: both may be local time.
  UnitMaker unit;
  ClipFacts& facts = unit.clip(kSummer, kHourUs, kManual, 9 * kHourUs);
  facts.times.push_back(receiver(kSummer + kHourUs));
  facts.times.back().may_be_local = true;
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(clip.start.holds(kSummer) && clip.start.holds(kSummer + kHourUs));
  EXPECT_LE(clip.start.width(), kHourUs + 4 * kSecondUs);
}

TEST(Traps, EightHoursOff) {
  UnitMaker unit;
  for (int i = 0; i < 6; ++i) unit.clip(kWinter + i * kHourUs, 8 * kHourUs, kGnss, 30 * kSecondUs);
  for (const FusedClip& clip : unit.fused().clips) {
    EXPECT_TRUE(found(clip, Trap::kEightHours)) << findings(clip);
    EXPECT_TRUE(clip.start.holds(clip.told_us - 8 * kHourUs));
    EXPECT_LE(clip.uncertainty_us(), 3 * kSecondUs);
  }
  UnitMaker with_receiver;
  with_receiver.clip(kWinter, 8 * kHourUs, kManual, kDayUs).times.push_back(receiver(kWinter));
  EXPECT_TRUE(found(with_receiver.fused().clips[0], Trap::kEightHours));
}

TEST(Traps, OneSecondOff) {
  UnitMaker unit;
  for (int i = 0; i < 4; ++i) {
    const std::int64_t start = kWinter + i * kHourUs;
    unit.clip(start, -kSecondUs, kGnss).times.push_back(receiver(start));
  }
  for (const FusedClip& clip : unit.fused().clips) {
    EXPECT_TRUE(found(clip, Trap::kOneSecond)) << findings(clip);
    EXPECT_TRUE(clip.start.holds(clip.told_us + kSecondUs));
  }
  UnitMaker right;
  for (int i = 0; i < 4; ++i) {
    const std::int64_t start = kWinter + i * kHourUs;
    right.clip(start, 0, kGnss).times.push_back(receiver(start));
  }
  for (const FusedClip& clip : right.fused().clips) EXPECT_TRUE(clip.findings.empty());
}

TEST(Traps, DeadClocksLieBetweenTheirNeighbours) {
  for (const char* epoch : {"1970-01-01T00:03:00Z", "1980-01-06T00:03:00Z", "2000-01-01T08:00:00Z",
                            "2016-01-01T00:00:30Z"}) {
    UnitMaker unit;
    unit.clip(kWinter, 0, kGnss).times.push_back(receiver(kWinter));
    const std::int64_t start = kWinter + 2 * kHourUs;
    unit.clip(start, at(epoch) - start, kManual, kDayUs)
        .times.push_back(written("mvhd", at(epoch) + kMinuteUs));
    const std::int64_t after = kWinter + 3 * kHourUs;
    unit.clip(after, 0, kGnss, kDayUs).times.push_back(receiver(after));
    const FusedClip clip = unit.fused().clips[1];
    EXPECT_TRUE(found(clip, Trap::kDeadClock)) << epoch;
    EXPECT_EQ(clip.method, Method::kOrder) << epoch;
    EXPECT_TRUE(clip.start.holds(start)) << epoch;
    EXPECT_LE(clip.start.width(), 3 * kHourUs + 5 * kSecondUs) << epoch;
  }
}

TEST(Traps, AnUnsetClockIsNotBelievedWhateverItTells) {
  UnitMaker unit;
  unit.clip(kWinter, -3 * kDayUs, kUnset, 40 * kSecondUs);
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_EQ(clip.method, Method::kOrder);
  EXPECT_TRUE(clip.start.holds(kWinter));
  EXPECT_LE(clip.start.hi, kWinter + 42 * kSecondUs);
}

TEST(Traps, WeekRolloverOfAReceiver) {
  for (const std::int64_t weeks : {1024, 2048}) {
    UnitMaker unit;
    unit.clip(kWinter, 5 * kMinuteUs, kManual).times.push_back(receiver(kWinter - weeks * kWeekUs));
    const FusedClip clip = unit.fused().clips[0];
    EXPECT_TRUE(found(clip, Trap::kWeekRollover)) << findings(clip);
    EXPECT_TRUE(clip.start.holds(kWinter));
    EXPECT_LE(clip.uncertainty_us(), 2 * kSecondUs);
  }
}

TEST(Traps, WeekRolloverOfTheUnitsClock) {
  UnitMaker unit;
  unit.clip(kWinter, -1024 * kWeekUs, kGnss);
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(found(clip, Trap::kWeekRollover)) << findings(clip);
  EXPECT_TRUE(clip.start.holds(kWinter));
  EXPECT_LE(clip.uncertainty_us(), 2 * kSecondUs);
}

TEST(Traps, LeapSeconds) {
  UnitMaker unit;
  unit.clip(kWinter, 18 * kSecondUs, kGnss).times.push_back(receiver(kWinter));
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(found(clip, Trap::kLeapSeconds)) << findings(clip);
  // Either the unit or its receiver told GPS time: both stay.
  EXPECT_TRUE(clip.start.holds(kWinter) && clip.start.holds(kWinter + 18 * kSecondUs));
  EXPECT_LE(clip.start.width(), 25 * kSecondUs);
  EXPECT_EQ(gps_ahead_us(at("2026-01-01T00:00:00Z")), 18 * kSecondUs);
  EXPECT_EQ(gps_ahead_us(at("2016-12-31T23:59:59Z")), 17 * kSecondUs);
  EXPECT_EQ(gps_ahead_us(at("2012-06-30T23:59:59Z")), 15 * kSecondUs);
}

TEST(Traps, DstStepsAreNamed) {
  const std::int64_t change = at("2026-10-25T01:00:00Z");
  UnitMaker unit;
  for (int i = -3; i < 3; ++i) {
    const std::int64_t start = change + i * (6 * kHourUs) + kHourUs;
    unit.clip(start, start < change ? kHourUs : 0, kManual).times.push_back(receiver(start));
  }
  const auto clips = unit.fused().clips;
  EXPECT_TRUE(found(clips[3], Trap::kDstStep)) << findings(clips[3]);
  EXPECT_FALSE(found(clips[2], Trap::kDstStep));
  // Put back outside of it, it is a step like any other.
  UnitMaker by_hand;
  for (int i = 0; i < 4; ++i) {
    const std::int64_t start = kSummer + i * kHourUs;
    by_hand.clip(start, i < 2 ? 0 : kHourUs, kManual).times.push_back(receiver(start));
  }
  const auto stepped = by_hand.fused().clips;
  EXPECT_TRUE(found(stepped[2], Trap::kStep)) << findings(stepped[2]);
  EXPECT_FALSE(found(stepped[2], Trap::kDstStep));
}

TEST(Traps, NetworkTimeThatEndsAtAChangeOfDst) {
  const std::int64_t change = at("2026-10-25T01:00:00Z");
  UnitMaker unit;
  for (int i = -4; i < 4; ++i) {
    const std::int64_t start = change + i * (3 * kHourUs) + kHourUs;
    // Local summer time by NTP; afterwards it runs on, an hour ahead of what it means to show.
    ClipFacts& clip = unit.clip(start, kHourUs, i < 0 ? kNtp : kManual);
    if (i % 2 == 0) clip.times.push_back(receiver(start));
  }
  const auto clips = unit.fused().clips;
  EXPECT_TRUE(found(clips[4], Trap::kNtpLostAtDst)) << findings(clips[4]);
  for (std::size_t i = 0; i < clips.size(); ++i) {
    const auto start = change + (static_cast<std::int64_t>(i) - 4) * 3 * kHourUs + kHourUs;
    EXPECT_TRUE(clips[i].start.holds(start)) << i;
  }
}

TEST(Traps, TwoDigitYears) {
  UnitMaker unit;
  ClipFacts& clip = unit.clip(kWinter, 0, kGnss);
  clip.times.push_back(receiver(kWinter));
  clip.times.push_back(written("jt808", "260115120000"));
  const FusedClip fused = unit.fused().clips[0];
  EXPECT_TRUE(found(fused, Trap::kTwoDigitYear)) << findings(fused);
  EXPECT_FALSE(found(fused, Trap::kContradiction));
  // A century too many.
  UnitMaker late;
  late.clip(kWinter, at("2126-01-15T12:00:00Z") - kWinter, kManual, kDayUs);
  const FusedClip mended = late.fused().clips[0];
  EXPECT_TRUE(found(mended, Trap::kTwoDigitYear)) << findings(mended);
  EXPECT_TRUE(mended.start.holds(kWinter));
}

TEST(Traps, TheFold) {
  // 01:30 on 25 October 2026, written without a zone: both instants agree with a file that has it.
  for (const char* truth : {"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"}) {
    UnitMaker unit;
    ClipFacts& clip = unit.clip(at(truth), 0, kGnss);
    clip.times.push_back(receiver(at(truth)));
    clip.times.push_back(written("file_name", "20261025_013000"));
    const FusedClip fused = unit.fused().clips[0];
    EXPECT_TRUE(found(fused, Trap::kFold)) << findings(fused);
    EXPECT_FALSE(found(fused, Trap::kContradiction));
    EXPECT_TRUE(fused.start.holds(at(truth)));
  }
  // A unit that tells local time as UTC: within the hour that comes twice, an hour's doubt.
  UnitMaker local;
  for (int i = 0; i < 6; ++i) {
    local.clip(at("2026-10-24T12:00:00Z") + i * kHourUs, kHourUs, kNtp, 20 * kSecondUs);
  }
  const std::int64_t second = at("2026-10-25T01:30:00Z");
  local.clip(second, 0, kNtp, 20 * kSecondUs);
  const FusedClip last = local.fused().clips[6];
  EXPECT_TRUE(found(last, Trap::kFold)) << findings(last);
  EXPECT_TRUE(last.start.holds(second));
}

TEST(Traps, BeforeTheBirthOfTheProduct) {
  UnitMaker unit;
  unit.clip(kWinter, at("2018-05-01T00:00:00Z") - kWinter, kManual);
  const FusedClip clip = unit.fused().clips[0];
  EXPECT_TRUE(found(clip, Trap::kBeforeBirth)) << findings(clip);
  EXPECT_EQ(clip.method, Method::kOrder);
  EXPECT_TRUE(clip.start.holds(kWinter));
}

TEST(Traps, EveryTrapHasItsWords) {
  for (int i = 0; i <= static_cast<int>(Trap::kUnproven); ++i) {
    EXPECT_FALSE(word(static_cast<Trap>(i)).empty()) << i;
    EXPECT_FALSE(meaning(static_cast<Trap>(i)).empty()) << i;
  }
}

}  // namespace
}  // namespace hansom::timeline
