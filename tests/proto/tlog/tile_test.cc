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

TEST(TilePath, IsReadBackInItsOneSpelling) {
  for (const std::uint64_t number :
       {0ULL, 1ULL, 999ULL, 1000ULL, 1'234'067ULL, 1'000'000'000ULL, ~0ULL}) {
    for (const std::uint64_t width : {1ULL, 255ULL, 256ULL}) {
      const TilePath tile{false, {3, number}, width};
      const TilePath bundle{true, {0, number}, width};
      EXPECT_EQ(parse_tile_path(tile_path({3, number}, width).substr(5)).value(), tile);
      EXPECT_EQ(parse_tile_path(bundle_path(number, width).substr(5)).value(), bundle);
    }
  }
  EXPECT_EQ(bundle_path(1'234'067, 8), "tile/entries/x001/x234/067.p/8");
}

TEST(TilePath, EveryOtherSpellingNamesNothing) {
  for (const char* path : {"",
                           "0",
                           "0/",
                           "/000",
                           "0/0",
                           "0/00",
                           "0/0000",
                           "0/x000/000",
                           "0/000/",
                           "0/000/000",
                           "0/1000",
                           "0/x001/x234/x067",
                           "0/X001/234",
                           "0/ 00",
                           "00/000",
                           "01/000",
                           "-1/000",
                           "64/000",
                           "0/000.p",
                           "0/000.p/",
                           "0/000.p/0",
                           "0/000.p/256",
                           "0/000.p/01",
                           "0/000.p/1/",
                           "0/000.p/-1",
                           "0/000.p/1.p/1",
                           "entries",
                           "entries/",
                           "entries/0",
                           "Entries/000",
                           "entries/000.p/0",
                           "entries/x018/x446/x744/x073/x709/x551/616",
                           "data/000"}) {
    const auto parsed = parse_tile_path(path);
    ASSERT_FALSE(parsed) << path;
    EXPECT_EQ(parsed.error().token, "tile_not_found");
  }
}

}  // namespace
}  // namespace hansom::tlog
