// Where a write-ahead log ends, if more bytes than were ever synced lie in it. Pure: knows the
// format, not RocksDB's code
// (https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format).
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "proto/base/result.h"

namespace hansom::store {

inline constexpr std::size_t kLogBlockBytes = 32'768;

// Reads up to so many bytes at an offset; fewer only at the end of the file. Returns how many.
using ReadLogAt =
    std::function<Result<std::size_t>(std::uint64_t offset, std::span<std::uint8_t> into)>;

// The end of the last whole record. What follows is zeros, or the one record that a crash cut
// short: each is synced before the next is begun, so that only the last can be half there, in any
// of its sectors. nullopt: a later record begins behind one that is damaged, which no crash leaves;
// nothing of that log may be passed over. Records before the last are not looked into. Beside a
// writer it is the end at one moment. Errors: those of `read_at`.
[[nodiscard]] Result<std::optional<std::uint64_t>> end_of_whole_records(const ReadLogAt& read_at);

}  // namespace hansom::store
