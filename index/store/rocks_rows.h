// Rows of an open RocksDB, as the store's readers and batches need them. For this room only.
#pragma once

#include <memory>
#include <vector>

#include <rocksdb/db.h>

#include "index/store/log_files.h"
#include "index/store/overlay.h"
#include "proto/base/durable_file.h"

namespace hansom::store {

// The open database and its families; closed with the last of them.
struct Database {
  FileDescriptor lock;  // of the folder; not for readers. Released after the database is closed
  std::unique_ptr<rocksdb::Env> environment;  // never null
  std::unique_ptr<rocksdb::DB> db;
  std::vector<std::unique_ptr<rocksdb::ColumnFamilyHandle>> families;  // by Family
  std::unique_ptr<rocksdb::ColumnFamilyHandle> unused;                 // RocksDB's default family

  Database() : environment(make_environment()) {}
  ~Database() {
    families.clear();
    unused.reset();
    if (db) db->Close().PermitUncheckedError();  // every commit was synced when it was made
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Family f) const {
    return families[static_cast<std::size_t>(f)].get();
  }
};

[[nodiscard]] rocksdb::Slice slice(ByteSpan bytes);
// kCorrupt `store_corrupt`, or kStorage `storage_failed`.
[[nodiscard]] Error store_error(const rocksdb::Status& status, std::string_view what);

// Errors: those of store_error.
[[nodiscard]] Result<std::optional<Bytes>> get_row(const Database& database,
                                                   const rocksdb::ReadOptions& options,
                                                   Family family, ByteSpan key);
// Reader::scan over the database with `rows` on top.
[[nodiscard]] Status scan_rows(const Database& database, rocksdb::ReadOptions options,
                               Family family, const Overlay::Rows& rows, ByteSpan lower,
                               ByteSpan upper, Order order, const Visit& visit);

}  // namespace hansom::store
