// Damage in what opening reads is found on opening.
#include "index/journal/rows.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

class DamageTest : public JournalTest {
 protected:
  DamageTest() {
    restart();
    commit_many(300);
    close();
    store_ = open_store();
  }
  void expect_refused(const std::string& said) {
    const auto journal = open_journal(*store_);
    ASSERT_FALSE(journal);
    EXPECT_EQ(journal.error().token, "journal_corrupt");
    EXPECT_NE(journal.error().message.find(said), std::string::npos) << journal.error().message;
  }
  void remove(store::Family family, const Bytes& key) {
    const auto batch = store_->begin();
    batch->del(family, key);
    ASSERT_TRUE(store_->commit(*batch));
  }
};

TEST_F(DamageTest, UndamagedItOpens) {
  EXPECT_TRUE(open_journal(*store_));
}
TEST_F(DamageTest, AFlippedBitInALeafOfTheRightEdge) {
  flip_bit(*store_, store::Family::kLeaf, number_key(299), 100);
  expect_refused("do not give the root");
}
TEST_F(DamageTest, AFlippedBitInATile) {
  flip_bit(*store_, store::Family::kTile, tile_key({0, 0}), std::size_t{8191} * 8);
  expect_refused("do not give the root");
}
TEST_F(DamageTest, AFlippedBitInTheLastHead) {
  flip_bit(*store_, store::Family::kHead, number_key(300), 200);
  expect_refused("head at 300");
}
TEST_F(DamageTest, AFlippedBitInThePosition) {
  flip_bit(*store_, store::Family::kMeta, to_bytes(kPositionKey), 3);
  expect_refused("another size");
}
TEST_F(DamageTest, AnotherFormat) {
  flip_bit(*store_, store::Family::kMeta, to_bytes(kFormatKey), 0);
  expect_refused("format");
}
TEST_F(DamageTest, AMissingLeaf) {
  remove(store::Family::kLeaf, number_key(280));
  expect_refused("leaf 280 is missing");
}
TEST_F(DamageTest, TheLastLeafMissing) {
  remove(store::Family::kLeaf, number_key(299));
  expect_refused("another size");
}
TEST_F(DamageTest, TheLastHeadMissing) {
  remove(store::Family::kHead, number_key(300));
  expect_refused("another size");
}
TEST_F(DamageTest, AMissingTile) {
  remove(store::Family::kTile, tile_key({0, 0}));
  expect_refused("tile/0/000 is missing");
}
TEST_F(DamageTest, AnotherKeyThanTheOneThatSigned) {
  pem_ = tlog::Signer::generate_pem();
  expect_refused("names other ones");
}

}  // namespace
}  // namespace hansom::journal
