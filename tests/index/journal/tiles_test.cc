// The public tree: every tile and bundle that a size has, none that it has not, and none that
// changes.
#include <map>

#include "proto/tlog/entry_bundle.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

class TilesTest : public JournalTest {
 protected:
  TilesTest() { restart(); }

  // A reader that has nothing but public tiles, of a tree of `size` leaves.
  [[nodiscard]] tlog::NodeReader nodes(std::uint64_t size) const {
    return [this, size](unsigned level, std::uint64_t index) -> Result<Digest> {
      const tlog::TileSlice slice = tlog::slice_of_node(level, index);
      const std::uint64_t hashes = size >> (tlog::kTileHeight * slice.tile.level);
      const std::uint64_t width =
          std::min(tlog::kTileWidth, hashes - slice.tile.number * tlog::kTileWidth);
      HANSOM_TRY_ASSIGN(const Bytes bytes, journal_->tile(slice.tile, width));
      HANSOM_TRY_ASSIGN(const auto tile, tlog::decode_tile(bytes));
      return tlog::subtree_hash(std::span(tile).subspan(slice.offset, slice.count));
    };
  }
};

TEST_F(TilesTest, GiveTheSignedRootOfEverySize) {
  for (const std::uint64_t size : {1U, 2U, 255U, 256U, 257U, 513U, 700U}) {
    commit_many(size - journal_->head().size);
    const auto checkpoint =
        tlog::verify_checkpoint(journal_->head().checkpoint, signer().verifier()).value();
    ASSERT_EQ(checkpoint.size, size);
    EXPECT_EQ(tlog::root(size, nodes(size)).value(), checkpoint.root);
  }
}

TEST_F(TilesTest, EntriesHashToTheLowestTiles) {
  commit_many(300);
  for (const auto& [number, width] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
           {0, 256}, {0, 1}, {0, 200}, {1, 44}, {1, 7}}) {
    const auto leaves = tlog::decode_entry_bundle(journal_->entries(number, width).value()).value();
    const auto tile = tlog::decode_tile(journal_->tile({0, number}, width).value()).value();
    ASSERT_EQ(leaves.size(), width);
    ASSERT_EQ(tile.size(), width);
    for (std::size_t i = 0; i < width; ++i) EXPECT_EQ(tlog::leaf_hash(leaves[i]), tile[i]);
  }
}

TEST_F(TilesTest, WhatTheTreeDoesNotReachIsNotThere) {
  EXPECT_EQ(journal_->tile({0, 0}, 1).error().token, "tile_not_found");
  EXPECT_EQ(journal_->entries(0, 1).error().token, "tile_not_found");
  commit_many(300);
  for (const auto& [level, number, width] :
       std::vector<std::tuple<unsigned, std::uint64_t, std::uint64_t>>{{0, 1, 45},
                                                                       {0, 1, 256},
                                                                       {0, 2, 1},
                                                                       {0, ~0ULL, 1},
                                                                       {1, 0, 2},
                                                                       {1, 0, 256},
                                                                       {1, 1, 1},
                                                                       {2, 0, 1},
                                                                       {8, 0, 1},
                                                                       {63, 0, 1}}) {
    const auto tile = journal_->tile({level, number}, width);
    ASSERT_FALSE(tile) << level << " " << number << " " << width;
    EXPECT_EQ(tile.error().token, "tile_not_found");
  }
  EXPECT_EQ(journal_->entries(1, 45).error().token, "tile_not_found");
  EXPECT_EQ(journal_->entries(~0ULL, 1).error().token, "tile_not_found");
}

TEST_F(TilesTest, NeverChangeOverGrowthAndRestart) {
  std::map<std::string, Bytes> seen;
  const auto look = [&](unsigned level, std::uint64_t number, std::uint64_t width) {
    const Bytes bytes = journal_->tile({level, number}, width).value();
    const auto [place, fresh] = seen.emplace(tlog::tile_path({level, number}, width), bytes);
    EXPECT_EQ(place->second, bytes) << place->first;
  };
  commit_many(200);
  look(0, 0, 200);
  look(0, 0, 3);
  commit_many(200);
  look(0, 0, 200);
  look(0, 0, 256);
  look(0, 1, 144);
  look(1, 0, 1);
  restart();
  commit_many(200);
  for (const std::uint64_t width : {3U, 200U, 256U}) look(0, 0, width);
  look(0, 1, 144);
  look(1, 0, 1);
}

}  // namespace
}  // namespace hansom::journal
