// Reads the vault again, in the background of the server.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "index/evidence_index.h"
#include "index/vault/vault.h"

namespace hansom::scrub {

struct ScrubOptions {
  std::uint64_t bytes_per_second = 0;  // 0: off
  std::chrono::days interval{0};       // from the end of a pass to the next; 0: off
  std::filesystem::path place;         // file with the place of an unfinished pass
};

// How far a pass has come.
struct ScrubProgress {
  std::int64_t started_us = 0;
  std::string after;  // clip id of the last clip that was read whole; empty: none
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t damaged = 0;
};

// Owns one thread. Everything given to it outlives it. Calls from any thread.
class Scrubber {
 public:
  Scrubber(EvidenceIndex& index, vault::Vault& vault, Clock& clock, ScrubOptions options);
  ~Scrubber();
  Scrubber(const Scrubber&) = delete;
  Scrubber& operator=(const Scrubber&) = delete;

  // Starts the thread, unless scrubbing is off.
  void start();
  // Ends a pass where it is; it goes on there after the next start. Idempotent.
  void stop();
  // Begins a pass at once. Errors: kConflict `scrub_running`; kUnavailable `scrub_off`.
  [[nodiscard]] Status begin_pass();
  // nullopt: no pass is running.
  [[nodiscard]] std::optional<ScrubProgress> progress() const;
  [[nodiscard]] std::uint64_t bytes_read() const;  // since the start, of all passes
  [[nodiscard]] bool is_off() const;

  // One pass, or the rest of one, on the caller's thread; true when it came to its end. Requires:
  // the thread was not started. Errors: kStorage (the journal takes no facts, the place cannot be
  // kept): the pass stays unfinished.
  [[nodiscard]] Result<bool> run_pass();

 private:
  struct Reading;
  void run();
  [[nodiscard]] bool due() const;
  [[nodiscard]] Result<bool> read_clips(ScrubProgress& progress);
  [[nodiscard]] Result<bool> read_object(const Reading& reading, ScrubProgress& progress);
  [[nodiscard]] Result<std::string> examine(const Reading& reading, ScrubProgress& progress);
  [[nodiscard]] Status record(const Reading& reading, const std::string& found);
  [[nodiscard]] Status finish(const ScrubProgress& progress);
  [[nodiscard]] Status keep_place(const ScrubProgress& progress) const;
  // Waits until so many more bytes may have been read; false: told to stop.
  [[nodiscard]] bool pace(std::uint64_t bytes);
  [[nodiscard]] bool stopping() const;
  void show(const std::optional<ScrubProgress>& progress);

  EvidenceIndex& index_;
  vault::Vault& vault_;
  Clock& clock_;
  const ScrubOptions options_;

  mutable std::mutex mutex_;  // what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  bool asked_ = false;
  std::optional<ScrubProgress> progress_;
  std::uint64_t bytes_read_ = 0;

  std::chrono::steady_clock::time_point next_read_{};  // the pass's own
  std::thread thread_;
};

}  // namespace hansom::scrub
