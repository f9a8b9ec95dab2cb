// The timekeeper over a whole site: what it states, what survives a stop, what a correction does
// and undoes, and that the views made again are the same bytes.
#include "index/clocks/timekeeper.h"

#include <future>

#include "index/catalogue/catalogue.h"
#include "tests/index/fsck/site.h"

namespace hansom::clocks {
namespace {

using test::kSecondUs;
using test::kStartUs;

class TimekeeperTest : public fsck::SiteTest {
 protected:
  static timeline::Zone london() { return timeline::Zone::find(timeline::kDefaultZone).value(); }
  // Until nothing waits; how many units were reckoned.
  int run_all() {
    Timekeeper timekeeper(*index_, london());
    int units = 0;
    for (;;) {
      const auto done = timekeeper.run_one();
      EXPECT_TRUE(done) << done.error().message;
      if (!done || !*done) return units;
      ++units;
    }
  }
  [[nodiscard]] catalogue::ClipRow clip(const std::string& name) const {
    return catalogue::find_clip(index_->view()->reader(), test::clip_id(name)).value();
  }
  [[nodiscard]] std::uint64_t size() const { return index_->journal().head().size; }
  static evidence::Record corrected(const std::string& id, std::int64_t error_us) {
    evidence::Record record = record_by_server();
    auto& act = *record.mutable_clock_corrected();
    act.set_correction_id(id);
    act.set_unit("unit-1");
    act.set_from_us(kStartUs - 3600 * kSecondUs);
    act.set_until_us(kStartUs + 3600 * kSecondUs);
    act.set_error_us(error_us);
    act.set_uncertainty_us(2 * kSecondUs);
    act.set_reason("held against the speaking clock");
    return record;
  }
  static evidence::Record withdrawn(const std::string& id) {
    evidence::Record record = record_by_server();
    auto& act = *record.mutable_clock_correction_withdrawn();
    act.set_correction_id(id);
    act.set_unit("unit-1");
    act.set_reason("it was another unit");
    return record;
  }
};

TEST_F(TimekeeperTest, WhatWaitsIsStatedOnceAndTheUnitIsDone) {
  clock_.advance(std::chrono::hours(2));
  accept("one");
  const std::uint64_t before = size();
  EXPECT_EQ(run_all(), 1);
  EXPECT_EQ(size(), before + 2);  // ClipTimed, UnitTimed
  EXPECT_EQ(clip("one").time_leaf(), before);
  EXPECT_LE(clip("one").time().earliest_start_us(), kStartUs);
  EXPECT_GE(clip("one").time().latest_start_us(), kStartUs);
  EXPECT_EQ(run_all(), 0);
  EXPECT_EQ(size(), before + 2);
  expect({});  // fsck: the views are what the journal gives
}

TEST_F(TimekeeperTest, ACorrectionHoldsUntilItIsWithdrawn) {
  clock_.advance(std::chrono::hours(2));
  accept("one");
  run_all();
  const auto before = clip("one").time();
  submit(corrected("c1", 192 * kSecondUs));
  EXPECT_EQ(run_all(), 1);
  const auto after = clip("one").time();
  EXPECT_EQ(after.method(), "corrected");
  EXPECT_EQ(after.earliest_start_us(), kStartUs - 194 * kSecondUs);
  EXPECT_EQ(after.latest_start_us(), kStartUs - 190 * kSecondUs);
  EXPECT_EQ(after.uncertainty_us(), 2 * kSecondUs);
  submit(withdrawn("c1"));
  EXPECT_EQ(run_all(), 1);
  EXPECT_EQ(clip("one").time().SerializeAsString(), before.SerializeAsString());
  const View view = index_->view().value();
  const auto rows = list_corrections(view.reader(), "unit-1").value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_NE(rows[0].withdrawn_us(), 0);
  expect({});
}

TEST_F(TimekeeperTest, OfTwoCorrectionsTheLastHolds) {
  clock_.advance(std::chrono::hours(2));
  accept("one");
  submit(corrected("c1", 100 * kSecondUs));
  submit(corrected("c0", 50 * kSecondUs));
  run_all();
  EXPECT_EQ(clip("one").time().latest_start_us(), kStartUs - 48 * kSecondUs);
  submit(withdrawn("c0"));
  run_all();
  EXPECT_EQ(clip("one").time().latest_start_us(), kStartUs - 98 * kSecondUs);
}

TEST_F(TimekeeperTest, TheThreadFindsWhatWaitedThroughAStopAndWhatComes) {
  clock_.advance(std::chrono::hours(2));
  accept("one");
  close();
  open();
  std::promise<void> first;
  std::promise<void> second;
  Timekeeper timekeeper(*index_, london());
  std::uint64_t done = 0;
  index_->watch([&](const evidence::Record& record) {
    if (brings_facts(record)) timekeeper.notify();
    if (record.has_unit_timed()) (++done == 1 ? first : second).set_value();
  });
  timekeeper.start();
  first.get_future().wait();
  EXPECT_TRUE(clip("one").has_time());
  submit(test::events_reported("unit-1", {test::event(1, "door", kStartUs)}));
  second.get_future().wait();
  timekeeper.stop();
  EXPECT_EQ(timekeeper.figures().stated, 1U);
  index_->stop();
}

TEST_F(TimekeeperTest, ADestroyedClipLeavesNoTimeBehind) {
  clock_.advance(std::chrono::hours(2));
  for (const char* name : {"stays", "goes"}) add_clip(name);
  run_all();
  const std::uint64_t leaf = clip("goes").time_leaf();
  destroy("goes", true, true);
  EXPECT_FALSE(index_->journal().read(LeafIndex{leaf})->record);
  EXPECT_EQ(run_all(), 0);
  accept("later");
  EXPECT_EQ(run_all(), 1);
  expect({});
}

}  // namespace
}  // namespace hansom::clocks
