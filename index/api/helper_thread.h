// One thread for work that takes long, with a bounded queue in front of it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "proto/base/result.h"

namespace hansom::api {

class HelperThread {
 public:
  static constexpr std::size_t kQueueMax = 8;

  HelperThread();
  ~HelperThread();
  HelperThread(const HelperThread&) = delete;
  HelperThread& operator=(const HelperThread&) = delete;

  // A job; it gets an error instead of running when the thread stops first. Called exactly once.
  using Job = std::function<void(Status may_run)>;
  // Any thread. A job that is not taken is called before this returns, with kUnavailable
  // `overloaded` or `draining`.
  void run(const Job& job);
  // Answers what waits with `draining`, lets the running job end, joins. Idempotent.
  void stop();

 private:
  [[nodiscard]] Status take(const Job& job);
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace hansom::api
