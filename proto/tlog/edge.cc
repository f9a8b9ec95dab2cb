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
  for (unsigned level = 64; level-- > 0;) {
    if (((size >> level) & 1) == 0) continue;
    const auto hash = edge.find(slice_of_node(level, (size >> level) - 1));
    HANSOM_CHECK(hash.has_value());  // the subtree on the edge lies in a partial tile
    edge.complete_.push_back(*hash);
  }
  return edge;
}

void RightEdge::append(const Digest& leaf_hash, std::vector<FullTile>& full) {
  const std::uint64_t before = size_++;
  Digest hash = leaf_hash;
  add_to_tile(0, hash);
  // Every complete subtree that ends with this leaf; each eighth level is the root of a full tile.
  unsigned level = 0;
  for (; ((before >> level) & 1) != 0; ++level) {
    hash = node_hash(complete_.back(), hash);
    complete_.pop_back();
    if ((level + 1) % kTileHeight != 0) continue;
    const unsigned tile_level = level / kTileHeight;
    full.push_back(
        {{tile_level, width(tile_level) / kTileWidth - 1}, encode_tile(partial_[tile_level])});
    partial_[tile_level].clear();
    add_to_tile(tile_level + 1, hash);
  }
  complete_.push_back(hash);
}

void RightEdge::add_to_tile(unsigned tile_level, const Digest& hash) {
  if (partial_.size() <= tile_level) partial_.resize(tile_level + 1);
  partial_[tile_level].push_back(hash);
}

Digest RightEdge::root() const {
  if (complete_.empty()) return empty_root();
  Digest hash = complete_.back();
  for (std::size_t i = complete_.size() - 1; i-- > 0;) hash = node_hash(complete_[i], hash);
  return hash;
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
