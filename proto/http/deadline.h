// A moment that may move: moving it is two stores, because its timer is only set again when it
// fires or must fire earlier.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

namespace hansom::http {

// Calls `expired` on its executor when the moment passes. One thread: that of its executor.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  // Requires: `expired` stays callable as long as the Deadline lives.
  Deadline(const boost::asio::any_io_executor& executor, std::function<void()> expired);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(Clock::time_point moment);
  void clear();

 private:
  struct State;
  static void wait(const std::shared_ptr<State>& state);
  // Shared because a fired timer's handler may be queued when the Deadline goes; it holds a weak
  // reference.
  std::shared_ptr<State> state_;
};

}  // namespace hansom::http
