// The embedded journal: a bounded queue, two threads that take turns at entering commands into the
// open group and at making a group durable.
//
// mutex_ guards the queue, the roles of the threads and the flags beside them; it is held for a
// push, for taking commands and for taking or giving back a role. Readers do not meet it:
// published.h.
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "index/journal/commit_figures.h"
#include "index/journal/published.h"
#include "index/journal/views.h"
#include "index/journal/writer.h"
#include "proto/base/check.h"
#include "proto/base/log.h"

namespace hansom::journal {
namespace {

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point start) {
  const auto elapsed = std::chrono::steady_clock::now() - start;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());
}

struct Queued {
  Command command;
  std::size_t bytes = 0;
};

class EmbeddedJournal final : public Journal {
 public:
  EmbeddedJournal(store::Store& store, const Rules& rules, KeyRing keys, Clock& clock,
                  Random& random, EmbeddedOptions options, const Tree& tree)
      : options_(options),
        published_(store, tree),
        writer_(store, rules, std::move(keys), clock, random),
        open_(std::make_unique<Group>(writer_.first_group(tree))),
        threads_{std::thread([this] { work(); }), std::thread([this] { work(); })} {}
  ~EmbeddedJournal() override { stop(); }
  EmbeddedJournal(const EmbeddedJournal&) = delete;
  EmbeddedJournal& operator=(const EmbeddedJournal&) = delete;

  void submit(evidence::Record record, Done done) override {
    ++commands_;
    const std::size_t bytes = record.ByteSizeLong();
    if (Status queued = enqueue({{std::move(record), done}, bytes}); !queued) {
      ++refused_;
      done(fail(std::move(queued).error()));
    }
  }

  [[nodiscard]] tlog::VerifierKey key() const override { return published_.key(); }
  [[nodiscard]] Head head() const override { return published_.head(); }
  [[nodiscard]] Result<Head> head_covering(LeafIndex leaf) const override {
    return published_.head_covering(leaf);
  }
  [[nodiscard]] Result<Stored> read(LeafIndex leaf) const override { return published_.read(leaf); }
  [[nodiscard]] Result<tlog::Proof> prove_inclusion(LeafIndex leaf,
                                                    std::uint64_t tree_size) const override {
    return published_.prove_inclusion(leaf, tree_size);
  }
  [[nodiscard]] Result<tlog::Proof> prove_consistency(std::uint64_t old_size,
                                                      std::uint64_t new_size) const override {
    return published_.prove_consistency(old_size, new_size);
  }
  [[nodiscard]] Result<Bytes> tile(tlog::TileId id, std::uint64_t width) const override {
    return published_.tile(id, width);
  }
  [[nodiscard]] Result<Bytes> entries(std::uint64_t number, std::uint64_t width) const override {
    return published_.entries(number, width);
  }
  [[nodiscard]] bool healthy() const override { return healthy_; }

  [[nodiscard]] CommitFigures commit_figures() const {
    return {group_sizes_.snapshot(), group_seconds_.snapshot()};
  }

  [[nodiscard]] Counters counters() const override {
    Counters counters{commands_, refused_, groups_, sync_us_, 0};
    const std::lock_guard lock(mutex_);
    counters.queued = waiting_;
    return counters;
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_to_do_.notify_all();
    const std::lock_guard lock(join_mutex_);  // two may stop at once; both return when it has ended
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

 private:
  [[nodiscard]] Status enqueue(Queued queued) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return fail(ErrorKind::kUnavailable, "draining", "the server is stopping");
    if (!healthy_) return fail(failure());
    const bool too_many = waiting_ >= options_.queue_max;
    const bool too_large = waiting_bytes_ + queued.bytes > options_.queue_bytes_max;
    if (too_many || (too_large && waiting_ > 0)) {
      return fail(ErrorKind::kUnavailable, "journal_busy", "too many acts are waiting; try again");
    }
    ++waiting_;
    waiting_bytes_ += queued.bytes;
    queue_.push_back(std::move(queued));
    wake_for_queue();
    return {};
  }

  // Requires: the lock. A thread that is entering commands looks at the queue again by itself.
  void wake_for_queue() {
    if (!queue_.empty() && !entering_ && !sealed_) wake();
  }
  void wake() {
    if (idle_ == 0 || woken_) return;
    woken_ = true;
    work_to_do_.notify_one();
  }

  // BOTH THREADS. Whichever is awake does what is due, so that a command that comes alone is
  // entered, committed and answered by one thread, and under load one thread enters commands while
  // the other commits: the longer a sync takes, the larger the next group.
  void work() {
    std::vector<Queued> taken;
    while (true) {
      switch (next_step(taken)) {
        case Step::kEnter:
          enter(taken);
          break;
        case Step::kSeal:
          seal();
          break;
        case Step::kCommit:
          commit_sealed();
          break;
        case Step::kEnd:
          return;
      }
    }
  }

  enum class Step { kEnter, kSeal, kCommit, kEnd };

  // Waits until there is something to do and takes the role for it: entering_ for the open group
  // and all that is in it, committing_ for the one that is being made durable and answered.
  [[nodiscard]] Step next_step(std::vector<Queued>& taken) {
    std::unique_lock lock(mutex_);
    while (true) {
      if (sealed_ && !committing_) {
        committing_ = std::move(sealed_);
        return Step::kCommit;
      }
      if (!entering_ && !sealed_ && may_seal()) {
        entering_ = true;
        return Step::kSeal;
      }
      if (!entering_ && !sealed_ && next_fits(open_->answers.size(), open_->bytes)) {
        entering_ = true;
        take(taken);
        return Step::kEnter;
      }
      if (stopping_ && !entering_ && !sealed_ && queue_.empty() && open_->answers.empty()) {
        work_to_do_.notify_all();  // the other thread, if it waits
        return Step::kEnd;
      }
      ++idle_;
      work_to_do_.wait(lock);
      --idle_;
      woken_ = false;
    }
  }

  // What waits is committed together, but for one thing: those whom the last group answered come
  // back at once, and if they all went into one group, the threads would take turns with a large
  // group and a tiny one. With half of the load in each, one group is entered and sealed while the
  // other is committed. Requires: the lock; nobody is entering.
  [[nodiscard]] bool may_seal() const {
    const std::size_t answers = open_->answers.size();
    if (answers == 0) return false;
    if (!queue_.empty() && !next_fits(answers, open_->bytes)) return true;
    if (committing_) {
      // Not behind a few: what comes with a burst begins with one.
      constexpr std::size_t kInFlightMin = 8;
      return answered_last_ >= kInFlightMin && answers >= (waiting_ + answered_last_) / 2;
    }
    return queue_.empty() || answers >= std::max(waiting_, answered_last_) / 2;
  }
  // Whether a command waits that still fits into a group of so many. Requires: the lock.
  [[nodiscard]] bool next_fits(std::size_t answers, std::size_t bytes) const {
    return !queue_.empty() && answers < options_.group_max &&
           (answers == 0 || bytes + queue_.front().bytes <= options_.group_bytes_max);
  }
  // Few at a time, so that submitters seldom wait for the lock and a commit seldom for commands.
  // Requires: the lock.
  void take(std::vector<Queued>& taken) {
    constexpr std::size_t kTakenMax = 32;
    std::size_t bytes = open_->bytes;
    while (taken.size() < kTakenMax && next_fits(open_->answers.size() + taken.size(), bytes)) {
      bytes += queue_.front().bytes;
      taken.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }

  // Requires: the role of entering, which is given back.
  void enter(std::vector<Queued>& taken) {
    for (Queued& queued : taken) {
      open_->bytes += queued.bytes;
      writer_.enter(std::move(queued.command), *open_);
    }
    taken.clear();
    const std::lock_guard lock(mutex_);
    entering_ = false;
  }

  // Requires: the role of entering, which is given back.
  void seal() {
    writer_.seal(*open_);
    auto next = std::make_unique<Group>(writer_.group_behind(*open_, [this] { settle(); }));
    const std::lock_guard lock(mutex_);
    waiting_ -= open_->answers.size();
    waiting_bytes_ -= open_->bytes;
    sealed_ = std::exchange(open_, std::move(next));
    entering_ = false;
  }

  // Requires: the role of committing, which is given back.
  void commit_sealed() {
    {
      const std::lock_guard lock(mutex_);
      answered_last_ = committing_->answers.size();
      wake_for_queue();
    }
    commit(*committing_);
    std::unique_ptr<Group> answered;  // goes when the next one may begin
    const std::lock_guard lock(mutex_);
    answered = std::move(committing_);
    settled_.notify_one();
    if (sealed_) wake();
  }

  // Returns once no group is in flight. Requires: the role of entering, so that none is sealed.
  void settle() {
    std::unique_lock lock(mutex_);
    settled_.wait(lock, [this] { return !committing_; });
  }

  void commit(Group& group) {
    const auto started = std::chrono::steady_clock::now();
    Status durable = healthy_ ? writer_.make_durable(group) : Status(fail(failure()));
    const std::uint64_t took_us = microseconds_since(started);
    sync_us_ += took_us;
    ++groups_;
    group_sizes_.observe(static_cast<double>(group.answers.size()));
    group_seconds_.observe(static_cast<double>(took_us) / 1e6);
    if (!durable && healthy_) {
      healthy_ = false;
      log_error("journal_failed", durable.error());
    }
    // Readers get the new tree before anyone is told to look.
    if (durable && group.entered > 0) published_.publish(group.tree);
    refused_ += group.answers.size() - group.entered;
    // The waiters, in order.
    for (Group::Answer& answer : group.answers) {
      answer.done(durable ? std::move(answer.result) : Result<Committed>(fail(durable.error())));
    }
  }

  [[nodiscard]] static Error failure() {
    return {ErrorKind::kStorage, "journal_failed",
            "an earlier commit failed; nothing is recorded until a restart"};
  }

  const EmbeddedOptions options_;
  PublishedTree published_;

  mutable std::mutex mutex_;
  std::condition_variable work_to_do_;  // the two threads
  std::condition_variable settled_;     // settle()
  std::deque<Queued> queue_;
  std::size_t waiting_ = 0;  // commands queued or in the open group
  std::size_t waiting_bytes_ = 0;
  bool entering_ = false;              // a thread works on the open group
  std::unique_ptr<Group> sealed_;      // goes next; until then nothing is entered
  std::unique_ptr<Group> committing_;  // a thread has it in flight
  std::size_t idle_ = 0;               // threads that wait for something to do
  bool woken_ = false;                 // one of them was told
  std::size_t answered_last_ = 0;      // commands in the group in flight, or in the one before
  bool stopping_ = false;

  std::atomic<bool> healthy_ = true;
  std::atomic<std::uint64_t> commands_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> groups_ = 0;
  std::atomic<std::uint64_t> sync_us_ = 0;
  Histogram group_sizes_ = group_size_histogram();
  Histogram group_seconds_ = sync_seconds_histogram();

  Writer writer_;                // each half for the thread that has its role
  std::unique_ptr<Group> open_;  // for the thread that is entering; read under the lock if none is
  std::mutex join_mutex_;
  std::array<std::thread, 2> threads_;  // last: everything they use is there before they start
};

}  // namespace

CommitFigures commit_figures(const Journal& journal) {
  const auto* embedded = dynamic_cast<const EmbeddedJournal*>(&journal);
  return embedded == nullptr ? CommitFigures() : embedded->commit_figures();
}

Result<std::unique_ptr<Journal>> open_embedded(store::Store& store, const Rules& rules,
                                               KeyRing keys, Clock& clock, Random& random,
                                               EmbeddedOptions options) {
  HANSOM_CHECK(options.queue_max > 0 && options.group_max > 0);
  HANSOM_TRY_ASSIGN(const Tree tree, load_tree(store, keys));
  HANSOM_TRY(bring_views_up(store, rules));
  return std::make_unique<EmbeddedJournal>(store, rules, std::move(keys), clock, random, options,
                                           tree);
}

}  // namespace hansom::journal
