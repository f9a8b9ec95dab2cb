// The threads, what they share, and what is kept.
//
// One lock guards everything that is shared and is held for moments only. A second one, taken
// before it and only by the threads that bring a cosignature, keeps their writes to the file in
// order.
#include "index/witness/witnesses.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "index/witness/ask.h"
#include "proto/base/check.h"
#include "proto/base/durable_file.h"
#include "proto/base/log.h"

namespace hansom::witness {
namespace {

constexpr std::size_t kNoteBytesMax = std::size_t{1024} * 1024;

// The cosignatures that have come for one head.
struct Collected {
  std::string note;
  std::set<std::string> names;
};

}  // namespace

std::string_view word_of(Outcome outcome) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Outcome::kOutcomeCount)> kWords =
      {"cosigned", "unreachable", "refused", "bad_answer", "ahead", "forked"};
  return kWords.at(static_cast<std::size_t>(outcome));
}

struct Witnesses::State {
  State(const journal::Journal& j, Clock& c, WitnessesOptions o, Post p)
      : journal(j), clock(c), options(std::move(o)), post(std::move(p)) {}

  // Used by the thread of one witness; `counters` under the lock.
  struct Worker {
    const tlog::WitnessPolicy::Witness* witness = nullptr;
    std::uint64_t known_size = 0;
    std::optional<Outcome> last;
    WitnessCounters counters;
    std::thread thread;
  };

  const journal::Journal& journal;
  Clock& clock;
  const WitnessesOptions options;
  const Post post;

  std::atomic<bool> stopping{false};
  std::mutex publishing;  // before `mutex`
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::unique_ptr<Worker>> workers;
  std::thread timer;
  journal::Head target;  // what the workers ask for
  std::uint64_t target_number = 0;
  std::map<std::uint64_t, Collected> collected;  // by size, none below the newest witnessed
  std::optional<journal::Head> newest;
  std::set<std::string> newest_names;
  UtcTime newest_time{};
  std::uint64_t forks = 0;
  bool file_failed = false;

  void take_up_kept();
  Status check_kept(const tlog::SignedNote& kept, const tlog::Checkpoint& checkpoint) const;
  std::uint64_t set_target();
  void run_timer();
  void run_worker(Worker& worker);
  void count(Worker& worker, const Asked& asked, const journal::Head& head);
  void bring(const std::string& name, const journal::Head& head, const std::string& cosigned);
  void publish(const journal::Head& head, const std::set<std::string>& names);
};

// What an earlier run kept is shown again only when it is of this journal, whichever of its keys
// signed it: a kept checkpoint that the journal does not lead to means that the journal was rolled
// back or replaced.
void Witnesses::State::take_up_kept() {
  const auto bytes = durable::read_file(options.file, kNoteBytesMax);
  if (!bytes && bytes.error().kind == ErrorKind::kNotFound) return;
  const auto parsed = bytes ? tlog::SignedNote::parse(as_text(*bytes)) : fail(bytes.error());
  const auto checkpoint = parsed ? tlog::Checkpoint::parse(parsed->text) : fail(parsed.error());
  if (!checkpoint) {
    log_error("witnessed_checkpoint_dropped", checkpoint.error());
    return;
  }
  const std::string note = to_text(*bytes);
  if (Status fits = check_kept(*parsed, *checkpoint); !fits) {
    // Another history only if our key has signed it; else a file that somebody wrote.
    const auto ours = tlog::verify_checkpoint(note, options.journal_key);
    if (ours) ++forks;
    log_error(ours ? "journal_forked" : "witnessed_checkpoint_dropped",
              ours ? fits.error() : ours.error());
    return;
  }
  const auto seen = tlog::verify_witnesses(note, options.policy);
  if (!seen) {
    log_error("witnessed_checkpoint_dropped", seen.error());
    return;
  }
  newest = journal::Head{checkpoint->size, note};
  for (const tlog::Witnessed& witnessed : *seen) {
    newest_names.insert(witnessed.name);
    newest_time = std::max(newest_time, witnessed.time);
  }
}

Status Witnesses::State::check_kept(const tlog::SignedNote& kept,
                                    const tlog::Checkpoint& checkpoint) const {
  const auto forked = [](std::string why) {
    return fail(ErrorKind::kCorrupt, "journal_forked", std::move(why));
  };
  const std::uint64_t size = journal.head().size;
  if (checkpoint.size == 0 || checkpoint.size > size) {
    return forked("a checkpoint of " + std::to_string(checkpoint.size) +
                  " leaves was witnessed, and the journal has " + std::to_string(size));
  }
  HANSOM_TRY_ASSIGN(const journal::Head own, journal.head_covering(LeafIndex{checkpoint.size - 1}));
  HANSOM_TRY_ASSIGN(const tlog::SignedNote ours, tlog::SignedNote::parse(own.checkpoint));
  if (kept.text != ours.text) {
    return forked("another tree of " + std::to_string(checkpoint.size) + " leaves was witnessed");
  }
  return {};
}

// The journal's present head becomes what is asked for. Returns its size.
std::uint64_t Witnesses::State::set_target() {
  const journal::Head head = journal.head();
  const std::lock_guard lock(mutex);
  if (head.size > 0) {
    target = head;
    ++target_number;
    changed.notify_all();
  }
  return head.size;
}

void Witnesses::State::run_timer() {
  while (!stopping) {
    set_target();
    std::unique_lock lock(mutex);
    changed.wait_for(lock, options.interval, [this] { return stopping.load(); });
  }
}

void Witnesses::State::run_worker(Worker& worker) {
  std::uint64_t done = 0;  // number of the last target
  while (true) {
    journal::Head head;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return stopping.load() || target_number != done; });
      if (stopping) return;
      done = target_number;
      if (worker.counters.cosigned_size >= target.size) continue;
      head = target;
    }
    HttpRequest request;
    request.timeout = options.timeout;
    request.cancelled = [this] { return stopping.load(); };
    const Asked asked =
        ask({journal, *worker.witness, post, std::move(request)}, head, worker.known_size);
    if (stopping) return;
    count(worker, asked, head);
    if (asked.outcome == Outcome::kCosigned) bring(worker.witness->name, head, asked.note);
  }
}

void Witnesses::State::count(Worker& worker, const Asked& asked, const journal::Head& head) {
  const bool same_as_before = worker.last == asked.outcome;
  worker.last = asked.outcome;
  {
    const std::lock_guard lock(mutex);
    ++worker.counters.asked.at(static_cast<std::size_t>(asked.outcome));
    if (asked.outcome == Outcome::kCosigned) worker.counters.cosigned_size = head.size;
    if (asked.outcome == Outcome::kForked) ++forks;
  }
  const std::string& name = worker.witness->name;
  if (asked.outcome == Outcome::kForked) {
    log_error("journal_forked", {ErrorKind::kCorrupt, "journal_forked", asked.why},
              {{"witness", name}, {"journal_size", head.size}});
  } else if (same_as_before) {
    return;  // said before
  } else if (asked.outcome == Outcome::kCosigned) {
    log(LogLevel::kInfo, "witness_cosigns", {{"witness", name}, {"journal_size", head.size}});
  } else {
    log(LogLevel::kWarning, "witness_failed",
        {{"witness", name}, {"outcome", word_of(asked.outcome)}, {"message", asked.why}});
  }
}

// Puts one cosignature to those of its head; shows the head when the quorum is there.
void Witnesses::State::bring(const std::string& name, const journal::Head& head,
                             const std::string& cosigned) {
  const std::lock_guard order(publishing);
  Collected now;
  {
    const std::lock_guard lock(mutex);
    if (newest && head.size < newest->size) return;
    Collected& all = collected[head.size];
    if (all.note.empty() && newest && newest->size == head.size) {
      all = {newest->checkpoint, newest_names};
    }
    if (all.note.empty()) all.note = head.checkpoint;
    if (all.names.insert(name).second) all.note += cosigned.substr(head.checkpoint.size());
    if (!options.policy.met_by(all.names) || file_failed) return;
    now = all;
  }
  // A witnessed checkpoint is durable before anybody sees it. A failed sync is not tried again.
  if (Status kept = durable::replace(options.file, as_bytes(now.note)); !kept) {
    log_error("witnessed_checkpoint_not_kept", kept.error());
    const std::lock_guard lock(mutex);
    file_failed = true;
    return;
  }
  publish({head.size, std::move(now.note)}, now.names);
}

void Witnesses::State::publish(const journal::Head& head, const std::set<std::string>& names) {
  const std::lock_guard lock(mutex);
  newest = head;
  newest_names = names;
  newest_time = clock.now();
  collected.erase(collected.begin(), collected.lower_bound(head.size));
  changed.notify_all();
}

Witnesses::Witnesses(std::unique_ptr<State> state) : state_(std::move(state)) {}

Witnesses::~Witnesses() {
  stop();
}

Result<std::unique_ptr<Witnesses>> Witnesses::open(const journal::Journal& journal, Clock& clock,
                                                   WitnessesOptions options, Post post) {
  for (const auto& witness : options.policy.witnesses) {
    if (!witness.url.starts_with("http://") && !witness.url.starts_with("https://")) {
      return fail(ErrorKind::kInvalid, "bad_policy",
                  "witness " + witness.name + " has no http:// or https:// address");
    }
    if (witness.url.ends_with('/')) {
      return fail(ErrorKind::kInvalid, "bad_policy",
                  "the address of witness " + witness.name + " ends in a slash");
    }
  }
  if (options.policy.quorum == "none") {
    return fail(ErrorKind::kInvalid, "bad_policy",
                "a quorum of none asks for no witnesses: leave witnesses.policy empty instead");
  }
  auto state = std::make_unique<State>(journal, clock, std::move(options), std::move(post));
  for (const auto& witness : state->options.policy.witnesses) {
    auto worker = std::make_unique<State::Worker>();
    worker->witness = &witness;
    worker->counters.name = witness.name;
    state->workers.push_back(std::move(worker));
  }
  state->take_up_kept();
  return std::unique_ptr<Witnesses>(new Witnesses(std::move(state)));
}

void Witnesses::start() {
  HANSOM_CHECK(!state_->timer.joinable());
  for (const auto& worker : state_->workers) {
    worker->thread =
        std::thread([state = state_.get(), &worker = *worker] { state->run_worker(worker); });
  }
  state_->timer = std::thread([state = state_.get()] { state->run_timer(); });
}

void Witnesses::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
  }
  if (state_->timer.joinable()) state_->timer.join();
  for (const auto& worker : state_->workers) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

std::optional<journal::Head> Witnesses::newest() const {
  const std::lock_guard lock(state_->mutex);
  return state_->newest;
}

Result<journal::Head> Witnesses::ask_now(std::chrono::milliseconds patience) {
  const std::uint64_t wanted = state_->set_target();
  std::unique_lock lock(state_->mutex);
  const auto there = [&] { return state_->newest && state_->newest->size >= wanted; };
  state_->changed.wait_for(lock, patience, [&] { return there() || state_->stopping; });
  if (there()) return *state_->newest;
  if (state_->stopping) return fail(ErrorKind::kUnavailable, "draining", "the server is stopping");
  return fail(ErrorKind::kUnavailable, "not_witnessed",
              "the witnesses' quorum did not cosign in time");
}

WitnessesCounters Witnesses::counters() const {
  const std::lock_guard lock(state_->mutex);
  WitnessesCounters out;
  for (const auto& worker : state_->workers) {
    out.witnesses.push_back(worker->counters);
    if (!state_->newest_names.contains(worker->counters.name)) ++out.behind;
  }
  if (state_->newest) out.size = state_->newest->size;
  if (state_->newest) out.unix_us = to_unix_us(state_->newest_time);
  out.forks = state_->forks;
  return out;
}

}  // namespace hansom::witness
