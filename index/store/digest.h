// One number for all rows of a family: equal rows, equal digest.
#pragma once

#include "index/store/store.h"
#include "proto/base/sha256.h"

namespace hansom::store {

// SHA-256 over every row in key order: u64 length of the key, key, u64 length of the value, value;
// integers big-endian. Reads the whole family. Errors: those of Reader::scan.
[[nodiscard]] Result<Digest> digest_of(const Reader& reader, Family family);

}  // namespace hansom::store
