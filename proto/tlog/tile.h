// Tiles (c2sp.org/tlog-tiles): the tree cut into pieces of 256 hashes, eight tree levels high.
// Pure.
#pragma once

#include <string>

#include "proto/tlog/merkle.h"

namespace hansom::tlog {

inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr std::size_t kTileBytes = kTileWidth * 32;  // of a full tile

// A tile: hashes [number * 256, ...) of tree level 8 * level.
struct TileId {
  unsigned level = 0;
  std::uint64_t number = 0;
  bool operator==(const TileId&) const = default;
};

// "tile/<L>/<N>" of a full tile, "tile/<L>/<N>.p/<W>" of a partial one. Requires: 1 <= width <=
// 256.
[[nodiscard]] std::string tile_path(TileId tile, std::uint64_t width = kTileWidth);

// "tile/entries/<N>" of a full entry bundle, "tile/entries/<N>.p/<W>" of a partial one. Requires: 1
// <= width <= 256.
[[nodiscard]] std::string bundle_path(std::uint64_t number, std::uint64_t width = kTileWidth);

// What such a path names.
struct TilePath {
  bool entries = false;  // an entry bundle; tile.level is 0
  TileId tile;
  std::uint64_t width = kTileWidth;
  bool operator==(const TilePath&) const = default;
};
// Reads "<L>/<N>[.p/<W>]" or "entries/<N>[.p/<W>]", what follows "tile/". Error: kNotFound
// `tile_not_found` for anything but the one spelling of a resource: levels above 63, partial widths
// of 0 or 256, other digits.
[[nodiscard]] Result<TilePath> parse_tile_path(std::string_view path);

// Where the node `index` of tree level `level` is found: in `tile`, as the root over `count` hashes
// from `offset` on (count is 1, 2, 4 .. 128).
struct TileSlice {
  TileId tile;
  std::size_t offset = 0;
  std::size_t count = 0;
};
[[nodiscard]] TileSlice slice_of_node(unsigned level, std::uint64_t index);

// The root over hashes that form a complete subtree. Requires: their number is a power of two.
[[nodiscard]] Digest subtree_hash(std::span<const Digest> hashes);

// A tile's bytes and back: the hashes one after the other. Error: kCorrupt `bad_tile` unless the
// length is a multiple of 32 from 32 to 8,192.
[[nodiscard]] Bytes encode_tile(std::span<const Digest> hashes);
[[nodiscard]] Result<std::vector<Digest>> decode_tile(ByteSpan bytes);

}  // namespace hansom::tlog
