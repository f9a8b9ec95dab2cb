// Tile names, the place of a node in its tile, and the root over a tile's hashes.
#include "proto/tlog/tile.h"

#include <bit>
#include <cstdio>

#include "proto/base/check.h"

namespace hansom::tlog {
namespace {

// 1234067 -> "x001/x234/067": groups of three digits, all but the last marked.
std::string number_path(std::uint64_t number) {
  std::string path;
  bool last = true;
  do {
    std::array<char, 8> group{};
    std::snprintf(group.data(), group.size(), last ? "%03u" : "x%03u/",
                  static_cast<unsigned>(number % 1000));
    path.insert(0, group.data());
    number /= 1000;
    last = false;
  } while (number != 0);
  return path;
}

}  // namespace

std::string tile_path(TileId tile, std::uint64_t width) {
  HANSOM_CHECK(width >= 1 && width <= kTileWidth);
  std::string path = "tile/" + std::to_string(tile.level) + "/" + number_path(tile.number);
  if (width < kTileWidth) path += ".p/" + std::to_string(width);
  return path;
}

TileSlice slice_of_node(unsigned level, std::uint64_t index) {
  const unsigned height = level % kTileHeight;
  const std::uint64_t first = index << height;  // at the tile's own tree level
  return {{level / kTileHeight, first / kTileWidth}, first % kTileWidth, std::size_t{1} << height};
}

Digest subtree_hash(std::span<const Digest> hashes) {
  HANSOM_CHECK(std::has_single_bit(hashes.size()));
  std::vector<Digest> row(hashes.begin(), hashes.end());
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) {
      row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    }
    row.resize(row.size() / 2);
  }
  return row.front();
}

Bytes encode_tile(std::span<const Digest> hashes) {
  Bytes out;
  out.reserve(hashes.size() * 32);
  for (const Digest& hash : hashes) out.insert(out.end(), hash.bytes.begin(), hash.bytes.end());
  return out;
}

Result<std::vector<Digest>> decode_tile(ByteSpan bytes) {
  if (bytes.empty() || bytes.size() % 32 != 0 || bytes.size() > kTileBytes) {
    return fail(ErrorKind::kCorrupt, "bad_tile", "a tile is 1 to 256 hashes of 32 bytes");
  }
  std::vector<Digest> hashes;
  hashes.reserve(bytes.size() / 32);
  for (; !bytes.empty(); bytes = bytes.subspan(32)) {
    HANSOM_TRY_ASSIGN(const Digest hash, Digest::from_span(bytes.first(32)));
    hashes.push_back(hash);
  }
  return hashes;
}

}  // namespace hansom::tlog
