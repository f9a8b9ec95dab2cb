// RocksDB's options, each with its reason.
#include "index/store/rocks_options.h"

#include <array>
#include <cstdio>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "index/store/table_checksum.h"
#include "proto/base/log.h"

namespace hansom::store {
namespace {

constexpr std::size_t kMiB = std::size_t{1024} * 1024;
constexpr std::size_t kFlushedAtOnce = 32 * kMiB;  // of one family
constexpr std::size_t kSmallMemtable = 4 * kMiB;

// RocksDB's warnings as lines of our log, and no log file of its own: Debian's build asserts that
// every write to that file succeeds, so a full disk would end the server instead of being told.
class OperatorLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < rocksdb::InfoLogLevel::WARN_LEVEL || level == rocksdb::InfoLogLevel::HEADER_LEVEL) {
      return;
    }
    std::array<char, 1024> text{};
    // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): the format is RocksDB's own
    std::vsnprintf(text.data(), text.size(), format, arguments);
    log(level == rocksdb::InfoLogLevel::WARN_LEVEL ? LogLevel::kWarning : LogLevel::kError,
        "rocksdb", {{"message", text.data()}});
  }
  void Logv(const char* /*format*/, va_list /*arguments*/) override {
  }  // information: nobody reads it
};

// Out of space, RocksDB would wait for room, sync the same log again and write its size into the
// manifest: bytes that the failed sync has lost would then be missed by the next start.
class NoRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

// A group's rows come sorted by their keys, family by family, so that the place of a row is a short
// way from that of the row before it: one hint for all keys tells a memtable where it put the last.
// But the deletion of a range, which begins at the empty key (rocks_store.cc), goes into a list of
// its own in the same memtable, where a hint of the other list points nowhere.
class OneHint final : public rocksdb::SliceTransform {
 public:
  [[nodiscard]] const char* Name() const override { return "hansom.OneHint"; }
  [[nodiscard]] rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), 0};
  }
  [[nodiscard]] bool InDomain(const rocksdb::Slice& key) const override { return !key.empty(); }
};

// A row that comes in no order costs a search through the memtable, and in one of 32 MiB nearly
// every step of it misses the processor's caches: two thirds of the time of a commit. So memtables
// are small, and as many are merged into one table as make its size. A reader asks some more of
// them, most through their filters.
void take_rows_in_any_order(rocksdb::ColumnFamilyOptions& options) {
  constexpr auto kMerged = static_cast<int>(kFlushedAtOnce / kSmallMemtable);
  options.write_buffer_size = kSmallMemtable;
  options.min_write_buffer_number_to_merge = kMerged;
  options.max_write_buffer_number = 2 * kMerged + 2;  // as much again while a flush is running
}

}  // namespace

rocksdb::DBOptions db_options(Mode mode, rocksdb::Env& environment) {
  rocksdb::DBOptions options;
  options.env = &environment;
  options.create_if_missing = mode == Mode::kCreate;
  options.create_missing_column_families = mode == Mode::kCreate;
  options.paranoid_checks = true;
  options.track_and_verify_wals_in_manifest = true;
  options.verify_sst_unique_id_in_manifest = true;
  // Blocks have checksums; the footer of a table has bytes that nobody reads and rot may change.
  options.file_checksum_gen_factory = table_checksums();
  // A half-written last record is a commit nobody was told of. Damage anywhere before the tail is
  // an error: to stop quietly at it, as the default does, would forget acknowledged commits.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A failed write is never tried again behind our back.
  options.max_bgerror_resume_count = 0;
  options.listeners.push_back(std::make_shared<NoRecovery>());
  // All tables stay open: a reader beside a running server keeps what a compaction deletes.
  options.max_open_files = -1;
  // So many for each family at each opening, however few tables there are: sixteen, the default,
  // made a thousand threads in one run of `hansom fsck`.
  options.max_file_opening_threads = 2;
  options.max_background_jobs = 2;
  options.db_write_buffer_size = 128 * kMiB;
  options.max_total_wal_size = 128 * kMiB;  // bounds the time of a restart
  options.bytes_per_sync = kMiB;
  // One thread commits: memtables need no room for several writers at once.
  options.allow_concurrent_memtable_write = false;
  options.info_log = std::make_shared<OperatorLog>();
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors() {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(64 * kMiB);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = kFlushedAtOnce;
  options.level_compaction_dynamic_level_bytes = true;
  options.compression = rocksdb::kLZ4Compression;

  const auto one_hint = std::make_shared<const OneHint>();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, options);
  for (const FamilyFacts& facts : kFamilyFacts) {
    rocksdb::ColumnFamilyOptions own = options;
    // Digests and salts do not compress.
    const bool hashes = facts.family == Family::kLeaf || facts.family == Family::kTile;
    own.compression = hashes ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
    // Whether a clip or an upload is known is asked for each commit, and the answer is mostly no.
    const bool asked = facts.family == Family::kClip || facts.family == Family::kUpload;
    own.memtable_whole_key_filtering = asked;
    own.memtable_prefix_bloom_size_ratio = asked ? 0.02 : 0;
    // Each new table is read back. A view can be made again, and fsck compares it; the journal can
    // not.
    own.paranoid_file_checks = facts.holds != Holds::kView;
    own.memtable_insert_with_hint_prefix_extractor = one_hint;
    if (!facts.in_order) take_rows_in_any_order(own);
    families.emplace_back(std::string(facts.name), own);
  }
  return families;
}

}  // namespace hansom::store
