// Entry bundles (c2sp.org/tlog-tiles): up to 256 leaves one after the other, each behind its length
// in two bytes, big-endian. Pure.
#pragma once

#include "proto/tlog/tile.h"

namespace hansom::tlog {

inline constexpr std::size_t kEntryBytesMax = 0xFFFF;

// Requires: 1 to 256 entries, none above kEntryBytesMax.
[[nodiscard]] Bytes encode_entry_bundle(const std::vector<Bytes>& entries);
// Error: kCorrupt `bad_bundle` unless the lengths fill the bytes exactly with 1 to 256 entries.
[[nodiscard]] Result<std::vector<Bytes>> decode_entry_bundle(ByteSpan bytes);

}  // namespace hansom::tlog
