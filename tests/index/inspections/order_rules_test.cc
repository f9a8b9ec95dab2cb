// Orders: which clips come to wait, in which order, and how each way out of the queue ends it.
#include "tests/index/inspections/inspections_rig.h"

namespace hansom::test {
namespace {

using testing::ElementsAre;

class Orders : public Inspections {
 protected:
  void SetUp() override {
    Inspections::SetUp();
    for (const char* name : {"one", "two", "three"}) accept(inspected(name, "v 1"));
  }
};

TEST_F(Orders, ClipsOfAnOrderWaitAndEachReportEndsThat) {
  accept(inspection_ordered("order", {"two", "one"}, "full"));
  EXPECT_EQ(waiting_for("order"), 2U);
  const inspections::Due due = first_due();
  EXPECT_EQ(due.order_id, "order");
  EXPECT_EQ(due.level, evidence::Report::FULL);
  EXPECT_EQ(due.died, 0U);
  EXPECT_THAT(pending(), testing::UnorderedElementsAreArray(clips({"one", "two"})));

  accept(inspected("one", "v 2", {"new picture"}, "order"));
  EXPECT_EQ(pending(), clips({"two"}));
  EXPECT_EQ(waiting_for("order"), 1U);
  const catalogue::ClipRow row = clip("one");
  ASSERT_EQ(row.inspections_size(), 2);
  EXPECT_EQ(row.inspections(1).order_id(), "order");
  EXPECT_EQ(row.report().inspector_version(), "v 2");
  accept(inspected("two", "v 2", {}, "order"));
  EXPECT_TRUE(pending().empty());
  const auto order = inspections::find_order(index_.reader(), "order").value().value();
  EXPECT_EQ(order.waiting, 0U);
  EXPECT_EQ(order.row.clips(), 2U);
  EXPECT_EQ(order.row.reason(), "a newer inspector");
  EXPECT_EQ(index_.differences(*index_.replay()), "");
}

TEST_F(Orders, FirstInspectionsComeBeforeNamedClipsAndThoseBeforeMany) {
  accept(inspection_ordered("many", {"one"}, ""));
  accept(inspection_ordered("named", {"two"}, "full", true));
  ClipSpec late;
  late.name = "late";
  accept(clip_accepted(late));
  EXPECT_EQ(pending(), clips({"late", "two", "one"}));
}

TEST_F(Orders, WhatWaitsForTheSameIsPassedOver) {
  accept(inspection_ordered("order", {"one"}, "full"));
  refuse(inspection_ordered("again", {"one"}, "full"), "nothing_to_inspect", ErrorKind::kConflict);
  accept(inspection_ordered("again", {"one", "two"}, "full"));
  EXPECT_EQ(waiting_for("order"), 1U);
  EXPECT_EQ(waiting_for("again"), 1U);
  EXPECT_THAT(index_.record(index_.leaves() - 1)->inspection_ordered().clips(),
              ElementsAre(digest_text("two")));
}

TEST_F(Orders, ALaterOrderOfAnotherLevelTakesAClipOver) {
  accept(inspection_ordered("slow", {"one", "two"}, ""));
  accept(inspection_ordered("fast", {"one"}, "full", true));
  EXPECT_EQ(waiting_for("slow"), 1U);
  EXPECT_EQ(waiting_for("fast"), 1U);
  EXPECT_EQ(pending(), clips({"one", "two"}));
  // One that was in hand for the first order ends nothing but itself.
  accept(inspected("one", "v 2", {}, "slow"));
  EXPECT_EQ(waiting_for("fast"), 1U);
  accept(inspected("one", "v 2", {}, "fast"));
  EXPECT_EQ(waiting_for("fast"), 0U);
  EXPECT_EQ(pending(), clips({"two"}));
}

TEST_F(Orders, AClipThatWasNeverInspectedIsOrderedOnlyAtALevel) {
  ClipSpec fresh;
  fresh.name = "fresh";
  accept(clip_accepted(fresh));
  refuse(inspection_ordered("order", {"fresh"}, ""), "nothing_to_inspect", ErrorKind::kConflict);
  accept(inspection_ordered("order", {"fresh"}, "full"));
  EXPECT_EQ(pending(), clips({"fresh", "fresh"}));
  EXPECT_EQ(first_due().order_id, "");
  accept(inspected("fresh", "v 2"));
  EXPECT_EQ(pending(), clips({"fresh"}));
  EXPECT_EQ(first_due().order_id, "order");
}

TEST_F(Orders, DeathsOfAnOrderedInspectionAreItsOwn) {
  accept(inspection_ordered("order", {"one", "two"}, ""));
  const ClipId first = pending().front();
  const std::string name = first == clip_id("one") ? "one" : "two";
  accept(inspector_died(name, "killed", "order"));
  EXPECT_EQ(pending().back(), first);
  refuse(inspector_died(name, "killed", "another"), "not_waiting", ErrorKind::kConflict);
  refuse(inspector_died(name), "not_waiting", ErrorKind::kConflict);
  accept(inspector_died(name, "crashed", "order"));
  EXPECT_EQ(waiting_for("order"), 2U);
  accept(inspected(name, "", {}, "order"));
  EXPECT_EQ(index_.record(index_.leaves() - 1)->clip_inspected().failed_size(), 2);
  // The report that says so is kept, and the one before it holds.
  EXPECT_EQ(clip(name).inspections_size(), 2);
  EXPECT_EQ(clip(name).report().inspector_version(), "v 1");
  EXPECT_EQ(waiting_for("order"), 1U);
  EXPECT_EQ(index_.differences(*index_.replay()), "");
}

TEST_F(Orders, AHoldChangesNothingAndADestroyedClipLeaves) {
  accept(inspection_ordered("order", {"one", "two"}, ""));
  accept(hold_placed("hold", "two"));
  accept(inspector_died("one", "killed", "order"));
  const std::uint64_t death = index_.leaves() - 1;
  destroy("one");
  EXPECT_THAT(index_.record(index_.leaves() - 1)->clip_destroyed().erased_leaves(),
              testing::Contains(death));
  EXPECT_EQ(pending(), clips({"two"}));
  EXPECT_EQ(waiting_for("order"), 1U);
  refuse(inspected("one", "v 2", {}, "order"), "destroyed", ErrorKind::kGone);
  refuse(inspection_ordered("late", {"one"}, ""), "nothing_to_inspect", ErrorKind::kConflict);
  accept(inspected("two", "v 2", {}, "order"));
  EXPECT_TRUE(pending().empty());
  EXPECT_EQ(index_.differences(*index_.replay()), "");
}

TEST_F(Orders, AllPicturesOfAllReportsGoWithTheClip) {
  accept(inspection_ordered("order", {"one"}, ""));
  accept(inspected("one", "v 2", {"second"}, "order"));
  accept(inspection_ordered("order 2", {"one"}, ""));
  accept(inspected("one", "v 3", {"second", "third"}, "order 2"));
  destroy("one");
  EXPECT_THAT(index_.record(index_.leaves() - 1)->clip_destroyed().derived(),
              testing::UnorderedElementsAre(digest_text("second"), digest_text("third")));
}

TEST_F(Orders, WhatIsNoOrderIsRefused) {
  refuse(inspection_ordered("", {"one"}, ""), "bad_record", ErrorKind::kInvalid);
  refuse(inspection_ordered("order", {}, ""), "bad_record", ErrorKind::kInvalid);
  refuse(inspection_ordered("order", {"one"}, "deep"), "bad_record", ErrorKind::kInvalid);
  evidence::Record record = inspection_ordered("order", {"one"}, "");
  record.mutable_inspection_ordered()->clear_reason();
  refuse(record, "reason_required", ErrorKind::kInvalid);
  record = inspection_ordered("order", {"one"}, "");
  record.mutable_inspection_ordered()->add_clips("short");
  refuse(record, "bad_digest", ErrorKind::kInvalid);
  refuse(inspection_ordered("order", std::vector<std::string>(513, "one"), ""), "bad_record",
         ErrorKind::kInvalid);
  refuse(inspection_ordered("order", {"nothing"}, ""), "nothing_to_inspect", ErrorKind::kConflict);
}

TEST_F(Orders, PartsOfOneOrderAddUp) {
  accept(inspection_ordered("order", {"one"}, ""));
  accept(inspection_ordered("order", {"two", "three"}, ""));
  const auto orders = inspections::list_orders(index_.reader(), 10).value();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders.front().row.clips(), 3U);
  EXPECT_EQ(orders.front().waiting, 3U);
  accept(inspection_ordered("order 2", {"two"}, "full"));
  EXPECT_EQ(inspections::list_orders(index_.reader(), 1).value().front().row.order_id(), "order 2");
}

}  // namespace
}  // namespace hansom::test
