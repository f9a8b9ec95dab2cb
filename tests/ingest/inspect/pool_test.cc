// The pool: the queue keeps moving whatever clips, inspectors, the store and the operator do.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ingest/inspect/inspector_pool.h"
#include "tests/ingest/inspect/fake_source.h"
#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::ingest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// A program that runs until it is killed, in the inspector's place.
InspectorOptions endless_inspector() {
  InspectorOptions options;
  options.program = HANSOM_SANDBOX_PROBE;
  options.more_arguments = {"endless_loop"};
  return options;
}

InspectorPoolOptions impatient(InspectorOptions inspector, OnStart on_start = {}) {
  InspectorPoolOptions options;
  options.workers = 1;
  options.inspector = std::move(inspector);
  options.attempts_max = 3;
  options.backoff = milliseconds(1);
  options.backoff_max = milliseconds(4);
  options.on_start = std::move(on_start);
  return options;
}

TEST(Pool, BadClipsDoNotStopGoodOnes) {
  const auto good = test::make_small_clip();
  if (!good) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  test::FakeSource source;
  for (std::uint8_t i = 0; i < 8; ++i) source.add(i, i % 2 == 0 ? *good : Bytes(i * 1000UL, 0));
  InspectorPoolOptions options = impatient(test::real_inspector());
  options.workers = 2;
  InspectorPool pool(source, options);
  pool.start();
  for (std::uint8_t i = 0; i < 8; ++i) {
    const auto report = source.wait_for(i);
    ASSERT_TRUE(report) << int{i};
    EXPECT_EQ(report->outcome(),
              i % 2 == 0 ? evidence::Report::DECODABLE : evidence::Report::UNDECODABLE);
  }
  // A clip that comes while the pool is idle.
  source.add(9, *good);
  pool.notify();
  EXPECT_TRUE(source.wait_for(9));
  pool.stop(steady_clock::now() + seconds(20));
  EXPECT_EQ(pool.counters().decodable, 5);
  EXPECT_EQ(pool.counters().undecodable, 4);
  EXPECT_EQ(pool.counters().running, 0);
  EXPECT_EQ(pool.counters().inspectors_died, 0);
}

TEST(Pool, AClipThatKillsThreeInspectorsIsRecordedAndLeft) {
  test::FakeSource source;
  source.add(0, {1, 2, 3});
  InspectorPool pool(source, impatient(endless_inspector(),
                                       [](int process) { ASSERT_EQ(kill(process, SIGKILL), 0); }));
  pool.start();
  const auto report = source.wait_for(0);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->outcome(), evidence::Report::UNDECODABLE);
  EXPECT_EQ(report->reason_token(), "killed");
  pool.stop(steady_clock::now() + seconds(20));
  EXPECT_EQ(source.opens(0), 3);
  EXPECT_EQ(source.deaths(), (std::vector<std::string>{"killed", "killed"}));
  EXPECT_EQ(pool.counters().inspectors_died, 3);
  EXPECT_EQ(pool.counters().undecodable, 1);
}

TEST(Pool, DeathsOfAnEarlierRunCount) {
  test::FakeSource source;
  source.add(0, {1, 2, 3}, kDeathsMax - 1);
  InspectorPool pool(source, impatient(endless_inspector(),
                                       [](int process) { ASSERT_EQ(kill(process, SIGKILL), 0); }));
  pool.start();
  EXPECT_TRUE(source.wait_for(0));
  pool.stop(steady_clock::now() + seconds(20));
  EXPECT_EQ(source.opens(0), 1);
  EXPECT_TRUE(source.deaths().empty());
}

TEST(Pool, ABadMomentCostsAClipNothing) {
  const auto good = test::make_small_clip();
  if (!good) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  test::FakeSource source;
  source.add(0, *good);
  source.add(1, *good);
  std::atomic<bool> first{true};
  InspectorPool pool(source, impatient(test::real_inspector(), [&first](int process) {
                       if (first.exchange(false)) kill(process, SIGKILL);
                     }));
  pool.start();
  // The other one does not wait for it.
  for (const auto clip : {std::uint8_t{1}, std::uint8_t{0}}) {
    const auto report = source.wait_for(clip);
    ASSERT_TRUE(report) << int{clip};
    EXPECT_EQ(report->outcome(), evidence::Report::DECODABLE) << int{clip};
  }
  pool.stop(steady_clock::now() + seconds(20));
  EXPECT_EQ(source.deaths(), (std::vector<std::string>{"killed"}));
  EXPECT_EQ(source.opens(0), 2);
  EXPECT_EQ(source.opens(1), 1);
}

TEST(Pool, EachClipIsLookedAtAsCloselyAsItsTaskSays) {
  const auto good = test::make_small_clip();
  if (!good) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  test::FakeSource source;
  source.add(0, *good, 0, evidence::Report::FULL);
  source.add(1, *good, 0, evidence::Report::HEADERS);
  source.add(2, *good);
  InspectorPool pool(source, impatient(test::real_inspector()));
  pool.start();
  const std::array levels{evidence::Report::FULL, evidence::Report::HEADERS,
                          evidence::Report::KEYFRAMES};
  std::uint8_t clip = 0;
  for (const evidence::Report::Level level : levels) {
    const auto report = source.wait_for(clip);
    ASSERT_TRUE(report) << int{clip};
    EXPECT_EQ(report->level(), level) << int{clip};
    ++clip;
  }
}

TEST(Pool, ADeathIsRecordedHoweverOftenTheStoreFails) {
  test::FakeSource source;
  source.add(0, {1, 2, 3});
  source.fail_store(0, Error{ErrorKind::kStorage, "storage_failed", "the disk"}, 3);
  InspectorPool pool(source, impatient(endless_inspector(),
                                       [](int process) { ASSERT_EQ(kill(process, SIGKILL), 0); }));
  pool.start();
  EXPECT_TRUE(source.wait_for(0));
  pool.stop(steady_clock::now() + seconds(20));
  EXPECT_EQ(source.opens(0), 3);
  EXPECT_EQ(pool.counters().store_errors, 3);
}

TEST(Pool, StopEndsARunningInspectorAndLeavesItsClipPending) {
  test::FakeSource source;
  source.add(0, {1, 2, 3});
  std::atomic<int> process{0};
  InspectorPool pool(source, impatient(endless_inspector(), [&process](int id) {
                       process = id;
                       process.notify_all();
                     }));
  pool.start();
  process.wait(0);
  const auto start = steady_clock::now();
  pool.stop(start + milliseconds(100));
  EXPECT_LT(steady_clock::now() - start, seconds(5));
  EXPECT_EQ(source.stored(), 0);
  EXPECT_EQ(kill(process, 0), -1) << "the inspector is still there";
  EXPECT_EQ(pool.counters().running, 0);
}

TEST(Pool, StopLetsAnInspectionEndInTime) {
  const auto good = test::make_small_clip();
  if (!good) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  test::FakeSource source;
  source.add(0, *good);
  std::atomic<int> process{0};
  InspectorPool pool(source, impatient(test::real_inspector(), [&process](int id) {
                       process = id;
                       process.notify_all();
                     }));
  pool.start();
  process.wait(0);
  pool.stop(steady_clock::now() + seconds(30));
  EXPECT_EQ(source.stored(), 1);
}

TEST(Pool, AClipThatCannotBeOpenedIsRecorded) {
  test::FakeSource source;
  source.add(0, {});
  source.fail_open(0, Error{ErrorKind::kCorrupt, "age_payload", "chunk 3 does not open"}, 1);
  InspectorPool pool(source, impatient(test::real_inspector()));
  pool.start();
  const auto report = source.wait_for(0);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->reason_token(), "not_openable");
  EXPECT_EQ(report->reason(), "chunk 3 does not open");
  EXPECT_EQ(pool.counters().inspectors_died, 0);
}

TEST(Pool, FailuresOfTheMachineAreTriedAgain) {
  test::FakeSource source;
  source.add(0, {});
  source.fail_open(0, Error{ErrorKind::kUnavailable, "inspect_memory", "short of memory"}, 2);
  source.fail_store(0, Error{ErrorKind::kStorage, "storage_failed", "the disk"}, 7);
  InspectorPool pool(source, impatient(test::real_inspector()));
  pool.start();
  EXPECT_TRUE(source.wait_for(0));
  pool.stop(steady_clock::now() + seconds(20));
  EXPECT_EQ(source.opens(0), 3);
  EXPECT_EQ(pool.counters().store_errors, 7);
  EXPECT_EQ(pool.counters().undecodable, 1);
}

TEST(Pool, AMissingInspectorPutsClipsOffAndBlamesNone) {
  test::FakeSource source;
  source.add(0, {});
  source.add(1, {});
  InspectorOptions missing;
  missing.program = "/nonexistent/hansom-inspector";
  InspectorPool pool(source, impatient(missing));
  pool.start();
  const auto patience = steady_clock::now() + seconds(20);
  while (pool.counters().postponed < 2 && steady_clock::now() < patience) std::this_thread::yield();
  pool.stop(steady_clock::now() + seconds(20));
  EXPECT_EQ(pool.counters().postponed, 2);
  EXPECT_EQ(source.stored(), 0);
}

TEST(Pool, StopsWhileAStoreKeepsFailing) {
  test::FakeSource source;
  source.add(0, {});
  source.fail_store(0, Error{ErrorKind::kStorage, "storage_failed", "the disk"}, 1'000'000);
  InspectorPool pool(source, impatient(test::real_inspector()));
  pool.start();
  const auto patience = steady_clock::now() + seconds(20);
  while (pool.counters().store_errors == 0 && steady_clock::now() < patience) {
    std::this_thread::yield();
  }
  pool.stop(steady_clock::now());
  EXPECT_GT(pool.counters().store_errors, 0);
  EXPECT_EQ(source.stored(), 0);
}

TEST(Pool, StartsAndStopsWithNothingToDo) {
  test::FakeSource source;
  InspectorPoolOptions options = impatient(test::real_inspector());
  options.workers = 4;
  InspectorPool pool(source, options);
  pool.start();
  pool.notify();
  pool.stop(steady_clock::now() + seconds(20));
  EXPECT_EQ(pool.counters().decodable + pool.counters().undecodable, 0);
}

}  // namespace
}  // namespace hansom::ingest
