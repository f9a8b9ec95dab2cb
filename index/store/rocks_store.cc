// The store on RocksDB 7.8: open and lock, read, collect changes, commit them synced.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <set>
#include <unordered_map>

#include <fcntl.h>
#include <sys/file.h>

#include <rocksdb/perf_level.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include "index/store/durable_mark.h"
#include "index/store/rocks_options.h"
#include "index/store/rocks_rows.h"
#include "index/store/table_checksum.h"
#include "proto/base/check.h"
#include "proto/base/durable_file.h"

namespace hansom::store {
namespace {

constexpr int kReadOnlyOpensMax = 20;

class SnapshotReader final : public Reader {
 public:
  explicit SnapshotReader(std::shared_ptr<const Database> database)
      : database_(std::move(database)), snapshot_(database_->db->GetSnapshot()) {
    options_.snapshot = snapshot_;
  }
  ~SnapshotReader() override { database_->db->ReleaseSnapshot(snapshot_); }
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  [[nodiscard]] Result<std::optional<Bytes>> get(Family family, ByteSpan key) const override {
    return get_row(*database_, options_, family, key);
  }
  [[nodiscard]] Status scan(Family family, ByteSpan lower, ByteSpan upper, Order order,
                            const Visit& visit) const override {
    return scan_rows(*database_, options_, family, {}, lower, upper, order, visit);
  }

 private:
  std::shared_ptr<const Database> database_;  // shared: a reader may outlive the store
  const rocksdb::Snapshot* snapshot_;
  rocksdb::ReadOptions options_;
};

class RocksBatch final : public Batch {
 public:
  explicit RocksBatch(std::shared_ptr<const Database> database)
      : database_(std::move(database)), overlay_(std::make_shared<Overlay>()) {}
  RocksBatch(const RocksBatch& in_flight, std::function<void()> settle)
      : RocksBatch(in_flight.database_) {
    before_ = in_flight.overlay_;
    settle_ = std::move(settle);
  }

  [[nodiscard]] Result<std::optional<Bytes>> get(Family family, ByteSpan key) const override {
    const auto* row = overlay_->find(family, as_text(key));
    if (row == nullptr && before_) row = before_->find(family, as_text(key));
    if (row != nullptr) return *row ? std::optional<Bytes>(to_bytes(**row)) : std::nullopt;
    std::string name(1, static_cast<char>(family));
    name += as_text(key);
    const auto [at, is_new] = read_.try_emplace(std::move(name));
    if (is_new) {
      auto found = get_row(*database_, {}, family, key);
      if (!found) {
        read_.erase(at);
        return found;
      }
      at->second = *std::move(found);
    }
    return at->second;
  }
  [[nodiscard]] Status scan(Family family, ByteSpan lower, ByteSpan upper, Order order,
                            const Visit& visit) const override {
    // Three sorted sources would have to be merged; scans are rare on the way to a commit.
    if (before_) settle_();
    before_.reset();
    return scan_rows(*database_, {}, family, overlay_->rows(family), lower, upper, order, visit);
  }
  void put(Family family, ByteSpan key, ByteSpan value) override {
    overlay_->set(family, as_text(key), as_text(value));
  }
  void del(Family family, ByteSpan key) override {
    overlay_->set(family, as_text(key), std::nullopt);
  }
  void mark() override { overlay_->mark(); }
  void roll_back() override { overlay_->roll_back(); }
  void finish() override {
    HANSOM_CHECK(!finished_);
    add_to(finished_.emplace());
  }

  // What finish() has made; null without it.
  [[nodiscard]] rocksdb::WriteBatch* finished() { return finished_ ? &*finished_ : nullptr; }
  void add_to(rocksdb::WriteBatch& batch) const {
    for (std::size_t i = 0; i < kFamilies; ++i) {
      const auto family = static_cast<Family>(i);
      for (const auto& [key, value] : overlay_->rows(family)) {
        const auto status = value ? batch.Put(database_->family(family), key, *value)
                                  : batch.Delete(database_->family(family), key);
        HANSOM_CHECK(status.ok());
      }
    }
  }

 private:
  std::shared_ptr<const Database> database_;       // shared: see SnapshotReader
  std::shared_ptr<Overlay> overlay_;               // shared: the batch behind this one reads it
  mutable std::shared_ptr<const Overlay> before_;  // until it is known to be in the database
  std::function<void()> settle_;
  // Rows read before, by family and key: a command is validated by rows that its application reads
  // again, and nobody else writes meanwhile.
  mutable std::unordered_map<std::string, std::optional<Bytes>> read_;
  std::optional<rocksdb::WriteBatch> finished_;
};

class RocksStore final : public Store {
 public:
  // `mark` is none for readers.
  RocksStore(std::shared_ptr<const Database> database, Mode mode, std::optional<DurableMark> mark)
      : database_(std::move(database)), mode_(mode), mark_(std::move(mark)) {}

  [[nodiscard]] std::unique_ptr<Reader> snapshot() const override {
    return std::make_unique<SnapshotReader>(database_);
  }
  [[nodiscard]] std::unique_ptr<Batch> begin() override {
    return std::make_unique<RocksBatch>(database_);
  }
  [[nodiscard]] std::unique_ptr<Batch> begin_behind(const Batch& in_flight,
                                                    std::function<void()> settle) override {
    const auto* batch = dynamic_cast<const RocksBatch*>(&in_flight);
    HANSOM_CHECK(batch != nullptr);
    return std::make_unique<RocksBatch>(*batch, std::move(settle));
  }

  [[nodiscard]] Status commit(Batch& batch) override { return write({}, batch); }
  [[nodiscard]] Status commit_replacing(std::span<const Family> families, Batch& batch) override {
    return write(families, batch);
  }

  [[nodiscard]] Status copy_to(const std::filesystem::path& directory) const override {
    std::error_code failed;
    if (std::filesystem::exists(directory, failed)) {
      return fail(ErrorKind::kConflict, "already_exists", directory.string() + " is there already");
    }
    rocksdb::Checkpoint* made = nullptr;
    auto status = rocksdb::Checkpoint::Create(database_->db.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) status = checkpoint->CreateCheckpoint(directory.string());
    if (!status.ok()) return fail(store_error(status, directory.string()));
    return durable::sync_directory(directory.parent_path());
  }

  [[nodiscard]] Status verify_checksums() const override {
    std::vector<rocksdb::LiveFileMetaData> tables;
    database_->db->GetLiveFilesMetaData(&tables);
    for (const rocksdb::LiveFileMetaData& table : tables) {
      const auto status = check_table(table);
      // Beside a running server a name may be gone by then, while the rows of the tables we have
      // open can still be read.
      if (mode_ == Mode::kReadOnly && status.IsPathNotFound()) return read_everything();
      if (!status.ok()) return fail(store_error(status, "checksum of " + table.name));
    }
    return {};
  }

 private:
  // Clears `families`, then makes the changes of `batch`: one synced, atomic write.
  [[nodiscard]] Status write(std::span<const Family> families, Batch& batch) {
    if (mode_ == Mode::kReadOnly) {
      return fail(ErrorKind::kStorage, "store_failed", "the store was opened for reading only");
    }
    if (failed_) {
      return fail(ErrorKind::kStorage, "store_failed",
                  "an earlier commit failed; restart after mending the disk");
    }
    auto* rocks_batch = dynamic_cast<RocksBatch*>(&batch);
    HANSOM_CHECK(rocks_batch != nullptr);
    rocksdb::WriteBatch here;
    rocksdb::WriteBatch* writes = families.empty() ? rocks_batch->finished() : nullptr;
    if (writes == nullptr) {
      for (const Family family : families) HANSOM_TRY(add_clearing(family, here));
      rocks_batch->add_to(here);
      writes = &here;
    }
    rocksdb::WriteOptions options;
    options.sync = true;
    // Its counters, one for each comparison of keys, cost a tenth of a commit.
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    const auto status = database_->db->Write(options, writes);
    if (status.ok()) {
      if (mark_) ignore(mark_->note(database_->db->GetLatestSequenceNumber()), "it stays behind");
      return {};
    }
    failed_ = true;
    return fail(store_error(status, "commit"));
  }

  // From the empty key (OneHint in rocks_options.cc counts on it) to just behind the last.
  [[nodiscard]] Status add_clearing(Family family, rocksdb::WriteBatch& writes) const {
    std::optional<std::string> end;
    HANSOM_TRY(scan_rows(*database_, {}, family, {}, {}, {}, Order::kDescending,
                         [&](ByteSpan key, ByteSpan) {
                           end = to_text(key) + '\0';
                           return false;
                         }));
    if (!end) return {};
    const auto status = writes.DeleteRange(database_->family(family), rocksdb::Slice(), *end);
    HANSOM_CHECK(status.ok());
    return {};
  }

  [[nodiscard]] Status read_everything() const {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    for (std::size_t i = 0; i < kFamilies; ++i) {
      HANSOM_TRY(scan_rows(*database_, options, static_cast<Family>(i), {}, {}, {},
                           Order::kAscending, [](ByteSpan, ByteSpan) { return true; }));
    }
    return {};
  }

  std::shared_ptr<const Database> database_;
  Mode mode_;
  std::optional<DurableMark> mark_;
  std::atomic<bool> failed_ = false;
};

// Takes the folder for this process; the kernel gives it back when we die.
Result<FileDescriptor> lock_directory(const std::filesystem::path& directory) {
  FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return fail(durable::storage_error(errno, "open", directory));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(durable::storage_error(errno, "lock", directory));
    return fail(ErrorKind::kUnavailable, "store_locked",
                directory.string() + ": another hansomd has it open; stop that one first");
  }
  return fd;
}

Result<std::shared_ptr<const Database>> open_database(const std::filesystem::path& directory,
                                                      Mode mode) {
  auto database = std::make_shared<Database>();
  if (mode != Mode::kReadOnly) {
    HANSOM_TRY_ASSIGN(database->lock, lock_directory(directory));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto families = family_descriptors();
  const auto options = db_options(mode, *database->environment);
  const auto status =
      mode == Mode::kReadOnly
          ? rocksdb::DB::OpenForReadOnly(options, directory, families, &handles, &db)
          : rocksdb::DB::Open(options, directory, families, &handles, &db);
  if (status.IsInvalidArgument()) {  // families missing or unknown
    return fail(ErrorKind::kCorrupt, "store_corrupt",
                directory.string() + ": " + status.ToString());
  }
  if (!status.ok()) return fail(store_error(status, directory.string()));
  database->db.reset(db);
  HANSOM_CHECK(handles.size() == kFamilies + 1);
  database->unused.reset(handles.front());
  for (std::size_t i = 1; i < handles.size(); ++i) database->families.emplace_back(handles[i]);
  return std::shared_ptr<const Database>(std::move(database));
}

// The write-ahead logs that lie in the folder.
Result<std::set<std::string>> list_logs(const std::filesystem::path& directory) {
  std::set<std::string> logs;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(directory, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().extension() == ".log") logs.insert(entry->path().filename().string());
  }
  if (failed) return fail(durable::storage_error(failed.value(), "list", directory));
  return logs;
}

// RocksDB's read-only open reads the manifest, opens every table it names, then replays the
// write-ahead logs it finds. A server that flushes in between deletes a log whose rows are in a
// table this manifest does not name: the open succeeds and those rows are missing, with later ones
// there. Logs are deleted oldest first, and one is always in use; so if every log seen before the
// open is there after it, none was deleted during it, and what was opened is the state of one
// moment. Tables that are deleted later stay readable: all are held open (max_open_files).
//
// A secondary instance (OpenAsSecondary) would not be better: it has the same gap between manifest
// and logs, mends it only at its next catching up, which has it again, and knows no snapshots.
Result<std::shared_ptr<const Database>> open_beside_a_server(
    const std::filesystem::path& directory) {
  Error last{ErrorKind::kUnavailable, "store_busy",
             directory.string() + ": a running server goes on flushing; try again"};
  for (int tries = 0; tries < kReadOnlyOpensMax; ++tries) {
    HANSOM_TRY_ASSIGN(const std::set<std::string> before, list_logs(directory));
    auto database = open_database(directory, Mode::kReadOnly);
    HANSOM_TRY_ASSIGN(const std::set<std::string> after, list_logs(directory));
    const bool undisturbed = std::ranges::includes(after, before);
    if (database && undisturbed) return database;
    // A file may have been replaced between reading its name and opening it; damage stays damage.
    if (!database) last = std::move(database).error();
  }
  return fail(std::move(last));
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& directory, Mode mode) {
  if (mode == Mode::kCreate) HANSOM_TRY(durable::make_directories(directory));
  std::error_code ignored;
  if (mode != Mode::kCreate && !std::filesystem::exists(directory / "CURRENT", ignored)) {
    return fail(ErrorKind::kNotFound, "not_found", directory.string() + ": no store is there");
  }
  const std::uint64_t durable = DurableMark::read(directory);  // first: a server goes on beside us
  auto database =
      mode == Mode::kReadOnly ? open_beside_a_server(directory) : open_database(directory, mode);
  if (!database) return fail(std::move(database).error());
  HANSOM_TRY(DurableMark::check(directory, durable, (*database)->db->GetLatestSequenceNumber()));
  std::optional<DurableMark> mark;
  if (mode != Mode::kReadOnly) {
    HANSOM_TRY_ASSIGN(DurableMark opened, DurableMark::open(directory));
    mark = std::move(opened);
  }
  return std::make_unique<RocksStore>(*std::move(database), mode, std::move(mark));
}

}  // namespace hansom::store
