// Admission control: the rules as tables, the books, and what a unit hears over the limit.
#include "ingest/upload/admission.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <vector>

#include "ingest/upload/empty_uploads.h"
#include "tests/ingest/support/ingest_site.h"

namespace hansom::ingest {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

std::string word(const Status& status) {
  return status ? "yes" : std::string(status.error().token);
}

AdmissionLimits small_limits() {
  AdmissionLimits limits;
  limits.unit_uploads_max = 3;
  limits.unit_bodies_max = 2;
  limits.bytes_in_flight_max = 100;
  limits.spool_bytes_max = 1000;
  limits.unit_spool_bytes_max = 400;
  return limits;
}

TEST(AdmissionRules, Uploads) {
  struct Row {
    SpoolUse unit, all;
    std::uint64_t bytes;
    const char* says;
  };
  const std::vector<Row> rows = {
      {{0, 0}, {0, 0}, 400, "yes"},
      {{2, 300}, {5, 900}, 100, "yes"},
      {{3, 3}, {3, 3}, 1, "unit_uploads_full"},
      {{2, 300}, {2, 300}, 101, "unit_spool_full"},
      {{2, 300}, {2, 300}, kMost, "unit_spool_full"},
      {{1, 100}, {5, 950}, 51, "spool_full"},
      {{0, 0}, {5, 950}, 51, "spool_full"},
      {{0, 0}, {5, 1001}, 0, "spool_full"},  // the limit was lowered
      {{0, 0}, {5, 500}, 500, "yes"},        // over the unit's share, but its first
      {{0, 0}, {0, 0}, kMost, "yes"},        // whoever has nothing gets one in
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.says) + " " + std::to_string(row.bytes));
    EXPECT_EQ(word(judge_upload(small_limits(), row.unit, row.all, row.bytes)), row.says);
  }
}

TEST(AdmissionRules, Bodies) {
  const AdmissionLimits limits = small_limits();
  EXPECT_EQ(word(judge_body(limits, {0, 0}, {0, 0}, 100)), "yes");
  EXPECT_EQ(word(judge_body(limits, {0, 0}, {0, 0}, 101)), "yes") << "alone";
  EXPECT_EQ(word(judge_body(limits, {1, 10}, {3, 90}, 10)), "yes");
  EXPECT_EQ(word(judge_body(limits, {1, 10}, {3, 90}, 11)), "bytes_in_flight_full");
  EXPECT_EQ(word(judge_body(limits, {2, 2}, {2, 2}, 1)), "unit_bodies_full");
}

UnitId unit(const std::string& name) {
  return UnitId::parse(name).value();
}

UploadId upload(int number) {
  std::string text = std::to_string(number);
  return UploadId::parse(std::string(32 - text.size(), '0') + text).value();
}

TEST(Admission, WhatLeavesMakesRoom) {
  Admission admission(small_limits());
  EXPECT_EQ(word(admission.enter(upload(1), unit("a"), 300)), "yes");
  EXPECT_EQ(word(admission.enter(upload(2), unit("a"), 300)), "unit_spool_full");
  EXPECT_EQ(word(admission.enter(upload(2), unit("b"), 300)), "yes") << "has its own share";
  admission.leave(upload(1));
  admission.leave(upload(1));  // again changes nothing
  EXPECT_EQ(word(admission.enter(upload(3), unit("a"), 300)), "yes");
  admission.take_in(upload(4), unit("c"), 5000);  // a restart finds more than is allowed now
  EXPECT_EQ(word(admission.enter(upload(5), unit("d"), 1)), "spool_full");
  EXPECT_EQ(admission.spool_use().uploads, 3U);
  EXPECT_EQ(admission.spool_use().bytes, 5600U);
  {
    const auto one = admission.begin_body(unit("a"), 50);
    const auto two = admission.begin_body(unit("a"), 50);
    ASSERT_TRUE(one && two);
    EXPECT_EQ(admission.begin_body(unit("a"), 1).error().token, "unit_bodies_full");
    EXPECT_EQ(admission.begin_body(unit("b"), 1).error().token, "bytes_in_flight_full");
    EXPECT_EQ(admission.body_use().bytes, 100U);
  }
  EXPECT_EQ(admission.body_use().bodies, 0U);
  EXPECT_TRUE(admission.begin_body(unit("b"), 100));
  for (const int number : {2, 3, 4}) admission.leave(upload(number));
  EXPECT_EQ(admission.spool_use().bytes, 0U);
}

// The limits hold whoever comes at the same moment.
TEST(Admission, ThreadsDoNotGetMoreThanThereIs) {
  AdmissionLimits limits;
  limits.unit_uploads_max = 1000;
  limits.spool_bytes_max = 500;
  Admission admission(limits);
  std::atomic<std::uint64_t> in = 0;
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&admission, &in, t] {
        for (int i = 0; i < 1000; ++i) {
          if (admission.enter(upload(t * 1000 + i), unit("u" + std::to_string(t)), 1)) ++in;
        }
      });
    }
  }
  EXPECT_EQ(in, 500U);
  EXPECT_EQ(admission.spool_use().bytes, 500U);
}

TEST(AdmissionOfASite, OneUnitsOpenUploadsAreBoundedAlsoAfterARestart) {
  test::IngestSite site;
  site.config.upload_shares.unit_uploads_max = 2;
  site.restart();
  const auto clip = site.make_clip(Bytes(5000, 'm'));
  const std::string first = site.create(clip);
  ASSERT_FALSE(site.create(clip).empty());
  const auto third = site.creation(clip);
  EXPECT_EQ(site.run(*third), "unit_uploads_full");
  site.restart();
  const auto fourth = site.creation(clip);
  EXPECT_EQ(site.run(*fourth), "unit_uploads_full");
  EXPECT_EQ(site.api->counters().refusals.at("unit_uploads_full"), 1U) << "since the restart";
  // One that was never begun gives way once nobody can be about to begin it.
  site.clock.advance(kEmptyAgeMin);
  const auto begun = site.patch(first, 0, ByteSpan(clip.sealed).first(100), 100);
  EXPECT_EQ(site.run(*begun), "204");
  EXPECT_FALSE(site.create(clip).empty());
  const auto kept = site.exchange("HEAD", first);
  EXPECT_EQ(site.run(*kept), "200") << "it has bytes";
  const auto fifth = site.creation(clip);
  EXPECT_EQ(site.run(*fifth), "unit_uploads_full") << "the other is young";
  // What is open can be finished, and then there is room.
  const auto patch = site.patch(first, 100, ByteSpan(clip.sealed).subspan(100), 4096);
  EXPECT_EQ(site.run(*patch), "204");
  EXPECT_FALSE(site.create(clip).empty());
}

TEST(AdmissionOfASite, BodiesOverTheLimitAreRefusedAndTheUploadStays) {
  test::IngestSite site;
  site.config.upload_shares.unit_bodies_max = 1;
  site.restart();
  const auto clip = site.make_clip(Bytes(50'000, 'm'));
  const std::string first = site.create(clip);
  const std::string second = site.create(clip);
  const auto stalls = site.patch(first, 0, ByteSpan(clip.sealed).first(1000), 100);
  stalls->body_end = test::FakeExchange::BodyEnd::kStalls;
  const auto late = site.patch(second, 0, clip.sealed, 4096);
  stalls->when_stalled = [&site, &late] { site.start(*late); };
  site.start(*stalls);
  site.io.restart();
  while (late->outcome() == "no answer") site.io.run_one();
  EXPECT_EQ(late->outcome(), "unit_bodies_full");
  stalls->stop_handle().stop();
  site.run_started();
  EXPECT_EQ(stalls->outcome(), "superseded");
  const auto again = site.patch(second, 0, clip.sealed, 4096);
  EXPECT_EQ(site.run(*again), "204");
}

}  // namespace
}  // namespace hansom::ingest
