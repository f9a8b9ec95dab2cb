// Codec of the journal's rows, and reading the tree back from them.
#include "index/journal/rows.h"

#include <map>

#include "proto/base/check.h"

namespace hansom::journal {
namespace {

tl::unexpected<Error> corrupt(std::string message) {
  return fail(ErrorKind::kCorrupt, "journal_corrupt", std::move(message));
}

std::string name_of(tlog::TileId tile) {
  return tlog::tile_path(tile);
}

}  // namespace

Bytes number_key(std::uint64_t number) {
  Bytes key;
  append_u64be(key, number);
  return key;
}

Bytes tile_key(tlog::TileId tile) {
  Bytes key = {static_cast<std::uint8_t>(tile.level)};
  append_u64be(key, tile.number);
  return key;
}

Result<std::uint64_t> parse_number_key(ByteSpan key) {
  if (key.size() != 8) return corrupt("a key is not 8 bytes long: " + to_hex(key));
  return read_u64be(key);
}

Result<tlog::TileId> parse_tile_key(ByteSpan key) {
  if (key.size() != 9) return corrupt("the key of a tile is not 9 bytes long: " + to_hex(key));
  return tlog::TileId{key[0], read_u64be(key.subspan(1))};
}

Bytes join_record(ByteSpan salt, ByteSpan record) {
  HANSOM_CHECK(salt.size() == tlog::kSaltBytes);
  Bytes row(salt.begin(), salt.end());
  row.insert(row.end(), record.begin(), record.end());
  return row;
}

Result<SaltedRecord> split_record(ByteSpan row) {
  if (row.size() < tlog::kSaltBytes) return corrupt("a record is shorter than its salt");
  const ByteSpan salt = row.first(tlog::kSaltBytes);
  const ByteSpan record = row.subspan(tlog::kSaltBytes);
  return SaltedRecord{{salt.begin(), salt.end()}, {record.begin(), record.end()}};
}

Result<Bytes> read_leaf(const store::Reader& reader, std::uint64_t index) {
  HANSOM_TRY_ASSIGN(auto row, reader.get(store::Family::kLeaf, number_key(index)));
  if (!row) return corrupt("leaf " + std::to_string(index) + " is missing");
  return *std::move(row);
}

Result<std::vector<Digest>> read_tile(const store::Reader& reader, tlog::TileId tile) {
  HANSOM_TRY_ASSIGN(const auto row, reader.get(store::Family::kTile, tile_key(tile)));
  if (!row) return corrupt(name_of(tile) + " is missing");
  if (row->size() != tlog::kTileBytes) return corrupt(name_of(tile) + " is not 8,192 bytes long");
  return tlog::decode_tile(*row);
}

Result<std::optional<std::uint64_t>> read_position(const store::Reader& reader) {
  HANSOM_TRY_ASSIGN(const auto format, reader.get(store::Family::kMeta, as_bytes(kFormatKey)));
  HANSOM_TRY_ASSIGN(const auto position, reader.get(store::Family::kMeta, as_bytes(kPositionKey)));
  if (!format && !position) return std::optional<std::uint64_t>();
  if (!format || as_text(*format) != kFormat) {
    return corrupt("the store is not of format " + std::string(kFormat) +
                   "; it was written by another version, or it is damaged");
  }
  if (!position || position->size() != 8) return corrupt("the position row is malformed");
  return std::optional<std::uint64_t>(read_u64be(*position));
}

Result<Head> newest_head(const store::Reader& reader) {
  HANSOM_TRY_ASSIGN(const auto size, read_position(reader));
  if (!size) return corrupt("there is no journal");
  HANSOM_TRY_ASSIGN(const auto note, reader.get(store::Family::kHead, number_key(*size)));
  if (!note) return corrupt("no head at " + std::to_string(*size) + " leaves");
  return Head{*size, to_text(*note)};
}

Result<tlog::RightEdge> read_edge(const store::Reader& reader, std::uint64_t size) {
  std::vector<std::vector<Digest>> partial;
  // The lowest level holds leaf hashes ...
  std::vector<Digest>& leaves = partial.emplace_back();
  for (std::uint64_t i = size - size % tlog::kTileWidth; i < size; ++i) {
    HANSOM_TRY_ASSIGN(const Bytes leaf, read_leaf(reader, i));
    leaves.push_back(tlog::leaf_hash(leaf));
  }
  // ... every other one the roots of the full tiles below it.
  std::uint64_t full = size / tlog::kTileWidth;
  for (unsigned below = 0; full > 0; ++below, full /= tlog::kTileWidth) {
    std::vector<Digest> roots;
    for (std::uint64_t i = full - full % tlog::kTileWidth; i < full; ++i) {
      HANSOM_TRY_ASSIGN(const auto tile, read_tile(reader, {below, i}));
      roots.push_back(tlog::subtree_hash(tile));
    }
    partial.push_back(std::move(roots));
  }
  return tlog::RightEdge::restore(size, std::move(partial));
}

tlog::NodeReader tree_nodes(const store::Reader& reader, const tlog::RightEdge& edge) {
  // Of the nodes of a proof up to eight lie in one tile, which is read once.
  using Tiles = std::map<std::pair<unsigned, std::uint64_t>, std::vector<Digest>>;
  return [&reader, &edge, tiles = Tiles()](unsigned level,
                                           std::uint64_t index) mutable -> Result<Digest> {
    const tlog::TileSlice slice = tlog::slice_of_node(level, index);
    if (const auto hash = edge.find(slice)) return *hash;
    std::vector<Digest>& tile = tiles[{slice.tile.level, slice.tile.number}];
    if (tile.empty()) {
      HANSOM_TRY_ASSIGN(tile, read_tile(reader, slice.tile));
    }
    return tlog::subtree_hash(std::span(tile).subspan(slice.offset, slice.count));
  };
}

}  // namespace hansom::journal
