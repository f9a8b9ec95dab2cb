// The verifier names the place of every kind of damage, and finds nothing where there is none.
#include "index/journal/verify.h"

#include <fstream>

#include "index/journal/rows.h"
#include "index/vault/vault.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

class VerifyTest : public JournalTest {
 protected:
  // 600 leaves: two full tiles; three clips, of which one is destroyed, and the sealed thumbnail of
  // another.
  VerifyTest() : vault_(vault::open_file_vault(folder_ / "vault").value()) {
    restart();
    kept_ = accept("the sealed bytes of a kept clip");
    destroyed_ = accept("the sealed bytes of a clip that goes");
    inspected_ = accept("the sealed bytes of an inspected clip");
    thumbnail_ = vault_->put(as_bytes("a sealed thumbnail")).value();
    evidence::Record inspected;
    auto& report = *inspected.mutable_clip_inspected();
    report.set_sealed_sha256(to_text(inspected_.bytes));
    report.mutable_report()->add_thumbnails()->set_sealed_sha256(to_text(thumbnail_.bytes));
    EXPECT_TRUE(commit(*journal_, inspected));
    EXPECT_TRUE(commit(*journal_, clip_destroyed(destroyed_, {1})));
    EXPECT_TRUE(vault_->destroy(destroyed_));
    commit_many(600 - journal_->head().size);
  }

  Digest accept(const std::string& bytes) {
    const Digest name = vault_->put(as_bytes(bytes)).value();
    EXPECT_TRUE(commit(*journal_, clip_accepted(name, bytes.size())));
    return name;
  }
  VerifyReport run(const std::optional<std::string>& old_checkpoint = {}) {
    auto report = verify({.store = store_path(),
                          .vault = folder_ / "vault",
                          .key = signer().verifier(),
                          .vault_every = 1,
                          .progress = {},
                          .old_checkpoint = old_checkpoint});
    EXPECT_TRUE(report) << report.error().message;
    return *std::move(report);
  }
  // Exactly the problems named, in any order, as "what where".
  void expect_problems(const std::vector<std::string>& expected) {
    std::vector<std::string> found;
    for (const Problem& problem : run().problems)
      found.push_back(problem.what + " " + problem.where);
    EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(expected));
  }
  // Those named are among the problems.
  void expect_among(const std::vector<std::string>& expected) {
    std::vector<std::string> found;
    for (const Problem& problem : run().problems)
      found.push_back(problem.what + " " + problem.where);
    for (const std::string& one : expected) EXPECT_THAT(found, ::testing::Contains(one));
  }
  void remove(store::Family family, const Bytes& key) {
    const auto batch = store_->begin();
    batch->del(family, key);
    ASSERT_TRUE(store_->commit(*batch));
  }
  std::filesystem::path object_path(const Digest& name) const {
    return folder_ / "vault" / name.hex().substr(0, 2) / (name.hex() + ".age");
  }

  std::unique_ptr<vault::Vault> vault_;
  Digest kept_, destroyed_, inspected_, thumbnail_;
};

TEST_F(VerifyTest, FindsNothingInASoundSiteWhileTheJournalIsOpen) {
  const VerifyReport report = run();
  for (const Problem& problem : report.problems) {
    ADD_FAILURE() << problem.what << " " << problem.where << " " << problem.detail;
  }
  EXPECT_EQ(report.leaves, 600U);
  EXPECT_EQ(report.records_checked, 599U);
  EXPECT_EQ(report.records_erased, 1U);
  EXPECT_EQ(report.tiles, 2U);
  EXPECT_GE(report.heads, 7U);
  EXPECT_EQ(report.vault_objects, 3U);
  EXPECT_GT(report.vault_bytes_read, 0U);
  EXPECT_TRUE(report.clean());
}

TEST_F(VerifyTest, AnOldCheckpointIsTheJournalsBeginningOrIsNot) {
  const std::string old = journal_->head().checkpoint;
  commit_many(100);
  EXPECT_EQ(run(old).old_size, 600U);
  EXPECT_TRUE(run(old).clean());
  const auto sign = [&](std::uint64_t size) {
    return signer().sign_note(
        tlog::Checkpoint{signer().verifier().name, size, sha256(std::string_view("r")), {}}.text());
  };
  for (const auto& [note, what] :
       {std::pair(sign(600), "old_checkpoint_mismatch"),
        std::pair(sign(9000), "old_checkpoint_mismatch"),
        std::pair(std::string("hello"), "old_checkpoint_damaged"),
        std::pair(old.substr(0, old.size() - 5) + "AAA=\n", "old_checkpoint_damaged")}) {
    const VerifyReport report = run(note);
    ASSERT_EQ(report.problems_found, 1U) << note;
    EXPECT_EQ(report.problems.front().what, what);
    EXPECT_FALSE(report.old_size);
  }
}

TEST_F(VerifyTest, EveryFlippedBitOfALeafIsFoundThere) {
  for (std::size_t bit = 0; bit < tlog::kLeafBytes * 8; bit += 7) {
    flip_bit(*store_, store::Family::kLeaf, number_key(300), bit);
    std::vector<std::string> at_leaf;
    const VerifyReport report = run();
    for (const Problem& problem : report.problems) {
      if (problem.where == "leaf 300" || problem.where == "record 300" ||
          problem.detail.find("leaf 300") != std::string::npos) {
        at_leaf.push_back(problem.what);
      }
    }
    EXPECT_GE(at_leaf.size(), 1U) << "bit " << bit;
    EXPECT_THAT(at_leaf, ::testing::Contains("tile_mismatch")) << "bit " << bit;
    flip_bit(*store_, store::Family::kLeaf, number_key(300), bit);
  }
  EXPECT_TRUE(run().clean());
}

TEST_F(VerifyTest, EveryFlippedBitOfARecordOrItsSaltIsFoundThere) {
  const std::size_t size =
      store_->snapshot()->get(store::Family::kRecord, number_key(2)).value()->size();
  for (std::size_t bit = 0; bit < size * 8; bit += 11) {
    flip_bit(*store_, store::Family::kRecord, number_key(2), bit);
    const VerifyReport report = run();
    ASSERT_FALSE(report.problems.empty()) << "bit " << bit;
    EXPECT_EQ(report.problems.front().what, "record_damaged");
    EXPECT_EQ(report.problems.front().where, "record 2");
    flip_bit(*store_, store::Family::kRecord, number_key(2), bit);
  }
}

TEST_F(VerifyTest, AFlippedBitOfATileIsFoundThereAndNowhereElse) {
  flip_bit(*store_, store::Family::kTile, tile_key({0, 1}), std::size_t{40} * 8);
  expect_problems({"tile_mismatch tile/0/001"});
}

TEST_F(VerifyTest, AFlippedBitOfAHeadIsFoundThereAndNowhereElse) {
  flip_bit(*store_, store::Family::kHead, number_key(2), 300);
  expect_problems({"head_damaged head 2"});
}

TEST_F(VerifyTest, RowsThatAreGoneAreNamed) {
  remove(store::Family::kLeaf, number_key(70));
  remove(store::Family::kRecord, number_key(80));
  remove(store::Family::kTile, tile_key({0, 1}));
  remove(store::Family::kHead, number_key(600));
  expect_problems({"leaf_missing leaf 70", "record_missing record 80", "tile_missing tile/0/001",
                   "head_missing head 600"});
}

TEST_F(VerifyTest, RowsThatNothingCoversAreNamed) {
  const auto batch = store_->begin();
  batch->put(store::Family::kLeaf, number_key(600), as_bytes("x"));
  batch->put(store::Family::kTile, tile_key({0, 2}), as_bytes("x"));
  batch->put(store::Family::kHead, number_key(700), as_bytes("x"));
  ASSERT_TRUE(store_->commit(*batch));
  expect_problems({"row_unknown leaf 0000000000000258", "row_unknown tile 000000000000000002",
                   "row_unknown head 00000000000002bc"});
}

TEST_F(VerifyTest, APositionThatIsNotTheLeavesIsFound) {
  flip_bit(*store_, store::Family::kMeta, to_bytes(kPositionKey), 58);
  EXPECT_FALSE(run().clean());
}

TEST_F(VerifyTest, AnotherKeyFailsEveryHead) {
  pem_ = tlog::Signer::generate_pem();
  const VerifyReport report = run();
  EXPECT_EQ(report.problems_found, report.heads);
  EXPECT_EQ(report.problems.front().what, "head_damaged");
}

TEST_F(VerifyTest, VaultFilesDamagedMissingCutOrUnknownAreNamed) {
  for (const Digest& name : {kept_, thumbnail_}) {
    std::filesystem::permissions(object_path(name), std::filesystem::perms::owner_all);
    std::fstream file(object_path(name), std::ios::in | std::ios::out | std::ios::binary);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(0);
    file.put(byte);
  }
  const Digest stranger = vault_->put(as_bytes("nobody named me")).value();
  ASSERT_TRUE(vault_->destroy(inspected_));
  expect_problems(
      {"object_damaged vault " + kept_.hex(), "object_damaged vault " + thumbnail_.hex(),
       "object_missing vault " + inspected_.hex(), "object_unknown vault " + stranger.hex()});
}

TEST_F(VerifyTest, AClipCutShortIsFoundWithoutReadingIt) {
  std::filesystem::permissions(object_path(kept_), std::filesystem::perms::owner_all);
  std::filesystem::resize_file(object_path(kept_), 5);
  const auto report = verify({.store = store_path(),
                              .vault = folder_ / "vault",
                              .key = signer().verifier(),
                              .vault_every = 0,
                              .progress = {}});
  ASSERT_EQ(report->problems.size(), 1U);
  EXPECT_EQ(report->problems.front().what, "object_damaged");
  EXPECT_EQ(report->vault_bytes_read, 0U);
}

TEST_F(VerifyTest, ADestroyedClipThatIsStillThereIsNamed) {
  ASSERT_EQ(vault_->put(as_bytes("the sealed bytes of a clip that goes")).value(), destroyed_);
  expect_problems({"destroyed_object_survives vault " + destroyed_.hex()});
}

TEST_F(VerifyTest, ItGoesOnAfterEveryProblem) {
  flip_bit(*store_, store::Family::kRecord, number_key(2), 300);
  flip_bit(*store_, store::Family::kTile, tile_key({0, 0}), 5);
  flip_bit(*store_, store::Family::kHead, number_key(3), 300);
  ASSERT_TRUE(vault_->destroy(kept_));
  expect_among({"record_damaged record 2", "tile_mismatch tile/0/000", "head_damaged head 3",
                "object_missing vault " + kept_.hex()});
}

// A bit flipped by the disk itself, under RocksDB.
TEST_F(VerifyTest, AFlippedBitInAFileOfTheStoreIsFound) {
  close();
  restart();  // recovery turns the write-ahead log into tables
  close();
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(store_path())) {
    if (entry.path().extension() != ".sst") continue;
    const auto at = static_cast<std::streamoff>(entry.file_size() / 4);
    const auto flip = [&] {
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(at);
      const char byte = static_cast<char>(file.get() ^ 4);
      file.seekp(at);
      file.put(byte);
    };
    flip();
    EXPECT_FALSE(run().clean()) << entry.path();
    flip();
    ++files;
  }
  EXPECT_GE(files, 4);
  EXPECT_TRUE(run().clean());
}

TEST_F(VerifyTest, WithoutAStoreItIsAnError) {
  const auto report = verify({.store = folder_ / "nothing",
                              .vault = std::nullopt,
                              .key = signer().verifier(),
                              .vault_every = 1,
                              .progress = {}});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().token, "not_found");
}

}  // namespace
}  // namespace hansom::journal
