// What waits for an inspector, attempts that fail, and which of several reports holds.
#include "tests/index/inspections/inspections_rig.h"

namespace hansom::test {
namespace {

using testing::ElementsAre;

TEST_F(Inspections, TheQueueHoldsWhatWaits) {
  refuse(clip_inspected("nothing"), "clip_not_found", ErrorKind::kNotFound);
  EXPECT_EQ(pending(), clips({"one", "two", "three"}));
  EXPECT_EQ(inspections::pending(index_.reader(), 2).value().size(), 2U);
  evidence::Record done = clip_inspected("two", {"picture"});
  done.mutable_clip_inspected()->mutable_report()->mutable_thumbnails(0)->set_image("bytes");
  accept(done);
  EXPECT_EQ(pending(), clips({"one", "three"}));
  EXPECT_EQ(clip("two").report().thumbnails(0).image(), "");
  EXPECT_EQ(index_.record(index_.leaves() - 1)->clip_inspected().report().thumbnails(0).image(),
            "");
}

TEST_F(Inspections, WhatComesAfterTheQueueWasEmptyIsFound) {
  for (const char* name : {"one", "two", "three"}) accept(inspected(name, "v 1"));
  EXPECT_EQ(pending(), clips({}));
  ClipSpec spec;
  spec.name = "four";
  accept(clip_accepted(spec));
  EXPECT_EQ(pending(), clips({"four"}));
  accept(inspected("four", "v 1"));
  EXPECT_EQ(pending(), clips({}));
}

// The rows that have left are there no more: whoever remembers the front does not look at them.
TEST_F(Inspections, TheRememberedFrontIsNotPassedAgain) {
  inspections::QueueFront front;
  const auto first = [&] {
    const auto found = front.pending(index_.reader(), index_.leaves(), 1).value();
    return found.empty() ? ClipId{} : found.front().clip;
  };
  EXPECT_EQ(first(), clip_id("one"));
  accept(inspected("one", "v 1"));
  EXPECT_EQ(first(), clip_id("two"));
  // A row in front of it, such as no rule writes.
  MemoryStore store;
  store.put(store::Family::kQueue, inspections::queue_key(inspections::kFirst, 0),
            clip_id("three").span());
  EXPECT_TRUE(front.pending(store, index_.leaves(), 1).value().empty());
}

TEST_F(Inspections, ADeathPutsAClipBehindThoseThatWait) {
  accept(inspector_died("one"));
  EXPECT_EQ(pending(), clips({"two", "three", "one"}));
  accept(inspector_died("one", "crashed"));
  EXPECT_EQ(pending(), clips({"two", "three", "one"}));
  const auto failed = clip("one").waiting().failed();
  ASSERT_EQ(failed.size(), 2);
  EXPECT_EQ(failed[0].reason_token(), "killed");
  EXPECT_EQ(failed[0].leaf(), 5U);
  EXPECT_EQ(failed[1].reason_token(), "crashed");

  accept(inspected("one", "", {}));
  EXPECT_EQ(pending(), clips({"two", "three"}));
  const auto record = index_.record(index_.leaves() - 1);
  EXPECT_EQ(record->clip_inspected().failed_size(), 2);  // it tells them by itself
  EXPECT_EQ(clip("one").inspections(0).failed_size(), 2);
  EXPECT_FALSE(clip("one").has_waiting());
  EXPECT_EQ(index_.differences(*index_.replay()), "");
}

TEST_F(Inspections, ADeathNeedsAReasonAndAClipThatWaits) {
  refuse(inspector_died("one", ""), "bad_record", ErrorKind::kInvalid);
  refuse(inspector_died("nothing"), "clip_not_found", ErrorKind::kNotFound);
  accept(inspected("one", "v 1"));
  refuse(inspector_died("one"), "not_waiting", ErrorKind::kConflict);
  destroy("two");
  refuse(inspector_died("two"), "destroyed", ErrorKind::kGone);
}

TEST_F(Inspections, AttemptsAreErasedWithTheClip) {
  accept(inspector_died("one"));                   // leaf 5
  accept(inspected("one", "v 1", {"picture"}));    // leaf 6
  accept(inspected("one", "v 2", {"picture 2"}));  // leaf 7
  accept(inspector_died("two"));                   // leaf 8
  destroy("one");
  EXPECT_THAT(index_.record(index_.leaves() - 1)->clip_destroyed().erased_leaves(),
              ElementsAre(2U, 5U, 6U, 7U));
  EXPECT_EQ(pending(), clips({"three", "two"}));
  destroy("two");
  EXPECT_THAT(index_.record(index_.leaves() - 1)->clip_destroyed().erased_leaves(),
              ElementsAre(3U, 8U));
  EXPECT_EQ(pending(), clips({"three"}));
  EXPECT_EQ(index_.differences(*index_.replay()), "");
}

TEST_F(Inspections, AReportThatNoInspectorWroteNeverTakesThePlaceOfOneThatOneDid) {
  accept(inspected("one", ""));
  EXPECT_EQ(clip("one").inspected_leaf(), 5U);
  accept(inspected("one", "v 1"));
  EXPECT_EQ(clip("one").inspected_leaf(), 6U);
  accept(inspected("one", ""));
  EXPECT_EQ(clip("one").inspected_leaf(), 6U);
  EXPECT_EQ(clip("one").report().inspector_version(), "v 1");
  accept(inspected("one", "v 2"));
  EXPECT_EQ(clip("one").inspected_leaf(), 8U);
  ASSERT_EQ(clip("one").inspections_size(), 4);
  EXPECT_EQ(clip("one").inspections(1).inspector_version(), "v 1");
  EXPECT_EQ(clip("one").inspections(2).outcome(), evidence::Report::UNDECODABLE);
}

}  // namespace
}  // namespace hansom::test
