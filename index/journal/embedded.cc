// The embedded journal: a bounded queue in front of one writer thread, and readers of the published
// tree.
//
// Two locks, never held together. queue_mutex_ guards the queue and `stopping_`; it is held for a
// push or for taking a group. published_mutex_ guards one pointer; it is held to copy or to replace
// it. Readers then work on their own snapshot, so that a long proof never holds up the writer.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "index/journal/writer.h"
#include "proto/base/check.h"
#include "proto/base/log.h"

namespace hansom::journal {
namespace {

struct Queued {
  Command command;
  std::size_t bytes = 0;
};

class EmbeddedJournal final : public Journal {
 public:
  EmbeddedJournal(store::Store& store, const Rules& rules, tlog::Signer signer, Clock& clock,
                  Random& random, EmbeddedOptions options, const Tree& tree)
      : store_(store),
        options_(options),
        published_(std::make_shared<const Tree>(tree)),
        writer_(store, rules, std::move(signer), clock, random, tree,
                [this](const Tree& durable) { publish(durable); }),
        thread_([this] { run(); }) {}
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

  [[nodiscard]] Head head() const override { return published()->head; }

  [[nodiscard]] Result<Head> head_covering(LeafIndex leaf) const override {
    const auto tree = published();
    HANSOM_TRY(covers(*tree, leaf));
    const auto reader = store_.snapshot();
    Result<Head> found = fail(ErrorKind::kCorrupt, "journal_corrupt",
                              "no head covers leaf " + std::to_string(to_u64(leaf)));
    HANSOM_TRY(reader->scan(store::Family::kHead, number_key(to_u64(leaf) + 1), {},
                            store::Order::kAscending, [&](ByteSpan key, ByteSpan value) {
                              const auto size = parse_number_key(key);
                              if (size) found = Head{*size, to_text(value)};
                              return false;
                            }));
    return found;
  }

  [[nodiscard]] Result<Stored> read(LeafIndex leaf) const override {
    HANSOM_TRY(covers(*published(), leaf));
    const auto reader = store_.snapshot();
    Stored stored;
    HANSOM_TRY_ASSIGN(stored.leaf, read_leaf(*reader, to_u64(leaf)));
    HANSOM_TRY_ASSIGN(const auto row,
                      reader->get(store::Family::kRecord, number_key(to_u64(leaf))));
    if (!row) return stored;  // erased by retention
    HANSOM_TRY_ASSIGN(SaltedRecord record, split_record(*row));
    stored.salt = std::move(record.salt);
    stored.record = std::move(record.record);
    return stored;
  }

  [[nodiscard]] Result<tlog::Proof> prove_inclusion(LeafIndex leaf,
                                                    std::uint64_t tree_size) const override {
    const auto tree = published();
    HANSOM_TRY(covers(*tree, leaf));
    HANSOM_TRY(has_size(*tree, tree_size));
    if (to_u64(leaf) >= tree_size) {
      return fail(ErrorKind::kNotFound, "leaf_not_found", "the leaf is not in a tree of that size");
    }
    const auto reader = store_.snapshot();
    return tlog::inclusion_proof(to_u64(leaf), tree_size, tree_nodes(*reader, tree->edge));
  }

  [[nodiscard]] Result<tlog::Proof> prove_consistency(std::uint64_t old_size,
                                                      std::uint64_t new_size) const override {
    const auto tree = published();
    HANSOM_TRY(has_size(*tree, old_size));
    HANSOM_TRY(has_size(*tree, new_size));
    if (old_size > new_size) {
      return fail(ErrorKind::kInvalid, "bad_tree_size", "the old size is larger than the new one");
    }
    const auto reader = store_.snapshot();
    return tlog::consistency_proof(old_size, new_size, tree_nodes(*reader, tree->edge));
  }

  [[nodiscard]] bool healthy() const override { return healthy_; }

  [[nodiscard]] Counters counters() const override {
    Counters counters{commands_, refused_, groups_, sync_us_, 0};
    const std::lock_guard lock(queue_mutex_);
    counters.queued = queue_.size();
    return counters;
  }

  void stop() override {
    {
      const std::lock_guard lock(queue_mutex_);
      stopping_ = true;
    }
    queue_changed_.notify_all();
    const std::lock_guard lock(join_mutex_);  // two may stop at once; both return when it has ended
    if (thread_.joinable()) thread_.join();
  }

 private:
  [[nodiscard]] Status enqueue(Queued queued) {
    {
      const std::lock_guard lock(queue_mutex_);
      if (stopping_) return fail(ErrorKind::kUnavailable, "draining", "the server is stopping");
      if (!healthy_) return fail(failure());
      const bool too_many = queue_.size() >= options_.queue_max;
      const bool too_large = queue_bytes_ + queued.bytes > options_.queue_bytes_max;
      if (too_many || (too_large && !queue_.empty())) {
        return fail(ErrorKind::kUnavailable, "journal_busy",
                    "too many acts are waiting; try again");
      }
      queue_bytes_ += queued.bytes;
      queue_.push_back(std::move(queued));
    }
    queue_changed_.notify_one();
    return {};
  }

  // Waits for commands and takes what makes one group. Empty: stopping, and nothing is left.
  [[nodiscard]] std::vector<Command> take_group() {
    std::unique_lock lock(queue_mutex_);
    queue_changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    std::vector<Command> group;
    std::size_t bytes = 0;
    while (!queue_.empty() && group.size() < options_.group_max) {
      Queued& next = queue_.front();
      if (!group.empty() && bytes + next.bytes > options_.group_bytes_max) break;
      bytes += next.bytes;
      queue_bytes_ -= next.bytes;
      group.push_back(std::move(next.command));
      queue_.pop_front();
    }
    return group;
  }

  // The writer's thread.
  void run() {
    while (true) {
      std::vector<Command> group = take_group();
      if (group.empty()) return;
      if (!healthy_) {
        for (Command& command : group) command.done(fail(failure()));
        continue;
      }
      const GroupOutcome outcome = writer_.commit_group(
          std::move(group), [this](const Error& error) { become_unhealthy(error); });
      ++groups_;
      refused_ += outcome.refused;
      sync_us_ += outcome.sync_us;
    }
  }

  void become_unhealthy(const Error& error) {
    healthy_ = false;
    log_error("journal_failed", error);
  }

  [[nodiscard]] static Error failure() {
    return {ErrorKind::kStorage, "journal_failed",
            "an earlier commit failed; nothing is recorded until a restart"};
  }

  void publish(const Tree& durable) {
    auto next = std::make_shared<const Tree>(durable);
    const std::lock_guard lock(published_mutex_);
    published_.swap(next);
  }
  [[nodiscard]] std::shared_ptr<const Tree> published() const {
    const std::lock_guard lock(published_mutex_);
    return published_;
  }

  [[nodiscard]] static Status covers(const Tree& tree, LeafIndex leaf) {
    if (to_u64(leaf) < tree.head.size) return {};
    return fail(ErrorKind::kNotFound, "leaf_not_found",
                "the journal has " + std::to_string(tree.head.size) + " leaves");
  }
  [[nodiscard]] static Status has_size(const Tree& tree, std::uint64_t size) {
    if (size > 0 && size <= tree.head.size) return {};
    return fail(ErrorKind::kInvalid, "bad_tree_size",
                "a tree size is 1 to " + std::to_string(tree.head.size));
  }

  store::Store& store_;
  const EmbeddedOptions options_;

  mutable std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<Queued> queue_;
  std::size_t queue_bytes_ = 0;
  bool stopping_ = false;

  mutable std::mutex published_mutex_;
  std::shared_ptr<const Tree>
      published_;  // shared: a reader keeps its tree while the next one is published

  std::atomic<bool> healthy_ = true;
  std::atomic<std::uint64_t> commands_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> groups_ = 0;
  std::atomic<std::uint64_t> sync_us_ = 0;

  Writer writer_;  // the thread's own
  std::mutex join_mutex_;
  std::thread thread_;  // last: everything it uses is there before it starts
};

}  // namespace

Result<std::unique_ptr<Journal>> open_embedded(store::Store& store, const Rules& rules,
                                               tlog::Signer signer, Clock& clock, Random& random,
                                               EmbeddedOptions options) {
  HANSOM_CHECK(options.queue_max > 0 && options.group_max > 0);
  HANSOM_TRY_ASSIGN(const Tree tree, load_tree(store, signer));
  return std::make_unique<EmbeddedJournal>(store, rules, std::move(signer), clock, random, options,
                                           tree);
}

}  // namespace hansom::journal
