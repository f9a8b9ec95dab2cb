// How RocksDB's write-ahead logs lie in files: ahead of their end, so that a sync has no metadata
// to write. Private to this room.
#pragma once

#include <memory>

#include <rocksdb/env.h>

namespace hansom::store {

// Files as RocksDB's own environment has them, but for the logs. A log that is written has up to
// 1 MiB of zeros behind its end, made and synced with the bytes before them: a commit then
// overwrites bytes that are there, and its sync changes neither the file's size nor its extents,
// which would cost a transaction of the file system's journal each time. Who reads a log sees zeros
// from the end of its last whole record on (log_tail.h), which RocksDB passes over. Requires: it
// outlives the database.
[[nodiscard]] std::unique_ptr<rocksdb::Env> make_environment();

}  // namespace hansom::store
