// The checksum of a whole table, which RocksDB makes as it writes one and keeps in the manifest.
// For this room only.
#pragma once

#include <rocksdb/file_checksum.h>
#include <rocksdb/metadata.h>
#include <rocksdb/status.h>

#include "index/store/store.h"

namespace hansom::store {

// Makes them: CRC-32C.
[[nodiscard]] std::shared_ptr<rocksdb::FileChecksumGenFactory> table_checksums();

// Reads every byte of the table. One from before tables had such a checksum is read block by block,
// which leaves out the few bytes of its footer that mean nothing. Statuses: Corruption,
// PathNotFound, IOError.
[[nodiscard]] rocksdb::Status check_table(const rocksdb::LiveFileMetaData& table);

}  // namespace hansom::store
