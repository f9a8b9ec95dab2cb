// One pass over a copied log, growing the tree beside it.
#include "index/journal/mirror.h"

#include <algorithm>

#include "proto/base/durable_file.h"
#include "proto/tlog/edge.h"
#include "proto/tlog/entry_bundle.h"
#include "proto/tlog/leaf.h"

namespace hansom::journal {
namespace {

constexpr std::size_t kNoteBytesMax = std::size_t{1024} * 1024;
constexpr std::size_t kBundleBytesMax = (tlog::kEntryBytesMax + 2) * tlog::kTileWidth;

std::uint64_t width_of(std::uint64_t hashes, std::uint64_t number) {
  return std::min(tlog::kTileWidth, hashes - number * tlog::kTileWidth);
}

// A tile's hashes; a full one may stand in for a partial one that is gone.
Result<std::vector<Digest>> read_hashes(const std::filesystem::path& folder, tlog::TileId id,
                                        std::uint64_t width) {
  auto bytes = durable::read_file(folder / tlog::tile_path(id, width), tlog::kTileBytes);
  if (!bytes) bytes = durable::read_file(folder / tlog::tile_path(id), tlog::kTileBytes);
  if (!bytes) return fail(std::move(bytes).error());
  HANSOM_TRY_ASSIGN(auto hashes, tlog::decode_tile(*bytes));
  if (hashes.size() < width) return fail(ErrorKind::kCorrupt, "bad_tile", "a tile is cut short");
  hashes.resize(static_cast<std::size_t>(width));
  return hashes;
}

class Check {
 public:
  Check(const MirrorOptions& options, MirrorReport& report) : options_(options), report_(report) {}

  void run() {
    if (!read_checkpoint()) return;
    read_old_checkpoint();
    const std::uint64_t size = report_.checkpoint.size;
    compare_old();
    for (std::uint64_t number = 0; number * tlog::kTileWidth < size; ++number) {
      read_leaves(number, width_of(size, number));
    }
    check_right_edge();
    if (edge_.root() != report_.checkpoint.root) {
      add("root_mismatch", "checkpoint", "the tiles do not give the root that was signed");
    }
  }

 private:
  void add(std::string what, std::string where, std::string detail) {
    if (report_.problems.size() < kProblemsMax) {
      report_.problems.push_back({std::move(what), std::move(where), std::move(detail), {}});
    }
  }

  bool read_checkpoint() {
    const auto note = durable::read_file(options_.folder / "checkpoint", kNoteBytesMax);
    if (!note) {
      add("checkpoint_missing", "checkpoint", note.error().message);
      return false;
    }
    auto checkpoint = tlog::verify_checkpoint(as_text(*note), options_.keys);
    if (!checkpoint) {
      add("checkpoint_damaged", "checkpoint", checkpoint.error().message);
      return false;
    }
    report_.checkpoint = *std::move(checkpoint);
    if (auto seen = tlog::verify_witnesses(as_text(*note), options_.policy)) {
      report_.witnesses = *std::move(seen);
    } else {
      add("policy_unmet", "checkpoint", seen.error().message);
    }
    return true;
  }

  void read_old_checkpoint() {
    if (!options_.old_checkpoint) return;
    const auto old = tlog::verify_checkpoint(*options_.old_checkpoint, options_.keys);
    if (!old) {
      add("old_checkpoint_damaged", "old checkpoint", old.error().message);
    } else if (old->size > report_.checkpoint.size) {
      add("old_checkpoint_mismatch", "old checkpoint",
          "it has " + std::to_string(old->size) + " leaves, the log only " +
              std::to_string(report_.checkpoint.size));
    } else {
      old_ = *old;
    }
  }

  // At each size: is it the one of the old checkpoint?
  void compare_old() {
    if (!old_ || edge_.size() != old_->size) return;
    if (edge_.root() == old_->root) {
      report_.old_checkpoint = old_;
    } else {
      add("old_checkpoint_mismatch", "old checkpoint",
          "the log's first " + std::to_string(old_->size) + " leaves have another root");
    }
  }

  void read_leaves(std::uint64_t number, std::uint64_t width) {
    const auto tile = read_hashes(options_.folder, {0, number}, width);
    const std::string name = tlog::tile_path({0, number}, width);
    if (!tile) {
      add("tile_missing", name, tile.error().message);
      return;
    }
    check_bundle(number, *tile);
    for (const Digest& hash : *tile) {
      std::vector<tlog::FullTile> full;
      edge_.append(hash, full);
      for (const tlog::FullTile& above : full) check_tile(above);
      compare_old();
    }
  }

  void check_bundle(std::uint64_t number, const std::vector<Digest>& tile) {
    const std::string name = tlog::bundle_path(number, tile.size());
    auto bytes = durable::read_file(options_.folder / name, kBundleBytesMax);
    if (!bytes) {
      bytes = durable::read_file(options_.folder / tlog::bundle_path(number), kBundleBytesMax);
    }
    if (!bytes) {
      report_.leaves_old += tile.size();
      return;
    }
    const auto leaves = tlog::decode_entry_bundle(*bytes);
    if (!leaves || leaves->size() < tile.size()) {
      add("bundle_damaged", name, leaves ? "leaves are missing" : leaves.error().message);
      return;
    }
    for (std::size_t i = 0; i < tile.size(); ++i) {
      check_leaf(number * tlog::kTileWidth + i, (*leaves)[i], tile[i]);
    }
  }

  void check_leaf(std::uint64_t index, const Bytes& bytes, const Digest& hash) {
    const std::string name = "leaf " + std::to_string(index);
    if (tlog::leaf_hash(bytes) != hash) {
      add("leaf_damaged", name, "it does not hash to what its tile has");
      return;
    }
    const auto leaf = tlog::Leaf::decode(bytes);
    if (!leaf) {
      add("leaf_damaged", name, leaf.error().message);
      return;
    }
    if (leaf->time < last_time_)
      add("time_backwards", name, "its time is before the one before it");
    last_time_ = std::max(last_time_, leaf->time);
    ++report_.leaves;
  }

  // A full tile as the leaves give it. Those of the lowest level are what the tree grows from.
  void check_tile(const tlog::FullTile& tile) {
    ++report_.tiles;
    if (tile.id.level == 0) return;
    const std::string name = tlog::tile_path(tile.id);
    const auto stored = durable::read_file(options_.folder / name, tlog::kTileBytes);
    if (!stored) {
      add("tile_missing", name, stored.error().message);
    } else if (*stored != tile.bytes) {
      add("tile_mismatch", name, "it is not what lies below it");
    }
  }

  void check_right_edge() {
    const std::uint64_t size = edge_.size();
    for (unsigned level = 0; level < tlog::kTileHeight; ++level) {
      const std::uint64_t hashes = size >> (tlog::kTileHeight * level);
      const std::uint64_t width = hashes % tlog::kTileWidth;
      if (width == 0) continue;
      ++report_.tiles;
      const tlog::TileId id{level, hashes / tlog::kTileWidth};
      const std::string name = tlog::tile_path(id, width);
      const auto stored = read_hashes(options_.folder, id, width);
      if (!stored) {
        add("tile_missing", name, stored.error().message);
        continue;
      }
      for (std::size_t i = 0; i < width; ++i) {
        if (edge_.find({id, i, 1}) == (*stored)[i]) continue;
        add("tile_mismatch", name, "it is not what lies below it");
        break;
      }
    }
  }

  const MirrorOptions& options_;
  MirrorReport& report_;
  tlog::RightEdge edge_;
  std::optional<tlog::Checkpoint> old_;
  UtcTime last_time_ = from_unix_us(0);
};

}  // namespace

std::vector<tlog::TilePath> tiles_of(std::uint64_t size) {
  std::vector<tlog::TilePath> tiles;
  const auto add_level = [&tiles](bool entries, unsigned level, std::uint64_t hashes) {
    for (std::uint64_t number = 0; number * tlog::kTileWidth < hashes; ++number) {
      tiles.push_back({entries, {level, number}, width_of(hashes, number)});
    }
  };
  unsigned level = 0;
  for (std::uint64_t hashes = size; hashes > 0; hashes /= tlog::kTileWidth) {
    add_level(false, level++, hashes);
  }
  add_level(true, 0, size);
  return tiles;
}

std::string path_of(const tlog::TilePath& tile) {
  return tile.entries ? tlog::bundle_path(tile.tile.number, tile.width)
                      : tlog::tile_path(tile.tile, tile.width);
}

tlog::NodeReader mirrored_nodes(const std::filesystem::path& folder, std::uint64_t size) {
  return [&folder, size](unsigned level, std::uint64_t index) -> Result<Digest> {
    const tlog::TileSlice slice = tlog::slice_of_node(level, index);
    const std::uint64_t hashes = size >> (tlog::kTileHeight * slice.tile.level);
    HANSOM_TRY_ASSIGN(const auto tile,
                      read_hashes(folder, slice.tile, width_of(hashes, slice.tile.number)));
    return tlog::subtree_hash(std::span(tile).subspan(slice.offset, slice.count));
  };
}

MirrorReport verify_mirror(const MirrorOptions& options) {
  MirrorReport report;
  Check(options, report).run();
  return report;
}

}  // namespace hansom::journal
