// A copy of the public log (c2sp.org/tlog-tiles) in a folder: `checkpoint` and `tile/...` as they
// are served. Whoever has one verifies the journal without its server.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "index/journal/verify.h"
#include "proto/tlog/key_history.h"
#include "proto/tlog/policy.h"
#include "proto/tlog/tile.h"

namespace hansom::journal {

// What a tree of `size` leaves has: every tile of every level, then every entry bundle, partial
// ones only at the right edge.
[[nodiscard]] std::vector<tlog::TilePath> tiles_of(std::uint64_t size);
// "tile/0/x001/234.p/5".
[[nodiscard]] std::string path_of(const tlog::TilePath& tile);

// Reads nodes of the tree of `size` leaves from the tiles of a folder. Errors of the reader:
// kCorrupt `bad_tile`, kNotFound `not_found`. Requires: `folder` outlives the reader.
[[nodiscard]] tlog::NodeReader mirrored_nodes(const std::filesystem::path& folder,
                                              std::uint64_t size);

struct MirrorOptions {
  std::filesystem::path folder;
  tlog::KeyHistory keys;
  tlog::WitnessPolicy policy;                 // quorum "none": signature only
  std::optional<std::string> old_checkpoint;  // a signed note that the tree must hold
};
struct MirrorReport {
  tlog::Checkpoint checkpoint;
  std::vector<tlog::Witnessed> witnesses;
  std::uint64_t leaves = 0;      // read, hashed, and found in their tile
  std::uint64_t leaves_old = 0;  // not in the folder any more; their hashes are, in the tiles
  std::uint64_t tiles = 0;       // compared with what lies below them
  std::optional<tlog::Checkpoint> old_checkpoint;  // its root was found on the way
  std::vector<Problem> problems;

  [[nodiscard]] bool clean() const { return problems.empty(); }
};

// Reads everything and says what does not fit: `checkpoint_missing`, `checkpoint_damaged`,
// `policy_unmet`, `tile_missing`, `tile_mismatch`, `bundle_damaged`, `leaf_damaged`,
// `time_backwards`, `root_mismatch`, `old_checkpoint_damaged`, `old_checkpoint_mismatch`. Without a
// checkpoint that holds nothing more is read. Blocks.
[[nodiscard]] MirrorReport verify_mirror(const MirrorOptions& options);

}  // namespace hansom::journal
