// What the rules refuse, and what a valid act does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/catalogue/catalogue.h"
#include "index/inspections/inspections.h"
#include "index/register/register.h"
#include "index/retention/retention.h"
#include "tests/support/rules_test.h"

namespace hansom {
namespace {

using test::ClipSpec;
using test::RulesTest;

TEST_F(RulesTest, AnEmptyRecordIsRefused) {
  refuse(record_by_server(), "bad_record", ErrorKind::kInvalid);
}

TEST_F(RulesTest, ASiteOpensOnce) {
  refuse(test::site_opened(), "site_opened", ErrorKind::kConflict);
  test::MemoryIndex late;
  ASSERT_TRUE(late.submit(test::unit_enrolled("unit-1")).has_value());
  EXPECT_EQ(late.submit(test::site_opened()).error().token, "site_opened");
}

TEST_F(RulesTest, UnitsAreEnrolledRevokedAndEnrolledAgain) {
  const UnitId unit = UnitId::parse("unit-1").value();
  refuse(test::unit_enrolled("Not A Unit"), "bad_unit_id", ErrorKind::kInvalid);
  refuse(test::unit_enrolled("unit-2", ""), "bad_certificate", ErrorKind::kInvalid);
  refuse(test::unit_revoked("unit-2"), "unit_not_found", ErrorKind::kNotFound);
  accept(test::unit_revoked("unit-1"));
  EXPECT_NE(registry::find_unit(index_.reader(), unit).value()->revoked_us(), 0);
  refuse(test::unit_revoked("unit-1"), "unit_already_revoked", ErrorKind::kConflict);
  refuse(test::clip_accepted({}), "unit_revoked", ErrorKind::kForbidden);
  refuse(test::events_reported("unit-1", {}), "unit_revoked", ErrorKind::kForbidden);
  accept(test::unit_enrolled("unit-1", "new certificate"));
  const auto row = registry::find_unit(index_.reader(), unit).value();
  EXPECT_EQ(row->revoked_us(), 0);
  EXPECT_EQ(row->certificate_der(), "new certificate");
  EXPECT_EQ(row->certificate_sha256(), to_text(sha256("new certificate").span()));
  accept(test::clip_accepted({}));
}

TEST_F(RulesTest, AClipIsAcceptedFromAKnownUnitOnly) {
  ClipSpec stranger;
  stranger.unit = "unit-9";
  refuse(test::clip_accepted(stranger), "unit_unknown", ErrorKind::kForbidden);
  evidence::Record bad = test::clip_accepted({});
  bad.mutable_clip_accepted()->set_sealed_sha256("short");
  refuse(bad, "bad_digest", ErrorKind::kInvalid);
  bad = test::clip_accepted({});
  bad.mutable_clip_accepted()->set_upload("../x");
  refuse(bad, "bad_upload_id", ErrorKind::kInvalid);
}

TEST_F(RulesTest, AnUploadEndsOnce) {
  accept(test::clip_accepted({}));
  refuse(test::clip_accepted({}), "upload_already_accepted", ErrorKind::kConflict);
  const UploadId upload = UploadId::parse(test::upload_of("clip")).value();
  EXPECT_EQ(catalogue::find_upload(index_.reader(), upload).value(), LeafIndex{2});
  EXPECT_EQ(clip("clip").controller(), "council");
}

TEST_F(RulesTest, ASecondArrivalIsAddedAndChangesNothingElse) {
  accept(test::clip_accepted({}));
  ClipSpec again;
  again.upload = test::upload_of("second");
  accept(test::clip_accepted(again));
  int number = 0;
  const auto conflicts = [&](auto change) {
    ClipSpec other;
    other.upload = test::upload_of("third" + std::to_string(number++));
    change(other);
    accept(test::clip_accepted(other));
    const catalogue::ClipRow row = clip("clip");
    EXPECT_EQ(row.manifest().vehicle().registration(), "AB12CDE");
    EXPECT_EQ(row.accepted_leaf(), 2U);
    return row.arrivals(row.arrivals_size() - 1).conflicting();
  };
  EXPECT_FALSE(clip("clip").arrivals(1).conflicting());
  EXPECT_TRUE(conflicts([](ClipSpec& s) { s.registration = "OTHER"; }));
  EXPECT_TRUE(conflicts([](ClipSpec& s) { s.vehicle_licence = "OTHER"; }));
  EXPECT_TRUE(conflicts([](ClipSpec& s) { s.driver_licence = ""; }));
  EXPECT_TRUE(conflicts([](ClipSpec& s) { s.start_us += 1; }));
  EXPECT_TRUE(conflicts([](ClipSpec& s) { s.channel = 2; }));
  EXPECT_TRUE(conflicts([](ClipSpec& s) { s.clip_number = 2; }));
  EXPECT_FALSE(conflicts([](ClipSpec& s) { s.purpose = evidence::Purpose::REQUEST; }));
  catalogue::ClipQuery other;
  other.registration = "OTHER";
  EXPECT_TRUE(catalogue::find_clips(index_.reader(), other).value().clips.empty());
}

TEST_F(RulesTest, EventsAreKeptOnceAndTheFirstTellingStays) {
  evidence::Record load = record_by_server();
  load.mutable_register_loaded()->add_links()->set_unit("unit-1");
  load.mutable_register_loaded()->mutable_links(0)->set_registration("ab12 cde");
  accept(load);
  refuse(test::events_reported("unit-9", {}), "unit_unknown", ErrorKind::kForbidden);
  const evidence::Event panic = test::event(1, "panic", test::kStartUs);
  evidence::Event door = test::event(2, "door", test::kStartUs);
  door.set_registration("xy 1");
  accept(test::events_reported("unit-1", {panic, door, panic}));
  const auto recorded = [&] { return index_.record(index_.leaves() - 1)->events_reported(); };
  ASSERT_EQ(recorded().events_size(), 2);
  EXPECT_EQ(recorded().events(0).registration(), "AB12CDE");
  EXPECT_EQ(recorded().events(1).registration(), "XY1");

  accept(test::events_reported("unit-1", {panic, door, test::event(3, "door", test::kStartUs)}));
  ASSERT_EQ(recorded().events_size(), 1);
  EXPECT_EQ(recorded().events(0).sequence(), 3U);

  evidence::Event other = panic;
  other.set_time_us(panic.time_us() + 1);
  refuse(test::events_reported("unit-1", {test::event(4, "door", 1), other}), "event_conflict",
         ErrorKind::kConflict);
  refuse(test::events_reported("unit-1", {test::event(5, "a", 1), test::event(5, "b", 1)}),
         "event_conflict", ErrorKind::kConflict);
  const auto said = index_.submit(test::events_reported("unit-1", {other}));
  EXPECT_THAT(said.error().message, testing::HasSubstr("event 1 of unit unit-1"));
}

TEST_F(RulesTest, TheRegisterIsReplacedAsAWhole) {
  evidence::Record load = record_by_server();
  load.mutable_register_loaded()->add_links()->set_unit("unit-1");
  load.mutable_register_loaded()->add_links()->set_unit("unit-2");
  accept(load);
  EXPECT_EQ(registry::list_links(index_.reader()).value().size(), 2U);
  load.mutable_register_loaded()->mutable_links()->RemoveLast();
  accept(load);
  EXPECT_EQ(registry::list_links(index_.reader()).value().size(), 1U);
  EXPECT_FALSE(registry::link_of_unit(index_.reader(), UnitId::parse("unit-2").value()).value());
  load.mutable_register_loaded()->add_links()->set_unit("unit-1");
  refuse(load, "bad_register", ErrorKind::kInvalid);
  load.mutable_register_loaded()->mutable_links(1)->set_unit("Not A Unit");
  refuse(load, "bad_register", ErrorKind::kInvalid);
}

TEST_F(RulesTest, HoldsArePlacedAndReleasedOnce) {
  refuse(test::hold_placed("h1", "clip"), "clip_not_found", ErrorKind::kNotFound);
  accept(test::clip_accepted({}));
  evidence::Record silent = test::hold_placed("h1", "clip");
  silent.mutable_hold_placed()->clear_reason();
  refuse(silent, "reason_required", ErrorKind::kInvalid);
  refuse(test::hold_placed("", "clip"), "bad_hold", ErrorKind::kInvalid);
  accept(test::hold_placed("h1", "clip"));
  refuse(test::hold_placed("h1", "clip"), "hold_exists", ErrorKind::kConflict);
  accept(test::hold_placed("h2", "clip"));
  EXPECT_EQ(clip("clip").hold_ids_size(), 2);
  refuse(test::hold_released("h3"), "hold_not_found", ErrorKind::kNotFound);
  accept(test::hold_released("h1"));
  refuse(test::hold_released("h1"), "hold_released", ErrorKind::kConflict);
  EXPECT_THAT(clip("clip").hold_ids(), testing::ElementsAre("h2"));
  EXPECT_EQ(retention::list_holds(index_.reader(), false).value().size(), 1U);
  EXPECT_EQ(retention::list_holds(index_.reader(), true).value().size(), 2U);
}

TEST_F(RulesTest, ASweepGoesItsWay) {
  accept(test::clip_accepted({}));
  const Digest unknown = sha256("no plan");
  refuse(test::sweep_started(unknown), "plan_not_found", ErrorKind::kNotFound);
  refuse(test::sweep_finished(unknown), "plan_not_found", ErrorKind::kNotFound);
  refuse(test::clip_destroyed(unknown, test::digest_text("clip")), "plan_not_found",
         ErrorKind::kNotFound);

  evidence::SweepPlan plan;
  plan.add_items()->set_clip(test::digest_text("clip"));
  evidence::Record wrong = test::sweep_planned(plan);
  wrong.mutable_sweep_planned()->mutable_plan()->set_as_of_us(5);
  refuse(wrong, "bad_plan", ErrorKind::kInvalid);
  evidence::SweepPlan twice = plan;
  twice.add_items()->set_clip(test::digest_text("clip"));
  refuse(test::sweep_planned(twice), "bad_plan", ErrorKind::kInvalid);

  const Digest digest = retention::plan_digest(plan);
  accept(test::sweep_planned(plan));
  refuse(test::clip_destroyed(digest, test::digest_text("clip")), "plan_not_started",
         ErrorKind::kConflict);
  refuse(test::sweep_finished(digest), "plan_not_started", ErrorKind::kConflict);
  accept(test::sweep_started(digest));
  accept(test::sweep_started(digest));  // goes on after a crash
  refuse(test::clip_destroyed(digest, test::digest_text("other")), "clip_not_in_plan",
         ErrorKind::kConflict);
  accept(test::sweep_finished(digest));
  refuse(test::sweep_finished(digest), "plan_finished", ErrorKind::kConflict);
  refuse(test::sweep_started(digest), "plan_finished", ErrorKind::kConflict);
  refuse(test::clip_destroyed(digest, test::digest_text("clip")), "plan_finished",
         ErrorKind::kConflict);
}

TEST_F(RulesTest, AHoldBeatsASweepThatHasBegun) {
  accept(test::clip_accepted({}));
  const Digest plan = start_sweep({"clip"});
  accept(test::hold_placed("h1", "clip"));
  refuse(test::clip_destroyed(plan, test::digest_text("clip")), "clip_held", ErrorKind::kConflict);
  accept(test::hold_released("h1"));
  accept(test::clip_destroyed(plan, test::digest_text("clip")));
}

TEST_F(RulesTest, ADestroyedClipLeavesATombstoneAndNothingElse) {
  accept(test::clip_accepted({}));
  ClipSpec again;
  again.upload = test::upload_of("again");
  accept(test::clip_accepted(again));
  accept(test::clip_inspected("clip", {"picture 1"}));
  accept(test::clip_inspected("clip", {"picture 2"}));
  for (const std::int64_t later : {0, 1}) {
    evidence::TrueTime time;
    time.set_earliest_start_us(test::kStartUs);
    time.set_latest_start_us(test::kStartUs + later);
    time.set_earliest_end_us(test::kStartUs + later);
    time.set_latest_end_us(test::kStartUs + later);
    time.set_method("told");
    accept(test::clip_timed("clip", time, 6));
  }
  const catalogue::ClipRow before = clip("clip");
  accept(test::clip_destroyed(start_sweep({"clip"}), test::digest_text("clip")));

  const auto act = index_.record(index_.leaves() - 1)->clip_destroyed();
  EXPECT_THAT(act.erased_leaves(), testing::ElementsAre(2U, 3U, 4U, 5U, 6U, 7U));
  EXPECT_THAT(act.derived(), testing::UnorderedElementsAre(test::digest_text("picture 1"),
                                                           test::digest_text("picture 2")));
  for (std::uint64_t leaf = 2; leaf <= 7; ++leaf) EXPECT_FALSE(index_.record(leaf)) << leaf;
  const catalogue::ClipRow row = clip("clip");
  EXPECT_EQ(row.tombstone().registration(), "AB12CDE");
  EXPECT_EQ(row.tombstone().vehicle_licence(), "PLATE1");
  EXPECT_EQ(row.tombstone().unit(), "unit-1");
  EXPECT_EQ(row.tombstone().rule(), "event:31d");
  EXPECT_EQ(row.start_us(), before.time().earliest_start_us());  // the truth, not what was told
  EXPECT_EQ(row.end_us(), before.time().latest_end_us());
  EXPECT_FALSE(row.has_manifest());
  EXPECT_FALSE(row.has_report());
  EXPECT_FALSE(row.has_time());
  EXPECT_EQ(row.arrivals_size(), 0);
  const UploadId upload = UploadId::parse(test::upload_of("clip")).value();
  EXPECT_FALSE(catalogue::find_upload(index_.reader(), upload).value());
  EXPECT_TRUE(inspections::pending(index_.reader(), 5).value().empty());

  ClipSpec late;
  late.upload = test::upload_of("late");
  refuse(test::clip_accepted(late), "destroyed", ErrorKind::kGone);
  refuse(test::clip_inspected("clip"), "destroyed", ErrorKind::kGone);
  refuse(test::hold_placed("h1", "clip"), "destroyed", ErrorKind::kGone);
  refuse(test::clip_destroyed(start_sweep({"clip", "x"}), test::digest_text("clip")), "destroyed",
         ErrorKind::kGone);
}

TEST_F(RulesTest, WhatAnotherClipNeedsIsNotInTheList) {
  for (const char* name : {"one", "two"}) {
    ClipSpec spec;
    spec.name = name;
    accept(test::clip_accepted(spec));
    accept(test::clip_inspected(name, {"shared", std::string("only ") + name}));
  }
  const Digest plan = start_sweep({"one", "two"});
  const auto derived = [&] {
    return index_.record(index_.leaves() - 1)->clip_destroyed().derived();
  };
  accept(test::clip_destroyed(plan, test::digest_text("one")));
  EXPECT_THAT(derived(), testing::ElementsAre(test::digest_text("only one")));
  accept(test::clip_destroyed(plan, test::digest_text("two")));
  EXPECT_THAT(derived(), testing::UnorderedElementsAre(test::digest_text("shared"),
                                                       test::digest_text("only two")));
}

TEST_F(RulesTest, AClipsTimeIsAnInterval) {
  evidence::TrueTime time;
  time.set_earliest_start_us(test::kStartUs);
  time.set_latest_start_us(test::kStartUs + 5);
  time.set_earliest_end_us(test::kStartUs + 10);
  time.set_latest_end_us(test::kStartUs + 15);
  time.set_method("told");
  refuse(test::clip_timed("clip", time, 3), "clip_not_found", ErrorKind::kNotFound);
  accept(test::clip_accepted({}));
  accept(test::clip_timed("clip", time, 3));
  EXPECT_EQ(clip("clip").time().uncertainty_us(), 3);  // rounded up
  const auto refuse_with = [&](auto change) {
    evidence::TrueTime wrong = time;
    change(wrong);
    refuse(test::clip_timed("clip", wrong, 3), "bad_record", ErrorKind::kInvalid);
  };
  refuse_with([](auto& wrong) { wrong.clear_method(); });
  refuse_with([](auto& wrong) { wrong.set_latest_start_us(test::kStartUs - 1); });
  refuse_with([](auto& wrong) { wrong.set_latest_end_us(test::kStartUs + 9); });
  refuse_with([](auto& wrong) { wrong.set_earliest_end_us(test::kStartUs - 1); });
  refuse_with([](auto& wrong) { wrong.set_latest_start_us(test::kStartUs + 16); });
  refuse_with(
      [](auto& wrong) { wrong.set_latest_end_us(std::numeric_limits<std::int64_t>::max()); });
  refuse(test::unit_timed("Not A Unit", 3), "bad_unit_id", ErrorKind::kInvalid);
}

TEST_F(RulesTest, AClockIsCorrectedAndTheCorrectionWithdrawnOnce) {
  evidence::Record made = record_by_server();
  evidence::ClockCorrected& act = *made.mutable_clock_corrected();
  act.set_correction_id("c1");
  act.set_unit("unit-1");
  act.set_from_us(test::kStartUs);
  act.set_until_us(test::kStartUs);
  act.set_error_us(-1'000'000);
  act.set_reason("measured");
  const auto refuse_with = [&](auto change, std::string_view token, ErrorKind kind) {
    evidence::Record wrong = made;
    change(*wrong.mutable_clock_corrected());
    refuse(wrong, token, kind);
  };
  const auto bad = [&](auto change) { refuse_with(change, "bad_correction", ErrorKind::kInvalid); };
  bad([](auto& wrong) { wrong.clear_correction_id(); });
  bad([](auto& wrong) { wrong.set_until_us(test::kStartUs - 1); });
  bad([](auto& wrong) { wrong.set_until_us(std::numeric_limits<std::int64_t>::max()); });
  bad([](auto& wrong) { wrong.set_from_us(std::numeric_limits<std::int64_t>::min()); });
  bad([](auto& wrong) { wrong.set_uncertainty_us(-1); });
  bad([](auto& wrong) { wrong.set_uncertainty_us(std::numeric_limits<std::int64_t>::max()); });
  bad([](auto& wrong) { wrong.set_error_us(std::numeric_limits<std::int64_t>::min()); });
  refuse_with([](auto& wrong) { wrong.clear_reason(); }, "reason_required", ErrorKind::kInvalid);
  refuse_with([](auto& wrong) { wrong.set_unit("unit-9"); }, "unit_not_found",
              ErrorKind::kNotFound);

  evidence::Record back = record_by_server();
  back.mutable_clock_correction_withdrawn()->set_correction_id("c1");
  back.mutable_clock_correction_withdrawn()->set_unit("unit-1");
  back.mutable_clock_correction_withdrawn()->set_reason("a slip");
  refuse(back, "correction_not_found", ErrorKind::kNotFound);
  accept(made);
  refuse(made, "correction_exists", ErrorKind::kConflict);
  evidence::Record silent = back;
  silent.mutable_clock_correction_withdrawn()->clear_reason();
  refuse(silent, "reason_required", ErrorKind::kInvalid);
  accept(back);
  refuse(back, "correction_withdrawn", ErrorKind::kConflict);
}

TEST_F(RulesTest, AnAccessIsRecordedAsAsked) {
  evidence::Record record = record_by_server();
  record.mutable_access()->set_query("/v1/clips?registration=AB12%20CDE");
  accept(record);
  record.mutable_access()->set_query("/v1/clips?\xff");
  refuse(record, "bad_access", ErrorKind::kInvalid);
}

}  // namespace
}  // namespace hansom
