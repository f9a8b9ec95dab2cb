// The pool of inspectors: workers that take clips from the queue, each in a process of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ingest/inspect/inspection_source.h"
#include "ingest/inspect/inspector_process.h"

namespace hansom::ingest {

// So many inspectors may die over a clip; then it is recorded as what killed the last, and left.
inline constexpr unsigned kDeathsMax = 3;

struct InspectorPoolOptions {
  unsigned workers = 2;
  InspectorOptions inspector;
  // For what fails on this machine's account, not the clip's: again after backoff, doubled each
  // time up to backoff_max; after attempts_max the clip waits for the next start of the server.
  unsigned attempts_max = 5;
  std::chrono::milliseconds backoff{200};
  std::chrono::milliseconds backoff_max{10'000};
  OnStart on_start = {};  // see inspector_process.h; called from the workers
};

struct InspectorPoolCounters {
  std::uint64_t decodable = 0;
  std::uint64_t undecodable = 0;
  std::uint64_t inspectors_died = 0;  // up to kDeathsMax a clip
  std::uint64_t postponed = 0;        // put off to the next start of the server
  std::uint64_t store_errors = 0;
  std::uint64_t running = 0;
  std::uint64_t parents = 0;  // warm parents started
};

// Owns its threads. start() once, then stop() once; notify() and counters() from any thread.
class InspectorPool {
 public:
  // `source` must outlive the pool.
  InspectorPool(InspectionSource& source, InspectorPoolOptions options);
  // As stop() with no time to spare.
  ~InspectorPool();
  InspectorPool(const InspectorPool&) = delete;
  InspectorPool& operator=(const InspectorPool&) = delete;

  void start();
  // There may be new clips. Never blocks for long.
  void notify();
  // Takes no further clip, lets running inspections end until `deadline`, then kills their
  // processes, and joins every worker. A clip whose inspection was cut off stays pending. What is
  // in store() at the deadline is waited for.
  void stop(std::chrono::steady_clock::time_point deadline);

  [[nodiscard]] InspectorPoolCounters counters() const;

 private:
  void work();
  // Everything about one task. Nothing escapes but a stop.
  void handle(const InspectionTask& task);
  // The report of a clip, or nothing when it is put off or stopped.
  [[nodiscard]] std::optional<evidence::Report> examine(const InspectionTask& task);
  [[nodiscard]] Result<evidence::Report> try_once(const InspectionTask& task);
  // Calls `commit` until it succeeds; false when it has nowhere to go or the pool stops.
  [[nodiscard]] bool journal(const ClipId& clip, const std::function<Status()>& commit);
  void note_measures(std::uint32_t measures);
  // Waits; false when the pool is to stop.
  [[nodiscard]] bool pause(std::chrono::milliseconds duration);
  [[nodiscard]] std::chrono::milliseconds backoff(unsigned attempt) const;

  InspectionSource& source_;
  const InspectorPoolOptions options_;
  const std::unique_ptr<WarmParent> parent_;
  StopSignal kill_;
  mutable std::mutex mutex_;  // guards the next five
  std::condition_variable changed_;
  bool stopping_ = false;
  std::uint64_t news_ = 0;   // counts notify()
  std::size_t working_ = 0;  // workers not yet at their end
  std::uint32_t measures_seen_ = 0;
  InspectorPoolCounters counters_;
  std::vector<std::thread> workers_;
};

}  // namespace hansom::ingest
