// Threads for what blocks on the disk: writes of the spool, rehashing after a restart, removals.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "proto/http/awaitable_callback.h"

namespace hansom::ingest {

// Bounded: `queue_max` jobs wait; one more is refused with kUnavailable `overloaded`. Any thread.
class DiskPool {
 public:
  DiskPool(unsigned threads, std::size_t queue_max);
  ~DiskPool();  // stop()
  DiskPool(const DiskPool&) = delete;
  DiskPool& operator=(const DiskPool&) = delete;

  // Runs `job` on a disk thread and hands its result to `done` there; where it is refused, `done`
  // gets that at once on the caller's thread. What they refer to must live until `done` is called.
  template <typename T>
  void run(std::function<Result<T>()> job, http::Callback<T> done) {
    const auto task = [job = std::move(job), done] { done(job()); };
    if (Status queued = post(task); !queued) done(fail(std::move(queued).error()));
  }

  // The same for coroutines. Requires: `job` is a local of the caller.
  template <typename T>
  [[nodiscard]] http::Awaitable<Result<T>> await(const std::function<Result<T>()>& job) {
    const std::function<void(http::Callback<T>)> start = [this, &job](http::Callback<T> done) {
      run<T>(job, std::move(done));
    };
    Result<T> result = co_await http::await_callback<T>(start);
    co_return result;
  }

  // Runs what is queued, then joins. Idempotent; later jobs are refused.
  void stop();

 private:
  [[nodiscard]] Status post(std::function<void()> task);
  void work();

  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;  // by mutex_
  bool stopping_ = false;                    // by mutex_
  std::vector<std::jthread> threads_;
};

}  // namespace hansom::ingest
