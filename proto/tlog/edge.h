// The right edge of a growing tree: what is needed to append leaves, to know the root, and to read
// every node that does not lie in a full tile. Pure.
#pragma once

#include <optional>

#include "proto/tlog/tile.h"

namespace hansom::tlog {

struct FullTile {
  TileId id;
  Bytes bytes;  // 8,192
};

// A value type: a copy is a consistent state of the tree at its size (some 8 KiB a tile level). Not
// thread-safe.
class RightEdge {
 public:
  RightEdge() = default;
  // The edge of a tree of `size` leaves whose partial tiles are `partial`: element L holds the
  // (size >> 8L) % 256 hashes after the last full tile of level L. Error: kCorrupt `bad_tile` when
  // the numbers of hashes are others.
  [[nodiscard]] static Result<RightEdge> restore(std::uint64_t size,
                                                 std::vector<std::vector<Digest>> partial);

  // Appends one leaf's hash; tiles that became full are added to `full`, lower levels first.
  void append(const Digest& leaf_hash, std::vector<FullTile>& full);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const;  // empty_root() at size 0
  // The hashes of `slice`; nullopt when its tile is full, or not there yet.
  [[nodiscard]] std::optional<Digest> find(const TileSlice& slice) const;

 private:
  // How many hashes the tree has at the tree level of tile level L.
  [[nodiscard]] std::uint64_t width(std::size_t tile_level) const;

  void add_to_tile(unsigned tile_level, const Digest& hash);

  std::uint64_t size_ = 0;
  std::vector<std::vector<Digest>> partial_;  // by tile level
  std::vector<Digest>
      complete_;  // the largest complete subtrees, one a set bit of the size, left to right
};

}  // namespace hansom::tlog
