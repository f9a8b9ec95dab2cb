// The embedded journal: a bounded queue, a thread that prepares groups, a thread that makes them
// durable, and readers of the published tree.
//
// Two locks, never held together. mutex_ guards the queue, the group handed over and the flags
// beside them; it is held for a push, for taking commands and for handing a group over.
// published_mutex_ guards one pointer; it is held to copy or to replace it. Readers then work on
// their own snapshot, so that a long proof never holds up a commit.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "index/journal/views.h"
#include "index/journal/writer.h"
#include "proto/base/check.h"
#include "proto/base/log.h"
#include "proto/tlog/entry_bundle.h"

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
      : store_(store),
        options_(options),
        published_(std::make_shared<const Tree>(tree)),
        writer_(store, rules, std::move(keys), clock, random),
        committer_([this] { commit_groups(); }),
        preparer_([this] { prepare_groups(); }) {}
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

  [[nodiscard]] tlog::VerifierKey key() const override { return published()->key->verifier(); }

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

  [[nodiscard]] Result<Bytes> tile(tlog::TileId id, std::uint64_t width) const override {
    const auto tree = published();
    HANSOM_TRY(reaches(hashes_at(*tree, id.level), id.number, width));
    if (id.number < hashes_at(*tree, id.level) / tlog::kTileWidth) {
      const auto reader = store_.snapshot();
      HANSOM_TRY_ASSIGN(const auto hashes, read_tile(*reader, id));
      return tlog::encode_tile(std::span(hashes).first(static_cast<std::size_t>(width)));
    }
    std::vector<Digest> hashes;
    for (std::size_t offset = 0; offset < width; ++offset) {
      const auto hash = tree->edge.find({id, offset, 1});
      HANSOM_CHECK(hash.has_value());
      hashes.push_back(*hash);
    }
    return tlog::encode_tile(hashes);
  }

  [[nodiscard]] Result<Bytes> entries(std::uint64_t number, std::uint64_t width) const override {
    const auto tree = published();
    HANSOM_TRY(reaches(tree->head.size, number, width));
    const auto reader = store_.snapshot();
    std::vector<Bytes> leaves;
    const std::uint64_t first = number * tlog::kTileWidth;
    for (std::uint64_t index = first; index < first + width; ++index) {
      HANSOM_TRY_ASSIGN(Bytes leaf, read_leaf(*reader, index));
      leaves.push_back(std::move(leaf));
    }
    return tlog::encode_entry_bundle(leaves);
  }

  [[nodiscard]] bool healthy() const override { return healthy_; }

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
    to_prepare_.notify_one();
    const std::lock_guard lock(join_mutex_);  // two may stop at once; both return when it has ended
    if (preparer_.joinable()) preparer_.join();
    if (committer_.joinable()) committer_.join();
  }

 private:
  [[nodiscard]] Status enqueue(Queued queued) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return fail(ErrorKind::kUnavailable, "draining", "the server is stopping");
      if (!healthy_) return fail(failure());
      const bool too_many = waiting_ >= options_.queue_max;
      const bool too_large = waiting_bytes_ + queued.bytes > options_.queue_bytes_max;
      if (too_many || (too_large && waiting_ > 0)) {
        return fail(ErrorKind::kUnavailable, "journal_busy",
                    "too many acts are waiting; try again");
      }
      ++waiting_;
      waiting_bytes_ += queued.bytes;
      queue_.push_back(std::move(queued));
    }
    to_prepare_.notify_one();
    return {};
  }

  // THE FIRST THREAD: enters commands as they come into the group that is open, and hands it over
  // when the group before it is durable: the longer a sync takes, the larger the next group.
  void prepare_groups() {
    auto group = std::make_unique<Group>(writer_.first_group(*published()));
    while (true) {
      std::vector<Queued> taken = take(*group);
      for (Queued& queued : taken) {
        group->bytes += queued.bytes;
        writer_.enter(std::move(queued.command), *group);
      }
      if (group->answers.empty()) break;  // stopping, and nothing is left
      if (!may_hand_over(*group)) continue;
      writer_.seal(*group);
      auto next = std::make_unique<Group>(writer_.group_behind(*group, [this] { settle(); }));
      hand_over(std::move(group));
      group = std::move(next);
    }
    const std::lock_guard lock(mutex_);
    prepared_all_ = true;
    handed_over_.notify_one();
  }

  // Waits until there is something to do. Empty: no command fits or is there; then the group can be
  // handed over, or all is done. Few at a time, so that submitters seldom wait for the lock.
  [[nodiscard]] std::vector<Queued> take(const Group& group) {
    constexpr std::size_t kTakenMax = 32;
    std::vector<Queued> taken;
    std::size_t bytes = group.bytes;
    std::unique_lock lock(mutex_);
    const auto next_fits = [&] {
      return !queue_.empty() && fits(group.answers.size() + taken.size(), bytes);
    };
    to_prepare_.wait(lock, [&] {
      return next_fits() || (!group.answers.empty() && !committing_) ||
             (stopping_ && queue_.empty() && group.answers.empty());
    });
    while (next_fits() && taken.size() < kTakenMax) {
      bytes += queue_.front().bytes;
      taken.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    return taken;
  }

  // What waits is committed together, but for one thing: those whom the last group answered come
  // back at once, and if they all went into one group, the threads would take turns with a large
  // group and a tiny one. With half of the load in each, one group is prepared while the other is
  // committed.
  [[nodiscard]] bool may_hand_over(const Group& group) const {
    const std::lock_guard lock(mutex_);
    if (committing_) return false;
    const std::size_t load = std::max(waiting_, answered_last_);
    return queue_.empty() || !fits(group.answers.size(), group.bytes) ||
           group.answers.size() >= load / 2;
  }
  // Whether the next command still fits into a group of so many. Requires: the lock; one is queued.
  [[nodiscard]] bool fits(std::size_t answers, std::size_t bytes) const {
    return answers < options_.group_max &&
           (answers == 0 || bytes + queue_.front().bytes <= options_.group_bytes_max);
  }

  void hand_over(std::unique_ptr<Group> group) {
    {
      const std::lock_guard lock(mutex_);
      waiting_ -= group->answers.size();
      waiting_bytes_ -= group->bytes;
      answered_last_ = group->answers.size();
      committing_ = std::move(group);
    }
    handed_over_.notify_one();
  }

  // Returns once no group is in flight. The first thread only.
  void settle() {
    std::unique_lock lock(mutex_);
    to_prepare_.wait(lock, [this] { return !committing_; });
  }

  // THE SECOND THREAD: one group after the other becomes durable and is answered.
  void commit_groups() {
    while (true) {
      Group* group = nullptr;
      {
        std::unique_lock lock(mutex_);
        handed_over_.wait(lock, [this] { return committing_ || prepared_all_; });
        group = committing_.get();
      }
      if (group == nullptr) return;
      commit(*group);
      std::unique_ptr<Group> answered;  // goes after the lock
      const std::lock_guard lock(mutex_);
      answered = std::move(committing_);
      to_prepare_.notify_one();
    }
  }

  void commit(Group& group) {
    const auto started = std::chrono::steady_clock::now();
    Status durable = healthy_ ? writer_.make_durable(group) : Status(fail(failure()));
    sync_us_ += microseconds_since(started);
    ++groups_;
    if (!durable && healthy_) become_unhealthy(durable.error());
    // Readers get the new tree before anyone is told to look.
    if (durable && group.entered > 0) publish(group.tree);
    refused_ += group.answers.size() - group.entered;
    // The waiters, in order.
    for (Group::Answer& answer : group.answers) {
      answer.done(durable ? std::move(answer.result) : Result<Committed>(fail(durable.error())));
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

  // How many hashes the public tree has at a tile level.
  [[nodiscard]] static std::uint64_t hashes_at(const Tree& tree, unsigned level) {
    return level < tlog::kTileHeight ? tree.head.size >> (tlog::kTileHeight * level) : 0;
  }
  [[nodiscard]] static Status reaches(std::uint64_t hashes, std::uint64_t number,
                                      std::uint64_t width) {
    HANSOM_CHECK(width >= 1 && width <= tlog::kTileWidth);
    const std::uint64_t full = hashes / tlog::kTileWidth;
    if (number < full || (number == full && width <= hashes % tlog::kTileWidth)) return {};
    return fail(ErrorKind::kNotFound, "tile_not_found", "the tree does not reach there yet");
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

  mutable std::mutex mutex_;
  std::condition_variable to_prepare_;   // the first thread: commands, the end of a commit, the end
  std::condition_variable handed_over_;  // the second thread
  std::deque<Queued> queue_;
  std::size_t waiting_ = 0;  // commands queued or in the open group
  std::size_t waiting_bytes_ = 0;
  std::unique_ptr<Group> committing_;  // handed over, not answered yet
  std::size_t answered_last_ = 0;      // commands in that group, or in the one before
  bool stopping_ = false;
  bool prepared_all_ = false;

  mutable std::mutex published_mutex_;
  std::shared_ptr<const Tree>
      published_;  // shared: a reader keeps its tree while the next one is published

  std::atomic<bool> healthy_ = true;
  std::atomic<std::uint64_t> commands_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> groups_ = 0;
  std::atomic<std::uint64_t> sync_us_ = 0;

  Writer writer_;  // each half is one thread's own
  std::mutex join_mutex_;
  std::thread committer_;  // last: everything they use is there before they start
  std::thread preparer_;
};

}  // namespace

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
