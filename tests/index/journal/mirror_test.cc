// Copies of the public log: whole ones verify with public files alone, every damage is named.
#include "index/journal/mirror.h"

#include <gmock/gmock.h>

#include <fstream>

#include "proto/base/durable_file.h"
#include "proto/tlog/cosignature.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

class MirrorTest : public JournalTest {
 protected:
  MirrorTest() {
    restart();
    commit_many(700);
    copy();
  }
  [[nodiscard]] std::filesystem::path mirror() const { return folder_ / "mirror"; }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((mirror() / name).parent_path());
    std::ofstream(mirror() / name, std::ios::binary | std::ios::trunc) << text;
  }
  void copy() const {
    const Head head = journal_->head();
    for (const tlog::TilePath& tile : tiles_of(head.size)) {
      const Bytes bytes = tile.entries ? journal_->entries(tile.tile.number, tile.width).value()
                                       : journal_->tile(tile.tile, tile.width).value();
      write(path_of(tile), as_text(bytes));
    }
    write("checkpoint", head.checkpoint);
  }
  void flip(const std::string& name, std::size_t byte) const {
    Bytes bytes = durable::read_file(mirror() / name, 1 << 20).value();
    bytes.at(byte) ^= 1;
    write(name, as_text(bytes));
  }
  [[nodiscard]] MirrorReport verify(std::optional<std::string> old = {},
                                    const std::string& policy = "quorum none\n") const {
    return verify_mirror({mirror(), signer().verifier(), tlog::WitnessPolicy::parse(policy).value(),
                          std::move(old)});
  }
  void expect_problem(const std::string& what, const std::string& where) const {
    const MirrorReport report = verify();
    ASSERT_FALSE(report.clean()) << what;
    EXPECT_EQ(report.problems.front().what, what) << report.problems.front().detail;
    EXPECT_EQ(report.problems.front().where, where);
  }
};

TEST_F(MirrorTest, AWholeCopyVerifiesAtEverySize) {
  for (const std::uint64_t size : {700U, 701U, 768U, 1024U, 1100U}) {
    if (size > journal_->head().size) commit_many(size - journal_->head().size);
    copy();
    const MirrorReport report = verify();
    EXPECT_TRUE(report.clean()) << report.problems.front().what << report.problems.front().where;
    EXPECT_EQ(report.leaves, size);
    EXPECT_EQ(report.checkpoint.size, size);
  }
}

TEST_F(MirrorTest, TheTreeIsThere) {
  EXPECT_EQ(tlog::root(700, mirrored_nodes(mirror(), 700)).value(),
            tlog::verify_checkpoint(journal_->head().checkpoint, signer().verifier())->root);
}

TEST_F(MirrorTest, EveryDamageIsNamed) {
  flip("tile/entries/001", 40);
  expect_problem("leaf_damaged", "leaf 256");
  copy();
  flip("tile/1/000.p/2", 40);
  expect_problem("tile_mismatch", "tile/1/000.p/2");
  copy();
  flip("tile/0/002.p/188", 5);
  expect_problem("leaf_damaged", "leaf 512");
  copy();
  std::filesystem::remove(mirror() / "tile/0/001");
  expect_problem("tile_missing", "tile/0/001");
  copy();
  write("tile/entries/000", "\x01");
  expect_problem("bundle_damaged", "tile/entries/000");
  copy();
  flip("checkpoint", 30);
  expect_problem("checkpoint_damaged", "checkpoint");
  std::filesystem::remove(mirror() / "checkpoint");
  expect_problem("checkpoint_missing", "checkpoint");
}

TEST_F(MirrorTest, ATreeThatWasNotSignedIsFound) {
  std::string other = signer().sign_note(
      tlog::Checkpoint{signer().verifier().name, 700, sha256(std::string_view("r")), {}}.text());
  write("checkpoint", other);
  expect_problem("root_mismatch", "checkpoint");
}

TEST_F(MirrorTest, OldBundlesMayBeGoneTheirHashesNot) {
  std::filesystem::remove(mirror() / "tile/entries/000");
  const MirrorReport report = verify();
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.leaves, 444U);
  EXPECT_EQ(report.leaves_old, 256U);
}

TEST_F(MirrorTest, AnOldCheckpointIsItsBeginningOrIsNot) {
  const std::string old = journal_->head().checkpoint;
  commit_many(100);
  copy();
  ASSERT_TRUE(verify(old).old_checkpoint);
  EXPECT_EQ(verify(old).old_checkpoint->size, 700U);
  const auto sign = [&](std::uint64_t size) {
    return signer().sign_note(
        tlog::Checkpoint{signer().verifier().name, size, sha256(std::string_view("r")), {}}.text());
  };
  EXPECT_EQ(verify(sign(700)).problems.at(0).what, "old_checkpoint_mismatch");
  EXPECT_EQ(verify(sign(9000)).problems.at(0).what, "old_checkpoint_mismatch");
  EXPECT_EQ(verify("hello").problems.at(0).what, "old_checkpoint_damaged");
}

TEST_F(MirrorTest, ThePolicyIsAsked) {
  const auto witness = tlog::Cosigner::from_pem("w/a", tlog::Ed25519Key::generate_pem()).value();
  const std::string policy = "witness a " + witness.verifier().text() + "\nquorum a\n";
  EXPECT_EQ(verify({}, policy).problems.at(0).what, "policy_unmet");
  const std::string note = journal_->head().checkpoint;
  const std::string text = tlog::SignedNote::parse(note)->text;
  write("checkpoint", note + witness.cosign(text, clock_.now()).line());
  const MirrorReport report = verify({}, policy);
  EXPECT_TRUE(report.clean());
  ASSERT_EQ(report.witnesses.size(), 1U);
  EXPECT_EQ(report.witnesses[0].name, "a");
}

}  // namespace
}  // namespace hansom::journal
