// Appending to a tree at its right edge.
#include "proto/tlog/edge.h"

#include "proto/base/check.h"

namespace hansom::tlog {

std::uint64_t RightEdge::width(std::size_t tile_level) const {
  const std::size_t shift = tile_level * kTileHeight;
  return shift >= 64 ? 0 : size_ >> shift;
}

Result<RightEdge> RightEdge::restore(std::uint64_t size, std::vector<std::vector<Digest>> partial) {
  RightEdge edge;
  edge.size_ = size;
  edge.partial_ = std::move(partial);
  for (std::size_t level = 0; level < kTileHeight; ++level) {
    const std::size_t have = level < edge.partial_.size() ? edge.partial_[level].size() : 0;
    if (have != edge.width(level) % kTileWidth) {
      return fail(ErrorKind::kCorrupt, "bad_tile",
                  "the right edge has " + std::to_string(have) + " hashes at tile level " +
                      std::to_string(level));
    }
  }
  return edge;
}

void RightEdge::append(const Digest& leaf_hash, std::vector<FullTile>& full) {
  ++size_;
  Digest hash = leaf_hash;
  for (unsigned level = 0;; ++level) {
    if (partial_.size() <= level) partial_.emplace_back();
    std::vector<Digest>& tile = partial_[level];
    tile.push_back(hash);
    if (tile.size() < kTileWidth) return;
    // The tile is full; its root is the next hash of the level above.
    full.push_back({{level, width(level) / kTileWidth - 1}, encode_tile(tile)});
    hash = subtree_hash(tile);
    tile.clear();
  }
}

Digest RightEdge::root() const {
  // Every complete subtree of the size lies in a partial tile: reading them cannot fail.
  const auto hash = tlog::root(size_, [this](unsigned level, std::uint64_t index) {
    const auto node = find(slice_of_node(level, index));
    HANSOM_CHECK(node.has_value());
    return Result<Digest>(*node);
  });
  HANSOM_CHECK(hash.has_value());
  return *hash;
}

std::optional<Digest> RightEdge::find(const TileSlice& slice) const {
  const std::size_t level = slice.tile.level;
  if (level >= partial_.size() || slice.tile.number != width(level) / kTileWidth) {
    return std::nullopt;
  }
  const std::vector<Digest>& tile = partial_[level];
  if (slice.offset + slice.count > tile.size()) return std::nullopt;
  return subtree_hash(std::span(tile).subspan(slice.offset, slice.count));
}

}  // namespace hansom::tlog
