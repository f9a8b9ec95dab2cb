// The pool of inspectors: see inspector_pool.h.
#include "ingest/inspect/inspector_pool.h"

#include <algorithm>
#include <utility>

#include "ingest/inspect/inspector/sandbox.h"
#include "ingest/inspect/warm_parent.h"
#include "proto/base/check.h"
#include "proto/base/log.h"

namespace hansom::ingest {
namespace {

constexpr const char* kNotOpenable = "not_openable";
constexpr const char* kTooLarge = "too_large";

bool is_this_machines_fault(const Error& error) {
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kStorage;
}

// The inspector ended without an answer of its own.
bool inspector_died(const evidence::Report& report) {
  return report.inspector_version().empty() && report.reason_token() != kNotOpenable &&
         report.reason_token() != kTooLarge;
}

}  // namespace

InspectorPool::InspectorPool(InspectionSource& source, InspectorPoolOptions options)
    : source_(source), options_(std::move(options)), parent_(make_parent(options_.inspector)) {}

InspectorPool::~InspectorPool() {
  stop(std::chrono::steady_clock::now());
}

void InspectorPool::start() {
  HANSOM_CHECK(workers_.empty());
  const std::lock_guard lock(mutex_);
  working_ = options_.workers;
  for (unsigned i = 0; i < options_.workers; ++i) workers_.emplace_back([this] { work(); });
}

void InspectorPool::notify() {
  const std::lock_guard lock(mutex_);
  ++news_;
  changed_.notify_all();
}

void InspectorPool::stop(std::chrono::steady_clock::time_point deadline) {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    changed_.wait_until(lock, deadline, [this] { return working_ == 0; });
  }
  kill_.raise();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

InspectorPoolCounters InspectorPool::counters() const {
  const std::uint64_t parents = parent_->started();
  const std::lock_guard lock(mutex_);
  InspectorPoolCounters counters = counters_;
  counters.parents = parents;
  return counters;
}

bool InspectorPool::pause(std::chrono::milliseconds duration) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, duration, [this] { return stopping_; });
}

std::chrono::milliseconds InspectorPool::backoff(unsigned attempt) const {
  return std::min(options_.backoff_max, options_.backoff * (1U << std::min(attempt, 16U)));
}

void InspectorPool::work() {
  unsigned failures = 0;
  for (;;) {
    std::uint64_t news = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
      news = news_;
    }
    const Result<std::optional<InspectionTask>> task = source_.next();
    if (!task) {
      log_error("inspection_queue_failed", task.error());
      if (!pause(backoff(failures++))) break;
    } else if (*task) {
      failures = 0;
      handle(**task);
    } else {
      failures = 0;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || news_ != news; });
    }
  }
  std::unique_lock lock(mutex_);
  --working_;
  changed_.notify_all();
  // The kernel ends the warm parent and its children with the thread that started it: all go
  // together.
  changed_.wait(lock, [this] { return working_ == 0; });
}

void InspectorPool::handle(const InspectionTask& task) {
  {
    const std::lock_guard lock(mutex_);
    ++counters_.running;
  }
  const std::optional<evidence::Report> report = examine(task);
  const bool died = report && inspector_died(*report);
  // Memory or time may have been short for a moment; so it is tried again, but not for ever.
  const bool again = died && task.died + 1 < kDeathsMax;
  if (died) {
    log(LogLevel::kWarning, "inspector_died",
        {{"clip", task.clip.hex()},
         {"reason", report->reason_token()},
         {"attempt", static_cast<std::int64_t>(task.died) + 1},
         {"again", again}});
  }
  const bool stored =
      report && journal(task.clip, [&] {
        return again ? source_.put_back(task, *report) : source_.store(task, *report);
      });
  {
    const std::lock_guard lock(mutex_);
    --counters_.running;
    if (died) ++counters_.inspectors_died;
    if (stored && !again) {
      const bool decodable = report->outcome() == evidence::Report::DECODABLE;
      ++(decodable ? counters_.decodable : counters_.undecodable);
    }
  }
  if (again) static_cast<void>(pause(backoff(task.died)));
}

std::optional<evidence::Report> InspectorPool::examine(const InspectionTask& task) {
  for (unsigned attempt = 0; attempt < options_.attempts_max; ++attempt) {
    Result<evidence::Report> report = try_once(task);
    if (report) return *std::move(report);
    if (report.error().kind == ErrorKind::kCancelled) return std::nullopt;
    log_error("inspection_failed", report.error(),
              {{"clip", task.clip.hex()}, {"attempt", static_cast<std::int64_t>(attempt) + 1}});
    if (!pause(backoff(attempt))) return std::nullopt;
  }
  log(LogLevel::kError, "inspection_postponed", {{"clip", task.clip.hex()}});
  const std::lock_guard lock(mutex_);
  ++counters_.postponed;
  return std::nullopt;
}

Result<evidence::Report> InspectorPool::try_once(const InspectionTask& task) {
  const Result<FileDescriptor> media = source_.open_media(task.clip);
  if (!media) {
    if (is_this_machines_fault(media.error())) return fail(media.error());
    return undecodable(kNotOpenable, media.error().message);
  }
  InspectorOptions options = options_.inspector;
  options.level = task.level;
  Result<Inspection> inspection = inspect(*parent_, *media, options, kill_, options_.on_start);
  if (!inspection) return fail(std::move(inspection).error());
  if (!inspector_died(inspection->report)) note_measures(inspection->measures);
  return std::move(inspection->report);
}

bool InspectorPool::journal(const ClipId& clip, const std::function<Status()>& commit) {
  for (unsigned attempt = 0;; ++attempt) {
    const Status stored = commit();
    if (stored) return true;
    {
      const std::lock_guard lock(mutex_);
      ++counters_.store_errors;
    }
    log_error("report_not_stored", stored.error(), {{"clip", clip.hex()}});
    const ErrorKind kind = stored.error().kind;
    if (kind == ErrorKind::kGone || kind == ErrorKind::kNotFound) return false;
    if (!pause(backoff(attempt))) return false;
  }
}

void InspectorPool::note_measures(std::uint32_t measures) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t seen = measures | (1U << 31);
  if (std::exchange(measures_seen_, seen) == seen) return;
  log((measures & kMeasuresAll) == kMeasuresAll ? LogLevel::kInfo : LogLevel::kWarning,
      "inspector_sandbox",
      {{"user_namespace", (measures & kMeasureUserNamespace) != 0},
       {"net_namespace", (measures & kMeasureNetNamespace) != 0},
       {"ipc_namespace", (measures & kMeasureIpcNamespace) != 0},
       {"uts_namespace", (measures & kMeasureUtsNamespace) != 0},
       {"mount_namespace", (measures & kMeasureMountNamespace) != 0},
       {"empty_root", (measures & kMeasureEmptyRoot) != 0},
       {"landlock", (measures & kMeasureLandlock) != 0}});
}

}  // namespace hansom::ingest
