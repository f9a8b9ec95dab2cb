// Room on the spool's file system: the reserve that stays free, and what is done when a write has
// met a full disk all the same.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>

#include "proto/base/result.h"

namespace hansom::ingest {

// After a write that found no room nothing is taken in for so long; then the next one tries anew.
inline constexpr std::chrono::seconds kNoRoomPause{5};

// The larger of the two stays free.
struct Reserve {
  unsigned percent = 5;  // of the file system
  std::uint64_t bytes = 0;
};

// Unlike a failed sync a full disk passes: somebody makes room. Any thread.
class DiskRoom {
 public:
  using Clock = std::chrono::steady_clock;
  struct Figures {
    std::uint64_t total = 0, free = 0, reserve = 0;  // bytes
  };

  DiskRoom(std::filesystem::path directory, Reserve reserve)
      : directory_(std::move(directory)), reserve_(reserve) {}

  [[nodiscard]] static std::uint64_t reserve_of(const Reserve& reserve, std::uint64_t total_bytes);

  // Error: kStorage, where the file system cannot be asked.
  [[nodiscard]] Result<Figures> figures() const;
  // Whether `more_bytes` fit and leave the reserve free. Errors: kUnavailable `disk_reserve`, and
  // `disk_full` for a while after ran_out(); as figures().
  [[nodiscard]] Status check(std::uint64_t more_bytes, Clock::time_point now = Clock::now());
  // A write has met a full disk.
  void ran_out(const Error& error, Clock::time_point now = Clock::now());
  [[nodiscard]] std::uint64_t times_ran_out() const { return times_ran_out_.load(); }

 private:
  void note(bool has_room);

  const std::filesystem::path directory_;
  const Reserve reserve_;
  std::atomic<Clock::rep> closed_until_ = Clock::time_point::min().time_since_epoch().count();
  std::atomic<std::uint64_t> times_ran_out_ = 0;
  std::atomic<bool> had_room_ = true;  // what the log was told last
};

}  // namespace hansom::ingest
