// What is stated anew and what stays; windows over a unit with many clips.
#include "index/clocks/reckon.h"

#include <set>

#include <gtest/gtest.h>

#include "index/catalogue/catalogue.h"
#include "index/retention/retention.h"
#include "tests/support/rules_test.h"

namespace hansom::clocks {
namespace {

using test::ClipSpec;
using test::kSecondUs;
using test::kStartUs;

const timeline::Zone& london() {
  static const timeline::Zone zone = timeline::Zone::find(timeline::kDefaultZone).value();
  return zone;
}

evidence::TrueTime time_of(std::int64_t start_s, std::int64_t width_s, std::string method,
                           const std::vector<std::string>& traps = {}) {
  evidence::TrueTime time;
  time.set_earliest_start_us(kStartUs + start_s * kSecondUs);
  time.set_latest_start_us(kStartUs + (start_s + width_s) * kSecondUs);
  time.set_earliest_end_us(kStartUs + (start_s + 60) * kSecondUs);
  time.set_latest_end_us(kStartUs + (start_s + width_s + 60) * kSecondUs);
  time.set_method(std::move(method));
  for (const std::string& trap : traps) time.add_findings()->set_trap(trap);
  return time;
}

TEST(MustRestate, WhatLiesWithinAndSaysTheSameStays) {
  const auto stated = time_of(0, 100, "carried", {"step"});
  EXPECT_FALSE(must_restate(stated, stated, {}));
  EXPECT_FALSE(must_restate(stated, time_of(10, 80, "carried", {"step"}), {}));
  auto other_amount = stated;
  other_amount.mutable_findings(0)->set_amount_us(5);
  EXPECT_FALSE(must_restate(stated, other_amount, {}));
}

TEST(MustRestate, WhatIsOutsideNarrowerOrOtherIsStated) {
  const auto stated = time_of(0, 100, "carried", {"step"});
  EXPECT_TRUE(must_restate(stated, time_of(-1, 50, "carried", {"step"}), {}));
  EXPECT_TRUE(must_restate(stated, time_of(50, 51, "carried", {"step"}), {}));
  EXPECT_TRUE(must_restate(stated, time_of(10, 75, "carried", {"step"}), {}));
  EXPECT_TRUE(must_restate(stated, time_of(0, 100, "between", {"step"}), {}));
  EXPECT_TRUE(must_restate(stated, time_of(0, 100, "carried", {"step", "fold"}), {}));
  auto other_source = stated;
  other_source.mutable_findings(0)->set_about("mvhd");
  EXPECT_TRUE(must_restate(stated, other_source, {}));
  auto later_end = stated;
  later_end.set_latest_end_us(stated.latest_end_us() + 1);
  EXPECT_TRUE(must_restate(stated, later_end, {}));
  const auto instant = time_of(0, 0, "carried");
  EXPECT_FALSE(must_restate(instant, instant, {}));
}

TEST(MustRestate, WhatIsOnlyLessSureSinceClipsAreGoneStays) {
  const auto stated = time_of(10, 10, "between");
  const auto weaker = time_of(0, 100, "told", {"unproven"});
  EXPECT_TRUE(must_restate(stated, weaker, {}));
  EXPECT_FALSE(must_restate(stated, weaker, {.clips_destroyed = true}));
  EXPECT_TRUE(must_restate(stated, weaker, {.clips_destroyed = true, .corrected = true}));
  // A contradiction is more than less sure.
  EXPECT_TRUE(must_restate(stated, time_of(0, 100, "between"), {.clips_destroyed = true}));
  EXPECT_TRUE(must_restate(stated, time_of(15, 100, "told"), {.clips_destroyed = true}));
}

class ReckonTest : public test::RulesTest {
 protected:
  // Clip `number` of a free clock that is 100 s fast, a minute every two.
  void accept_clip(std::uint64_t number) {
    ClipSpec spec;
    spec.name = "clip " + std::to_string(number);
    spec.clip_number = number;
    spec.clock = evidence::CLOCK_STATE_MANUAL;
    spec.start_us = truly(number) + 100 * kSecondUs;
    evidence::Record record = test::clip_accepted(spec);
    record.mutable_clip_accepted()->set_started_us(truly(number) + 3600 * kSecondUs);
    accept(record);
  }
  // With a receiver's time in it.
  void inspect(std::uint64_t number) {
    evidence::Record record = test::clip_inspected("clip " + std::to_string(number));
    auto& time = *record.mutable_clip_inspected()->mutable_report()->add_times();
    time.set_source("gps");
    time.set_unix_us(truly(number));
    accept(record);
  }
  static std::int64_t truly(std::uint64_t number) {
    return kStartUs + static_cast<std::int64_t>(number) * 120 * kSecondUs;
  }
  // As the timekeeper does. Returns how many clips were looked at and stated.
  std::pair<std::uint64_t, std::uint64_t> reckon_next() {
    const auto waiting = next_waiting(index_.reader(), "").value();
    EXPECT_TRUE(waiting.has_value());
    if (!waiting) return {};
    std::vector<evidence::ClipTimed> stated;
    std::uint64_t clips = 0;
    EXPECT_TRUE(reckon(index_.reader(), index_.leaves(), *waiting, london(), [&](Reckoned done) {
      clips += done.clips;
      stated.insert(stated.end(), done.stated.begin(), done.stated.end());
      return Status{};
    }));
    const std::uint64_t before = index_.leaves();
    for (evidence::ClipTimed& act : stated) {
      evidence::Record record = record_by_server();
      record.mutable_clip_timed()->Swap(&act);
      accept(record);
    }
    accept(test::unit_timed(waiting->unit, before));
    return {clips, stated.size()};
  }
  [[nodiscard]] evidence::TrueTime time(std::uint64_t number) const {
    return clip("clip " + std::to_string(number)).time();
  }
  [[nodiscard]] bool waits() const { return next_waiting(index_.reader(), "")->has_value(); }
};

TEST_F(ReckonTest, AClipIsStatedFirstAndAgainWhenInspectionTellsMore) {
  accept_clip(1);
  accept_clip(2);
  EXPECT_EQ(reckon_next(), (std::pair<std::uint64_t, std::uint64_t>{2, 2}));
  EXPECT_FALSE(waits());
  EXPECT_EQ(time(1).method(), "told");
  inspect(1);
  EXPECT_TRUE(waits());
  EXPECT_EQ(reckon_next(), (std::pair<std::uint64_t, std::uint64_t>{2, 2}));
  EXPECT_EQ(time(1).method(), "satellite");
  EXPECT_EQ(time(2).method(), "carried");
  for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{2}}) {
    EXPECT_LE(time(number).earliest_start_us(), truly(number));
    EXPECT_GE(time(number).latest_start_us(), truly(number));
    EXPECT_LT(time(number).uncertainty_us(), 60 * kSecondUs);
  }
  EXPECT_EQ(clip("clip 1").earlier_time_leaves_size(), 1);
  EXPECT_EQ(index_.differences(*index_.replay()), "");
}

TEST_F(ReckonTest, AnEventMakesItsUnitWaitAndARepeatDoesNot) {
  accept(test::events_reported("unit-1", {test::event(1, "door", kStartUs)}));
  EXPECT_TRUE(waits());
  EXPECT_EQ(reckon_next(), (std::pair<std::uint64_t, std::uint64_t>{0, 0}));
  EXPECT_FALSE(waits());
  accept(test::events_reported("unit-1", {test::event(1, "door", kStartUs)}));
  EXPECT_FALSE(waits());
}

TEST_F(ReckonTest, WhatComesMeanwhileWaitsOn) {
  accept_clip(1);
  const std::uint64_t position = index_.leaves();
  accept_clip(2);
  accept(test::unit_timed("unit-1", position));
  const auto waiting = next_waiting(index_.reader(), "").value();
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->oldest, position);  // the leaf of the second
}

TEST_F(ReckonTest, EveryUnitHasItsTurn) {
  std::set<std::string> units;
  for (int n = 0; n < 5; ++n) {
    const std::string unit = "taxi-" + std::to_string(n);
    accept(test::unit_enrolled(unit));
    accept(test::events_reported(unit, {test::event(1, "door", kStartUs)}));
  }
  accept_clip(1);
  std::string last;
  for (int n = 0; n < 6; ++n) {
    last = next_waiting(index_.reader(), last).value()->unit;
    units.insert(last);
  }
  EXPECT_EQ(units.size(), 6U);
  EXPECT_EQ(next_waiting(index_.reader(), last).value()->unit,
            next_waiting(index_.reader(), "").value()->unit);
}

TEST_F(ReckonTest, AStatementOutlivesTheClipItLeansOn) {
  for (std::uint64_t n = 1; n <= 3; ++n) accept_clip(n);
  inspect(2);
  reckon_next();
  const auto before = time(1);
  EXPECT_EQ(before.method(), "carried");
  destroy("clip 2");
  EXPECT_FALSE(waits());
  accept_clip(4);
  EXPECT_EQ(reckon_next(), (std::pair<std::uint64_t, std::uint64_t>{3, 1}));
  EXPECT_EQ(time(1).SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(time(4).method(), "told");
  EXPECT_EQ(index_.differences(*index_.replay()), "");
}

TEST_F(ReckonTest, ABacklogBeyondOneWindowIsStatedWhole) {
  constexpr std::uint64_t kClips = kClipsAtOnce + 2 * kClipsBeside + 100;
  for (std::uint64_t n = 1; n <= kClips; ++n) accept_clip(n);
  const auto [clips, stated] = reckon_next();
  EXPECT_EQ(clips, kClips);
  EXPECT_EQ(stated, kClips);
  EXPECT_FALSE(waits());
  // The oldest tells more: it is in reach, though not of the newest window.
  inspect(1);
  EXPECT_GE(reckon_next().first, kClips - kClipsBeside);
  EXPECT_EQ(time(1).method(), "satellite");
  EXPECT_EQ(time(2).method(), "carried");
  // The newest: one window.
  inspect(kClips);
  EXPECT_EQ(reckon_next().first, kClipsAtOnce);
  EXPECT_EQ(time(kClips).method(), "satellite");
}

}  // namespace
}  // namespace hansom::clocks
