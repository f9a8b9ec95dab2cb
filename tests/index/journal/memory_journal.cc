// The journal in memory. "Durable" is what was copied to the disk, which is a map.
#include "tests/index/journal/memory_journal.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "index/journal/rows.h"
#include "index/journal/writer.h"
#include "proto/tlog/entry_bundle.h"
#include "tests/index/journal/fixture.h"
#include "tests/support/memory_store.h"

namespace hansom::journal {
namespace {

using store::Family;
using test::MemoryStore;

// What survives a power cut.
struct Disk {
  std::mutex mutex;
  MemoryStore rows;

  MemoryStore copy() {
    const std::lock_guard lock(mutex);
    return rows;
  }
  void write(const MemoryStore& all) {
    const std::lock_guard lock(mutex);
    rows = all;
  }
};

struct Parts {
  std::shared_ptr<Disk> disk;  // shared: the bench opens a second journal on a copy
  const Rules& rules;
  tlog::Signer signer;
  Clock& clock;
  Random& random;
  Defect defect;
};

class MemoryJournal final : public Journal {
 public:
  explicit MemoryJournal(Parts parts) : parts_(std::move(parts)), rows_(parts_.disk->copy()) {
    const std::uint64_t size = read_position(rows_).value().value_or(0);
    edge_ = read_edge(rows_, size).value();
    if (size > 0) {
      last_time_ = tlog::Leaf::decode(read_leaf(rows_, size - 1).value()).value().time;
    } else {
      rows_.put(Family::kMeta, as_bytes(kFormatKey), as_bytes(kFormat));
    }
    if (size == 0 || parts_.defect == Defect::kSignsTwice) seal();
    head_ = Head{size, to_text(*rows_.get(Family::kHead, number_key(size)).value())};
    thread_ = std::thread([this] { run(); });
  }
  ~MemoryJournal() override { stop(); }
  MemoryJournal(const MemoryJournal&) = delete;
  MemoryJournal& operator=(const MemoryJournal&) = delete;

  void fail_next_commit() { fail_next_ = true; }

  void submit(evidence::Record record, Done done) override {
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_) {
        queue_.push_back({std::move(record), std::move(done)});
        changed_.notify_all();
        return;
      }
    }
    done(fail(ErrorKind::kUnavailable, "draining", "stopping"));
  }
  [[nodiscard]] tlog::VerifierKey key() const override { return parts_.signer.verifier(); }
  [[nodiscard]] Head head() const override {
    const std::lock_guard lock(mutex_);
    return head_;
  }
  [[nodiscard]] Result<Head> head_covering(LeafIndex leaf) const override {
    HANSOM_TRY(covers(leaf));
    const MemoryStore rows = parts_.disk->copy();
    Head found;
    HANSOM_TRY(rows.scan(Family::kHead, number_key(to_u64(leaf) + 1), {}, store::Order::kAscending,
                         [&](ByteSpan key, ByteSpan value) {
                           found = {parse_number_key(key).value(), to_text(value)};
                           return false;
                         }));
    return found;
  }
  [[nodiscard]] Result<Stored> read(LeafIndex leaf) const override {
    HANSOM_TRY(covers(leaf));
    const MemoryStore rows = parts_.disk->copy();
    Stored stored;
    HANSOM_TRY_ASSIGN(stored.leaf, read_leaf(rows, to_u64(leaf)));
    HANSOM_TRY_ASSIGN(const auto row, rows.get(Family::kRecord, number_key(to_u64(leaf))));
    if (!row) return stored;
    HANSOM_TRY_ASSIGN(SaltedRecord parts, split_record(*row));
    stored.salt = std::move(parts.salt);
    stored.record = std::move(parts.record);
    return stored;
  }
  [[nodiscard]] Result<tlog::Proof> prove_inclusion(LeafIndex leaf,
                                                    std::uint64_t tree_size) const override {
    HANSOM_TRY(covers(leaf));
    HANSOM_TRY(has_size(tree_size));
    if (to_u64(leaf) >= tree_size) return fail(ErrorKind::kNotFound, "leaf_not_found", "beyond");
    return tlog::inclusion_proof(to_u64(leaf), tree_size, nodes());
  }
  [[nodiscard]] Result<tlog::Proof> prove_consistency(std::uint64_t old_size,
                                                      std::uint64_t new_size) const override {
    HANSOM_TRY(has_size(old_size));
    HANSOM_TRY(has_size(new_size));
    if (old_size > new_size) return fail(ErrorKind::kInvalid, "bad_tree_size", "backwards");
    return tlog::consistency_proof(old_size, new_size, nodes());
  }
  [[nodiscard]] Result<Bytes> tile(tlog::TileId id, std::uint64_t width) const override {
    const unsigned level = tlog::kTileHeight * id.level;
    HANSOM_TRY(reaches(id.level < tlog::kTileHeight ? head().size >> level : 0, id.number, width));
    const tlog::NodeReader read = nodes();
    std::vector<Digest> tile;
    for (std::uint64_t i = 0; i < width; ++i) {
      HANSOM_TRY_ASSIGN(const Digest hash, read(level, id.number * tlog::kTileWidth + i));
      tile.push_back(hash);
    }
    return tlog::encode_tile(tile);
  }
  [[nodiscard]] Result<Bytes> entries(std::uint64_t number, std::uint64_t width) const override {
    HANSOM_TRY(reaches(head().size, number, width));
    const MemoryStore rows = parts_.disk->copy();
    std::vector<Bytes> leaves;
    for (std::uint64_t i = 0; i < width; ++i) {
      HANSOM_TRY_ASSIGN(Bytes leaf, read_leaf(rows, number * tlog::kTileWidth + i));
      leaves.push_back(std::move(leaf));
    }
    return tlog::encode_entry_bundle(leaves);
  }
  [[nodiscard]] bool healthy() const override { return healthy_; }
  [[nodiscard]] Counters counters() const override { return {}; }
  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  [[nodiscard]] static Status reaches(std::uint64_t hashes, std::uint64_t number,
                                      std::uint64_t width) {
    const std::uint64_t full = hashes / tlog::kTileWidth;
    if (number < full || (number == full && width <= hashes % tlog::kTileWidth)) return {};
    return fail(ErrorKind::kNotFound, "tile_not_found", "the tree does not reach there yet");
  }

  [[nodiscard]] Status covers(LeafIndex leaf) const {
    if (to_u64(leaf) < head().size) return {};
    return fail(ErrorKind::kNotFound, "leaf_not_found", "no such leaf");
  }
  [[nodiscard]] Status has_size(std::uint64_t size) const {
    if (size > 0 && size <= head().size) return {};
    return fail(ErrorKind::kInvalid, "bad_tree_size", "no such size");
  }
  // Complete subtrees by recursion over the leaves.
  [[nodiscard]] tlog::NodeReader nodes() const {
    const auto rows = std::make_shared<MemoryStore>(parts_.disk->copy());  // kept by the reader
    return [rows](unsigned level, std::uint64_t index) { return node(*rows, level, index); };
  }
  static Result<Digest> node(const MemoryStore& rows, unsigned level, std::uint64_t index) {
    if (level == 0) {
      HANSOM_TRY_ASSIGN(const Bytes leaf, read_leaf(rows, index));
      return tlog::leaf_hash(leaf);
    }
    HANSOM_TRY_ASSIGN(const Digest left, node(rows, level - 1, index * 2));
    HANSOM_TRY_ASSIGN(const Digest right, node(rows, level - 1, index * 2 + 1));
    return tlog::node_hash(left, right);
  }

  void run() {
    while (true) {
      std::vector<Command> group;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        for (; !queue_.empty(); queue_.pop_front()) group.push_back(std::move(queue_.front()));
      }
      if (parts_.defect == Defect::kSwapsOrder) std::ranges::reverse(group);
      commit_group(std::move(group));
    }
  }

  void commit_group(std::vector<Command> group) {
    std::vector<Result<Committed>> results;
    for (Command& command : group) {
      rows_.mark();
      results.push_back(healthy_ || parts_.defect == Defect::kTakesMoreAfterFailure
                            ? enter(std::move(command.record))
                            : fail(failure()));
      const bool keep = parts_.defect == Defect::kKeepsRefusedRows;
      if (!results.back() && !keep) rows_.roll_back();
    }
    const bool answer_first = parts_.defect == Defect::kAnswersBeforeDurable;
    if (answer_first) answer(group, results);
    seal();
    if (fail_next_.exchange(false)) {
      healthy_ = false;
      rows_ = parts_.disk->copy();
      const std::uint64_t size = read_position(rows_).value().value_or(0);
      edge_ = read_edge(rows_, size).value();
      if (parts_.defect != Defect::kAcknowledgesFailure) {
        for (auto& result : results) result = fail(failure());
      }
    } else if (healthy_ || parts_.defect == Defect::kTakesMoreAfterFailure) {
      parts_.disk->write(rows_);
      const std::lock_guard lock(mutex_);
      head_ = {edge_.size(), to_text(*rows_.get(Family::kHead, number_key(edge_.size())).value())};
    }
    if (!answer_first) answer(group, results);
  }

  static void answer(std::vector<Command>& group, std::vector<Result<Committed>>& results) {
    for (std::size_t i = 0; i < group.size(); ++i) group[i].done(results[i]);
  }
  static Error failure() { return {ErrorKind::kStorage, "journal_failed", "a commit failed"}; }

  Result<Committed> enter(evidence::Record record) {
    UtcTime time = parts_.clock.now();
    if (parts_.defect != Defect::kTimeRunsBack) time = std::max(time, last_time_);
    record.set_time_us(to_unix_us(time));
    HANSOM_TRY(parts_.rules.validate(record, rows_));
    const std::uint64_t index = edge_.size();
    const Bytes bytes = to_bytes(record.SerializeAsString());
    Bytes salt(tlog::kSaltBytes);
    parts_.random.fill(salt);
    const Bytes leaf =
        tlog::Leaf{static_cast<std::uint16_t>(record.act_case()), time, tlog::commit(salt, bytes)}
            .encode();
    rows_.put(Family::kLeaf, number_key(index), leaf);
    rows_.put(Family::kRecord, number_key(index), join_record(salt, bytes));
    if (parts_.defect == Defect::kKeepsErasedRecords) record.clear_clip_destroyed();
    if (parts_.defect != Defect::kForgetsViews || index % 10 != 9) {
      HANSOM_TRY(parts_.rules.apply(record, LeafIndex{index}, rows_));
    }
    std::vector<tlog::FullTile> tiles;
    edge_.append(tlog::leaf_hash(leaf), tiles);
    for (const tlog::FullTile& tile : tiles)
      rows_.put(Family::kTile, tile_key(tile.id), tile.bytes);
    last_time_ = time;
    return Committed{LeafIndex{index}, time, record};
  }

  // A head over what is in rows_.
  void seal() {
    std::vector<std::string> extensions;
    if (parts_.defect == Defect::kSignsTwice) extensions.push_back(std::to_string(++signed_));
    const tlog::Checkpoint checkpoint{parts_.signer.verifier().name, edge_.size(), edge_.root(),
                                      extensions};
    rows_.put(Family::kHead, number_key(edge_.size()),
              as_bytes(parts_.signer.sign_note(checkpoint.text())));
    rows_.put(Family::kMeta, as_bytes(kPositionKey), number_key(edge_.size()));
  }

  Parts parts_;
  MemoryStore rows_;  // the thread's own, once it runs
  tlog::RightEdge edge_;
  UtcTime last_time_ = from_unix_us(0);
  int signed_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Command> queue_;
  Head head_;
  bool stopping_ = false;
  std::atomic<bool> healthy_ = true;
  std::atomic<bool> fail_next_ = false;
  std::thread thread_;
};

class MemoryBench final : public Bench {
 public:
  MemoryBench(const MemoryStore& rows, const Secret& pem, Defect defect)
      : disk_(std::make_shared<Disk>()), pem_(pem.clone()), defect_(defect) {
    disk_->write(rows);
    journal_ = std::make_unique<MemoryJournal>(Parts{
        disk_, rules_, tlog::Signer::from_pem(kOrigin, pem_).value(), clock_, *random_, defect});
  }
  Journal& journal() override { return *journal_; }
  std::unique_ptr<store::Reader> views() override {
    return std::make_unique<MemoryStore>(disk_->copy());
  }
  tlog::VerifierKey key() const override {
    return tlog::Signer::from_pem(kOrigin, pem_).value().verifier();
  }
  void set_time(UtcTime time) override { clock_.set(time); }
  std::unique_ptr<Bench> after_power_cut() override {
    return std::make_unique<MemoryBench>(disk_->copy(), pem_, defect_);
  }
  void fail_next_commit() override { journal_->fail_next_commit(); }

 private:
  std::shared_ptr<Disk> disk_;  // shared with the journal
  Secret pem_;
  Defect defect_;
  TestRules rules_;
  ManualClock clock_{from_unix_us(1'700'000'000'000'000)};
  std::unique_ptr<Random> random_ = seeded_random(5);
  std::unique_ptr<MemoryJournal> journal_;
};

}  // namespace

std::unique_ptr<Bench> make_memory_bench(Defect defect) {
  return std::make_unique<MemoryBench>(MemoryStore(), tlog::Signer::generate_pem(), defect);
}

}  // namespace hansom::journal
