// Tile names and where a node lies.
#include "proto/tlog/tile.h"

#include <gtest/gtest.h>

#include "tests/proto/tlog/naive_tree.h"

namespace hansom::tlog {
namespace {

TEST(Tile, PathsAreThoseOfTheSpecification) {
  EXPECT_EQ(tile_path({0, 0}), "tile/0/000");
  EXPECT_EQ(tile_path({1, 999}), "tile/1/999");
  EXPECT_EQ(tile_path({0, 1000}), "tile/0/x001/000");
  EXPECT_EQ(tile_path({0, 1234067}), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path({0, 1234067}, 8), "tile/0/x001/x234/067.p/8");
  EXPECT_EQ(tile_path({3, 5}, 255), "tile/3/005.p/255");
}

TEST(Tile, ANodeLiesInOneTileOverItsHashes) {
  const TileSlice leaf = slice_of_node(0, 300);
  EXPECT_EQ(leaf.tile, (TileId{0, 1}));
  EXPECT_EQ(leaf.offset, 44U);
  EXPECT_EQ(leaf.count, 1U);
  const TileSlice top = slice_of_node(7, 3);
  EXPECT_EQ(top.tile, (TileId{0, 1}));
  EXPECT_EQ(top.offset, 128U);
  EXPECT_EQ(top.count, 128U);
  const TileSlice next = slice_of_node(8, 257);
  EXPECT_EQ(next.tile, (TileId{1, 1}));
  EXPECT_EQ(next.offset, 1U);
  EXPECT_EQ(next.count, 1U);
}

TEST(Tile, TheRootOverItsHashesIsTheTrees) {
  const NaiveTree tree(numbered_leaves(256));
  EXPECT_EQ(subtree_hash(numbered_leaves(256)), tree.root(256));
  EXPECT_EQ(subtree_hash(numbered_leaves(1)), tree.leaf(0));
}

TEST(Tile, BytesComeBackAndOthersAreRefused) {
  const auto hashes = numbered_leaves(256);
  const Bytes bytes = encode_tile(hashes);
  EXPECT_EQ(bytes.size(), kTileBytes);
  EXPECT_EQ(decode_tile(bytes).value(), hashes);
  EXPECT_EQ(decode_tile(ByteSpan(bytes).first(33)).error().token, "bad_tile");
  EXPECT_EQ(decode_tile({}).error().token, "bad_tile");
  EXPECT_EQ(decode_tile(Bytes(kTileBytes + 32)).error().token, "bad_tile");
}

}  // namespace
}  // namespace hansom::tlog
