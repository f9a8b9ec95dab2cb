// One thread for work that takes long.
#include "index/api/helper_thread.h"

namespace hansom::api {
namespace {

tl::unexpected<Error> draining() {
  return fail(ErrorKind::kUnavailable, "draining", "the server is shutting down");
}

}  // namespace

HelperThread::HelperThread() : thread_([this] { loop(); }) {}

HelperThread::~HelperThread() {
  stop();
}

void HelperThread::run(const Job& job) {
  Status taken = take(job);
  if (taken) {
    wake_.notify_one();
  } else {
    job(std::move(taken));
  }
}

Status HelperThread::take(const Job& job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return draining();
  if (queue_.size() >= kQueueMax) {
    return fail(ErrorKind::kUnavailable, "overloaded",
                "other sweeps are waiting; ask again when they are done");
  }
  queue_.push_back(job);
  return {};
}

void HelperThread::stop() {
  std::deque<Job> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
  }
  wake_.notify_one();
  for (const Job& job : dropped) job(draining());
  if (thread_.joinable()) thread_.join();
}

void HelperThread::loop() {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    job({});
  }
}

}  // namespace hansom::api
