// Restarts at every edge of a tile, and proofs of any leaf in a tree of any size.
#include <random>

#include "index/journal/rows.h"
#include "tests/index/journal/fixture.h"
#include "tests/proto/tlog/naive_tree.h"

namespace hansom::journal {
namespace {

class RestartTest : public JournalTest {
 protected:
  tlog::NaiveTree naive_tree() const {
    std::vector<Digest> hashes;
    for (std::uint64_t i = 0; i < journal_->head().size; ++i) {
      hashes.push_back(tlog::leaf_hash(journal_->read(LeafIndex{i})->leaf));
    }
    return tlog::NaiveTree(std::move(hashes));
  }
};

TEST_F(RestartTest, TheTreeGoesOnFromEverySizeAroundATileEdge) {
  std::uint64_t size = 0;
  std::vector<Head> heads;
  for (const std::uint64_t stop :
       {0ULL, 1ULL, 2ULL, 255ULL, 256ULL, 257ULL, 511ULL, 512ULL, 513ULL, 65'279ULL, 65'280ULL,
        65'535ULL, 65'536ULL, 65'537ULL, 65'792ULL, 65'793ULL}) {
    restart();
    ASSERT_EQ(journal_->head().size, size);
    if (!heads.empty()) {
      EXPECT_EQ(journal_->head().checkpoint, heads.back().checkpoint);
    }
    commit_many(stop - size);
    size = stop;
    heads.push_back(journal_->head());
    ASSERT_EQ(heads.back().size, size);
  }
  restart();
  ASSERT_EQ(journal_->head().checkpoint, heads.back().checkpoint);

  // Every head continues every earlier one.
  const auto root = [&](const Head& head) {
    return tlog::verify_checkpoint(head.checkpoint, signer().verifier())->root;
  };
  for (std::size_t i = 1; i < heads.size(); ++i) {
    for (std::size_t j = i; j < heads.size(); ++j) {
      const auto proof = journal_->prove_consistency(heads[i].size, heads[j].size).value();
      EXPECT_TRUE(tlog::verify_consistency(heads[i].size, heads[j].size, proof, root(heads[i]),
                                           root(heads[j])));
    }
  }

  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const tlog::NaiveTree tree = naive_tree();
  EXPECT_EQ(root(heads.back()), tree.root(size));
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t some_size = 1 + random() % size;
    const std::uint64_t leaf = random() % some_size;
    const auto proof = journal_->prove_inclusion(LeafIndex{leaf}, some_size).value();
    EXPECT_TRUE(
        tlog::verify_inclusion(tree.leaf(leaf), leaf, some_size, proof, tree.root(some_size)))
        << leaf << " in " << some_size;
  }
}

TEST_F(RestartTest, TheHeadThatCoversALeafStaysTheSame) {
  restart();
  std::vector<Head> covering;
  for (std::uint64_t i = 0; i < 30; ++i) {
    commit_many(1 + i % 4);
    covering.push_back(journal_->head_covering(LeafIndex{i}).value());
    EXPECT_GT(covering.back().size, i);
  }
  restart();
  commit_many(300);
  for (std::uint64_t i = 0; i < covering.size(); ++i) {
    EXPECT_EQ(journal_->head_covering(LeafIndex{i})->checkpoint, covering[i].checkpoint);
    expect_proven(LeafIndex{i});
  }
}

TEST_F(RestartTest, AReaderBesideTheJournalSeesOneState) {
  restart();
  commit_many(300);
  const auto beside = open_store(store::Mode::kReadOnly);
  commit_many(300);
  const auto reader = beside->snapshot();
  const std::uint64_t size = read_position(*reader).value().value();
  EXPECT_EQ(size, 300U);
  EXPECT_TRUE(read_edge(*reader, size));
}

}  // namespace
}  // namespace hansom::journal
