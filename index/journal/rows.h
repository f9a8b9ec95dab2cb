// The journal's rows in the store: keys, values, and the tree read from them.
// index/journal/README.md is the description.
#pragma once

#include <optional>
#include <string_view>

#include "index/journal/journal.h"
#include "index/store/store.h"
#include "proto/base/ids.h"
#include "proto/tlog/edge.h"
#include "proto/tlog/leaf.h"

namespace hansom::journal {

inline constexpr std::string_view kFormat = "hansom-journal-1";
inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::string_view kPositionKey = "position";
inline constexpr std::string_view kViewsPositionKey = "views";
inline constexpr std::string_view kViewVersionPrefix = "view/";  // then the family's name

// Keys sort as their numbers do.
[[nodiscard]] Bytes number_key(
    std::uint64_t number);  // kLeaf, kRecord by leaf index; kHead by tree size
[[nodiscard]] Bytes tile_key(tlog::TileId tile);
// Error: kCorrupt `journal_corrupt` unless the key has the right length.
[[nodiscard]] Result<std::uint64_t> parse_number_key(ByteSpan key);
[[nodiscard]] Result<tlog::TileId> parse_tile_key(ByteSpan key);

// A row of kRecord: salt || record. Error: kCorrupt `journal_corrupt` when shorter than a salt.
[[nodiscard]] Bytes join_record(ByteSpan salt, ByteSpan record);
struct SaltedRecord {
  Bytes salt;
  Bytes record;
};
[[nodiscard]] Result<SaltedRecord> split_record(ByteSpan row);

// Reads of rows that must be there. Error: kCorrupt `journal_corrupt` naming the row, or the
// store's.
[[nodiscard]] Result<Bytes> read_leaf(const store::Reader& reader, std::uint64_t index);
[[nodiscard]] Result<std::vector<Digest>> read_tile(const store::Reader& reader, tlog::TileId tile);
// The number of leaves, the tree's size; nullopt in a store no journal was ever in. Error:
// kCorrupt `journal_corrupt` (unknown format, malformed row).
[[nodiscard]] Result<std::optional<std::uint64_t>> read_position(const store::Reader& reader);

// The head at the tree's size. Error: kCorrupt `journal_corrupt` where there is none.
[[nodiscard]] Result<Head> newest_head(const store::Reader& reader);

// Rebuilds the right edge of a tree of `size` leaves from leaves and full tiles: at most 255 rows a
// tile level.
[[nodiscard]] Result<tlog::RightEdge> read_edge(const store::Reader& reader, std::uint64_t size);

// The tree of `edge` for one proof: partial tiles from the edge, full ones from the store, each
// read once. Requires: both outlive it, and `reader` is not older than the edge. One thread at a
// time.
[[nodiscard]] tlog::NodeReader tree_nodes(const store::Reader& reader, const tlog::RightEdge& edge);

}  // namespace hansom::journal
