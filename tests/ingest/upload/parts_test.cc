// Leases, group sync, buffers and the disk pool, each by itself.
#include <gtest/gtest.h>

#include <future>

#include <fcntl.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "ingest/upload/buffer_pool.h"
#include "ingest/upload/disk_pool.h"
#include "ingest/upload/leases.h"
#include "ingest/upload/sync_group.h"
#include "tests/support/temp_dir.h"

namespace hansom::ingest {
namespace {

using boost::asio::io_context;
using Taken = std::optional<Result<Leases::Lease>>;

void take(io_context& io, Leases& leases, const UploadId& id, http::StopHandle stop, Taken& taken,
          std::chrono::milliseconds wait = std::chrono::milliseconds(20)) {
  const auto done = [&taken](const std::exception_ptr& thrown, Result<Leases::Lease> lease) {
    if (thrown) std::rethrow_exception(thrown);
    taken = std::move(lease);
  };
  boost::asio::co_spawn(io, leases.take(id, std::move(stop), wait), done);
}

TEST(Leases, TheNewestWins) {
  io_context io;
  Leases leases;
  const UploadId id = UploadId::make(system_random());
  Taken first;
  Taken second;
  Taken third;
  int stopped = 0;
  take(io, leases, id, http::StopHandle([&] { ++stopped; }), first);
  io.run();
  ASSERT_TRUE(first && *first);
  EXPECT_FALSE(leases.try_take(id).held());

  take(io, leases, id, http::StopHandle(), second, std::chrono::hours(1));
  take(io, leases, id, http::StopHandle(), third, std::chrono::hours(1));
  io.restart();
  while (!second) io.run_one();
  EXPECT_EQ((*second).error().token, "superseded");
  EXPECT_EQ(stopped, 2);
  EXPECT_FALSE(third);
  first.reset();
  while (!third) io.run_one();
  EXPECT_TRUE(*third);
  EXPECT_EQ(leases.taken_over(), 2U);
  third.reset();
  EXPECT_TRUE(leases.try_take(id).held());
  EXPECT_TRUE(leases.try_take(id).held()) << "given back at once";
}

TEST(Leases, AHolderThatDoesNotLetGoLocksTheUpload) {
  io_context io;
  Leases leases;
  const UploadId id = UploadId::make(system_random());
  Leases::Lease held = leases.try_take(id);
  Taken taken;
  take(io, leases, id, http::StopHandle(), taken);
  io.run();
  ASSERT_TRUE(taken);
  EXPECT_EQ((*taken).error().token, "upload_locked");
  held = {};
  EXPECT_TRUE(leases.try_take(id).held());
}

TEST(Leases, ThePatientGetItWhenItIsFreeAndStopNobody) {
  io_context io;
  Leases leases;
  const UploadId id = UploadId::make(system_random());
  Leases::Lease held = leases.try_take(id);
  std::vector<bool> got;
  const auto wait = [&](std::chrono::milliseconds most) {
    const auto done = [&got](const std::exception_ptr& thrown, Leases::Lease lease) {
      if (thrown) std::rethrow_exception(thrown);
      got.push_back(lease.held());  // and is given back: the next one's turn
    };
    boost::asio::co_spawn(io, leases.take_when_free(id, most), done);
  };
  wait(std::chrono::milliseconds(1));
  io.run();
  EXPECT_EQ(got, std::vector<bool>{false}) << "not for ever";
  wait(std::chrono::hours(1));
  wait(std::chrono::hours(1));
  io.restart();
  io.poll();
  EXPECT_EQ(got.size(), 1U);
  held = {};
  while (got.size() < 3) io.run_one();
  EXPECT_EQ(got, (std::vector<bool>{false, true, true}));
  EXPECT_EQ(leases.taken_over(), 0U);
  EXPECT_TRUE(leases.try_take(id).held());
}

TEST(Leases, StopAllAsksEveryHolder) {
  io_context io;
  Leases leases;
  int stopped = 0;
  Taken first;
  Taken second;
  const http::StopHandle stop([&] { ++stopped; });
  take(io, leases, UploadId::make(system_random()), stop, first);
  take(io, leases, UploadId::make(system_random()), stop, second);
  io.run();
  leases.stop_all();
  EXPECT_EQ(stopped, 2);
}

Status wait_for_sync(SyncGroup& group, FileDescriptor file, const std::filesystem::path& path) {
  std::promise<Status> promise;
  auto answer = promise.get_future();
  group.sync(std::move(file), path, SyncGroup::What::kBytesAndName,
             [&promise](Status done) { promise.set_value(std::move(done)); });
  return answer.get();
}

Status wait_for_names(SyncGroup& group, const std::filesystem::path& folder) {
  std::promise<Status> promise;
  auto answer = promise.get_future();
  group.sync_folder(folder, [&promise](Status done) { promise.set_value(std::move(done)); });
  return answer.get();
}

FileDescriptor create(const std::filesystem::path& path) {
  return FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

TEST(SyncGroup, SyncsFewFilesAndMany) {
  test::TempDir folder;
  Fault fault;
  SyncGroup group(folder.path(), fault, [] {});
  EXPECT_TRUE(wait_for_sync(group, create(folder / "one"), folder / "one"));
  EXPECT_TRUE(wait_for_names(group, folder.path()));
  std::atomic<int> synced = 0;
  const auto count = [&synced](const Status& done) { synced += done ? 1 : 0; };
  for (int i = 0; i < 100; ++i) {
    const auto path = folder / ("f" + std::to_string(i));
    group.sync(create(path), path, SyncGroup::What::kBytes, count);
    group.sync_folder(folder.path(), count);
  }
  group.stop();
  EXPECT_EQ(synced, 200);
  EXPECT_EQ(group.counters().syncs, 202U);
  EXPECT_LE(group.counters().groups, 202U);
  EXPECT_EQ(wait_for_names(group, folder.path()).error().token, "draining");
  EXPECT_EQ(wait_for_sync(group, create(folder / "late"), folder / "late").error().token,
            "draining");
}

TEST(SyncGroup, AFolderThatIsMissingIsAFailedSync) {
  test::TempDir folder;
  Fault fault;
  SyncGroup group(folder.path(), fault, [] {});
  EXPECT_EQ(wait_for_names(group, folder / "none").error().kind, ErrorKind::kStorage);
  EXPECT_TRUE(fault.raised());
}

TEST(SyncGroup, AFailedSyncIsNeverFollowedByAGoodOne) {
  test::TempDir folder;
  Fault fault;
  std::atomic<int> failures = 0;
  SyncGroup group(folder.path(), fault, [&] { failures += fault.raised() ? 1 : 100; });
  EXPECT_EQ(wait_for_sync(group, FileDescriptor(), folder / "none").error().token,
            "storage_failed");
  EXPECT_TRUE(fault.raised());
  EXPECT_EQ(fault.check().error().token, "storage_failed");
  EXPECT_EQ(wait_for_sync(group, create(folder / "good"), folder / "good").error().token,
            "storage_failed");
  EXPECT_EQ(failures, 1) << "once, after the fault was raised";
}

TEST(BufferPool, LendsUpToItsBoundThenInOrder) {
  io_context io;
  BufferPool pool(2, kPageBytes);
  BufferPool::Buffer one = pool.try_take();
  BufferPool::Buffer two = pool.try_take();
  ASSERT_TRUE(one.held() && two.held());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(one.span().data()) % kPageBytes, 0U);
  EXPECT_FALSE(pool.try_take().held());
  std::vector<int> order;
  for (int i = 0; i < 2; ++i) {
    const auto done = [&order, i](const std::exception_ptr&, Result<BufferPool::Buffer> buffer) {
      if (buffer) order.push_back(i);
    };
    boost::asio::co_spawn(io, pool.take(), done);
  }
  io.poll();
  EXPECT_TRUE(order.empty());
  one = {};
  io.run();
  EXPECT_EQ(order, (std::vector<int>{0, 1}));
}

TEST(DiskPool, RefusesWhatItsQueueCannotHold) {
  DiskPool pool(1, 1);
  std::promise<void> begun;
  std::promise<void> go_on;
  auto may_go_on = go_on.get_future().share();
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  const http::Callback<void> count = [&](const Status& status) { (status ? done : refused) += 1; };
  pool.run<void>(
      [&begun, may_go_on]() -> Status {
        begun.set_value();
        may_go_on.wait();
        return {};
      },
      count);
  begun.get_future().wait();
  const std::function<Status()> nothing = [] { return Status{}; };
  pool.run<void>(nothing, count);
  pool.run<void>(nothing, count);
  EXPECT_EQ(refused, 1);
  go_on.set_value();
  pool.stop();
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace hansom::ingest
