// What waits for an inspector, attempts that fail, and which of several reports holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/catalogue/catalogue.h"
#include "index/inspections/inspections.h"
#include "index/retention/retention.h"
#include "tests/support/memory_index.h"

namespace hansom {
namespace {

using test::ClipSpec;
using testing::ElementsAre;

class Inspections : public testing::Test {
 protected:
  void SetUp() override {
    accept(test::site_opened());
    accept(test::unit_enrolled("unit-1"));
    for (const char* name : {"one", "two", "three"}) {
      ClipSpec spec;
      spec.name = name;
      accept(test::clip_accepted(spec));
    }
  }
  void accept(const evidence::Record& record) {
    const auto done = index_.submit(record);
    ASSERT_TRUE(done.has_value()) << done.error().token << ": " << done.error().message;
  }
  void refuse(const evidence::Record& record, std::string_view token, ErrorKind kind) {
    const auto before = index_.replay();
    const auto done = index_.submit(record);
    ASSERT_FALSE(done.has_value()) << token;
    EXPECT_EQ(done.error().token, token) << done.error().message;
    EXPECT_EQ(done.error().kind, kind) << token;
    EXPECT_EQ(index_.differences(*before), "") << token;
  }
  [[nodiscard]] std::vector<ClipId> pending() const {
    return inspections::pending(index_.reader(), 10).value();
  }
  [[nodiscard]] catalogue::ClipRow clip(std::string_view name) const {
    return catalogue::find_clip(index_.reader(), test::clip_id(name)).value();
  }
  // Journals the destruction of one clip, as a sweep would.
  void destroy(const std::string& name) {
    evidence::SweepPlan plan;
    plan.add_items()->set_clip(test::digest_text(name));
    const Digest digest = retention::plan_digest(plan);
    accept(test::sweep_planned(plan));
    accept(test::sweep_started(digest));
    accept(test::clip_destroyed(digest, test::digest_text(name)));
  }

  test::MemoryIndex index_;
};

std::vector<ClipId> clips(const std::vector<std::string>& names) {
  std::vector<ClipId> ids;
  for (const std::string& name : names) ids.push_back(test::clip_id(name));
  return ids;
}

// A report as an inspector of this version writes it; without one, as the server does of a death.
evidence::Record inspected(std::string_view name, const std::string& version,
                           const std::vector<std::string>& thumbnails = {}) {
  evidence::Record record = test::clip_inspected(name, thumbnails);
  evidence::Report& report = *record.mutable_clip_inspected()->mutable_report();
  report.set_inspector_version(version);
  if (version.empty()) report.set_outcome(evidence::Report::UNDECODABLE);
  return record;
}

TEST_F(Inspections, TheQueueHoldsWhatWaits) {
  refuse(test::clip_inspected("nothing"), "clip_not_found", ErrorKind::kNotFound);
  EXPECT_EQ(pending(), clips({"one", "two", "three"}));
  EXPECT_EQ(inspections::pending(index_.reader(), 2).value().size(), 2U);
  evidence::Record inspected = test::clip_inspected("two", {"picture"});
  inspected.mutable_clip_inspected()->mutable_report()->mutable_thumbnails(0)->set_image("bytes");
  accept(inspected);
  EXPECT_EQ(pending(), clips({"one", "three"}));
  EXPECT_EQ(clip("two").report().thumbnails(0).image(), "");
  EXPECT_EQ(index_.record(index_.leaves() - 1)->clip_inspected().report().thumbnails(0).image(),
            "");
}

TEST_F(Inspections, ADeathPutsAClipBehindThoseThatWait) {
  accept(test::inspector_died("one"));
  EXPECT_EQ(pending(), clips({"two", "three", "one"}));
  accept(test::inspector_died("one", "crashed"));
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
  refuse(test::inspector_died("one", ""), "bad_record", ErrorKind::kInvalid);
  refuse(test::inspector_died("nothing"), "clip_not_found", ErrorKind::kNotFound);
  accept(inspected("one", "v 1"));
  refuse(test::inspector_died("one"), "not_waiting", ErrorKind::kConflict);
  destroy("two");
  refuse(test::inspector_died("two"), "destroyed", ErrorKind::kGone);
}

TEST_F(Inspections, AttemptsAreErasedWithTheClip) {
  accept(test::inspector_died("one"));             // leaf 5
  accept(inspected("one", "v 1", {"picture"}));    // leaf 6
  accept(inspected("one", "v 2", {"picture 2"}));  // leaf 7
  accept(test::inspector_died("two"));             // leaf 8
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
}  // namespace hansom
