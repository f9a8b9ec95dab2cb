// How we run RocksDB. Private to this room.
#pragma once

#include <string>
#include <vector>

#include <rocksdb/db.h>

#include "index/store/store.h"

namespace hansom::store {

// `environment` must outlive the database.
[[nodiscard]] rocksdb::DBOptions db_options(Mode mode, rocksdb::Env& environment);
// RocksDB's own default family first (unused), then ours in the order of Family.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors();

}  // namespace hansom::store
