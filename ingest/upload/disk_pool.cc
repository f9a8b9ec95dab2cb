// A bounded queue and the threads that empty it.
#include "ingest/upload/disk_pool.h"

namespace hansom::ingest {

DiskPool::DiskPool(unsigned threads, std::size_t queue_max) : queue_max_(queue_max) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

DiskPool::~DiskPool() {
  stop();
}

Status DiskPool::post(std::function<void()> task) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) {
      return fail(ErrorKind::kUnavailable, "overloaded", "too much waits for the disk");
    }
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return {};
}

void DiskPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it holds goes before the next wait
    lock.lock();
  }
}

void DiskPool::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  threads_.clear();  // joins
}

}  // namespace hansom::ingest
