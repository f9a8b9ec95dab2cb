// Growing a tree at its right edge gives the same root, nodes and tiles as the definition.
#include "proto/tlog/edge.h"

#include <gtest/gtest.h>

#include "tests/proto/tlog/naive_tree.h"

namespace hansom::tlog {
namespace {

TEST(RightEdge, HasTheRootOfEverySize) {
  const auto leaves = numbered_leaves(600);
  const NaiveTree tree(leaves);
  RightEdge edge;
  std::vector<FullTile> full;
  EXPECT_EQ(edge.root(), empty_root());
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    edge.append(leaves[size - 1], full);
    ASSERT_EQ(edge.root(), tree.root(size)) << size;
  }
  ASSERT_EQ(full.size(), 2U);
  EXPECT_EQ(full[1].id, (TileId{0, 1}));
  EXPECT_EQ(full[1].bytes, encode_tile(std::span(leaves).subspan(256, 256)));
}

TEST(RightEdge, FillsTilesOfHigherLevels) {
  RightEdge edge;
  std::vector<FullTile> full;
  const auto leaves = numbered_leaves(kTileWidth * kTileWidth + 3);
  for (const Digest& leaf : leaves) edge.append(leaf, full);
  ASSERT_EQ(full.size(), kTileWidth + 1);
  EXPECT_EQ(full.back().id, (TileId{1, 0}));
  const auto roots = decode_tile(full.back().bytes).value();
  EXPECT_EQ(roots.front(), subtree_hash(decode_tile(full.front().bytes).value()));
  EXPECT_EQ(edge.root(), NaiveTree(leaves).root(leaves.size()));
}

TEST(RightEdge, FindsWhatIsNotInAFullTileAndNothingElse) {
  RightEdge edge;
  std::vector<FullTile> full;
  const auto leaves = numbered_leaves(256 + 5);
  for (const Digest& leaf : leaves) edge.append(leaf, full);
  EXPECT_EQ(edge.find(slice_of_node(0, 256)), leaves[256]);
  EXPECT_EQ(edge.find(slice_of_node(1, 129)), node_hash(leaves[258], leaves[259]));
  EXPECT_EQ(edge.find(slice_of_node(8, 0)), NaiveTree(leaves).root(256));
  EXPECT_FALSE(edge.find(slice_of_node(0, 255)));  // in a full tile
  EXPECT_FALSE(edge.find(slice_of_node(0, 261)));  // not there yet
  EXPECT_FALSE(edge.find(slice_of_node(3, 32)));   // not complete
  EXPECT_FALSE(edge.find(slice_of_node(63, 0)));
}

TEST(RightEdge, IsNotRestoredFromAnotherNumberOfHashes) {
  EXPECT_TRUE(RightEdge::restore(3, {numbered_leaves(3)}));
  EXPECT_EQ(RightEdge::restore(3, {numbered_leaves(2)}).error().token, "bad_tile");
  EXPECT_EQ(RightEdge::restore(256, {{}}).error().token, "bad_tile");
  EXPECT_TRUE(RightEdge::restore(256, {{}, numbered_leaves(1)}));
}

}  // namespace
}  // namespace hansom::tlog
