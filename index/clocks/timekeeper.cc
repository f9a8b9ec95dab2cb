// One unit after the other, in turn, so that none waits for a busy one.
#include "index/clocks/timekeeper.h"

#include "proto/base/log.h"

namespace hansom::clocks {
namespace {

constexpr auto kLookAgain = std::chrono::minutes(1);  // after a failure
// So many times as long as a unit took, nothing is reckoned: a tenth of one core at most, and what
// comes meanwhile of a busy unit is reckoned together.
constexpr int kRest = 9;

// A clip that was destroyed meanwhile has no interval any more.
bool is_gone(const Error& error) {
  return error.token == "destroyed" || error.token == "clip_not_found";
}

// Submits all and waits for all: the number recorded. Error: the first that is not of a clip gone.
Result<std::uint64_t> submit_all(EvidenceIndex& index, std::span<evidence::ClipTimed> acts) {
  std::vector<std::future<Result<journal::Committed>>> answers;
  answers.reserve(acts.size());
  for (evidence::ClipTimed& act : acts) {
    evidence::Record record = record_by_server();
    record.mutable_clip_timed()->Swap(&act);
    answers.push_back(index.submit(std::move(record)));
  }
  std::uint64_t recorded = 0;
  Status done;
  for (auto& answer : answers) {
    const auto committed = answer.get();
    if (committed) ++recorded;
    if (!committed && !is_gone(committed.error()) && done) done = fail(committed.error());
  }
  if (!done) return fail(std::move(done).error());
  return recorded;
}

}  // namespace

bool brings_facts(const evidence::Record& record) {
  return record.has_clip_accepted() || record.has_clip_inspected() ||
         record.has_events_reported() || record.has_clock_corrected() ||
         record.has_clock_correction_withdrawn();
}

Timekeeper::Timekeeper(EvidenceIndex& index, timeline::Zone zone)
    : index_(index), zone_(std::move(zone)) {}

Timekeeper::~Timekeeper() {
  stop();
}

void Timekeeper::start() {
  thread_ = std::thread([this] { run(); });
}

void Timekeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Timekeeper::notify() {
  {
    const std::lock_guard lock(mutex_);
    notified_ = true;
  }
  changed_.notify_all();
}

Timekeeper::Figures Timekeeper::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

bool Timekeeper::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

// The thread.
void Timekeeper::run() {
  if (const auto view = index_.view(); view) {
    const auto units = units_of_older_algorithm(view->reader());
    if (units) outdated_.insert(units->begin(), units->end());
    if (!units) log_error("clocks_failed", units.error());
  }
  while (!stopping()) {
    {
      const std::lock_guard lock(mutex_);
      notified_ = false;  // before looking: what comes from here on is looked at again
    }
    const auto began = std::chrono::steady_clock::now();
    const auto reckoned = run_one();
    if (reckoned && *reckoned) {
      rest(kRest * (std::chrono::steady_clock::now() - began));
      continue;
    }
    if (!reckoned && !stopping()) log_error("clocks_failed", reckoned.error());
    std::unique_lock lock(mutex_);
    const auto wake = [&] { return stopping_ || (notified_ && reckoned.has_value()); };
    if (reckoned) {
      changed_.wait(lock, wake);
    } else {
      changed_.wait_for(lock, kLookAgain, wake);
    }
  }
}

void Timekeeper::rest(std::chrono::steady_clock::duration time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
}

Result<std::optional<Waiting>> Timekeeper::next(const store::Reader& reader) {
  HANSOM_TRY_ASSIGN(auto waiting, next_waiting(reader, last_));
  if (waiting || outdated_.empty()) return waiting;
  return Waiting{*outdated_.begin(), 0};
}

Result<bool> Timekeeper::run_one() {
  // 1. One consistent view; what comes after it makes the unit wait again.
  HANSOM_TRY_ASSIGN(const View view, index_.view());
  HANSOM_TRY_ASSIGN(const std::optional<Waiting> waiting, next(view.reader()));
  if (!waiting) return false;
  last_ = waiting->unit;
  clips_ = 0;
  stated_ = 0;
  // 2. Window by window, a leaf for each clip whose interval is new. After a crash in between the
  //    rest is stated then.
  HANSOM_TRY(reckon(view.reader(), view.position(), *waiting, zone_,
                    [this](Reckoned reckoned) { return state(std::move(reckoned)); }));
  // 3. The unit is done with all facts before the view. From here it no longer waits for them.
  evidence::Record record = record_by_server();
  evidence::UnitTimed& act = *record.mutable_unit_timed();
  act.set_unit(waiting->unit);
  act.set_facts_before(view.position());
  act.set_clips(clips_);
  act.set_stated(stated_);
  act.set_algorithm(timeline::kAlgorithm);
  HANSOM_TRY(index_.submit_and_wait(std::move(record)));
  outdated_.erase(waiting->unit);
  const std::lock_guard lock(mutex_);
  ++figures_.units;
  figures_.stated += stated_;
  return true;
}

Status Timekeeper::state(Reckoned reckoned) {
  clips_ += reckoned.clips;
  const std::span<evidence::ClipTimed> acts(reckoned.stated);
  for (std::size_t at = 0; at < acts.size(); at += kStatementsAtOnce) {
    if (stopping()) return fail(ErrorKind::kCancelled, "cancelled", "the server stops");
    HANSOM_TRY_ASSIGN(
        const std::uint64_t recorded,
        submit_all(index_, acts.subspan(at, std::min(kStatementsAtOnce, acts.size() - at))));
    stated_ += recorded;
  }
  return {};
}

}  // namespace hansom::clocks
