// The repaired copy: the pieces put together, sealed, named; the same again after a crash.
#include <gtest/gtest.h>

#include "index/retrieval/playback.h"
#include "ingest/repaired_copy.h"
#include "proto/base/random.h"
#include "proto/base/sha256.h"
#include "tests/support/temp_dir.h"

namespace hansom::ingest {
namespace {

class RepairedCopy : public testing::Test {
 protected:
  RepairedCopy() {
    media_.resize(300'000);
    for (std::size_t i = 0; i < media_.size(); ++i) {
      media_[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    }
    const age::Recipient recipient = identity_.recipient();
    sealed_ = age::seal(media_, std::span(&recipient, 1), system_random()).value();
    vault_ = vault::open_file_vault(folder_ / "vault").value();
  }

  age::Opener opener() {
    const age::ReadAt read = [this](std::uint64_t offset, MutableByteSpan out) -> Status {
      std::copy_n(sealed_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
      return {};
    };
    return age::Opener::open(read, sealed_.size(), std::span(&identity_, 1)).value();
  }
  Status seal(evidence::Repair& repair) {
    age::Opener clip = opener();
    return seal_repaired_copy(sha256(sealed_), clip, identity_, *vault_, repair);
  }
  int objects() {
    int count = 0;
    EXPECT_TRUE(vault_->for_each([&count](const Digest&, std::uint64_t) { return ++count > 0; }));
    return count;
  }
  static evidence::Repair recipe() {
    evidence::Repair repair;
    repair.set_method("index_rebuilt");
    repair.add_pieces()->set_literal("head");
    evidence::RepairPiece& range = *repair.add_pieces();
    range.set_offset(1000);
    range.set_bytes(200'000);
    repair.add_pieces()->set_literal("index");
    return repair;
  }

  test::TempDir folder_;
  age::Identity identity_ = age::Identity::generate(system_random());
  Bytes media_;
  Bytes sealed_;
  std::unique_ptr<vault::Vault> vault_;
};

TEST_F(RepairedCopy, IsThePiecesInTheirOrder) {
  evidence::Repair repair = recipe();
  ASSERT_TRUE(seal(repair));
  Bytes expected = to_bytes("head");
  expected.insert(expected.end(), media_.begin() + 1000, media_.begin() + 201'000);
  const Bytes index = to_bytes("index");
  expected.insert(expected.end(), index.begin(), index.end());
  EXPECT_TRUE(repair.pieces().empty());
  EXPECT_EQ(repair.method(), "index_rebuilt");
  EXPECT_EQ(repair.copy_bytes(), expected.size());
  EXPECT_EQ(repair.copy_sha256(), to_text(sha256(expected).span()));
  const Digest name = Digest::from_span(as_bytes(repair.sealed_sha256())).value();
  const auto opened = retrieval::open_derivative(*vault_, name, std::span(&identity_, 1));
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, expected);
}

TEST_F(RepairedCopy, IsTheSameObjectWhenItIsMadeAgain) {
  evidence::Repair first = recipe();
  evidence::Repair again = recipe();
  ASSERT_TRUE(seal(first));
  ASSERT_TRUE(seal(again));
  EXPECT_EQ(first.SerializeAsString(), again.SerializeAsString());
  EXPECT_EQ(objects(), 1);
}

TEST_F(RepairedCopy, PiecesPastTheClipMakeNone) {
  using Range = std::pair<std::uint64_t, std::uint64_t>;
  for (const auto& [offset, bytes] :
       std::vector<Range>{{300'001, 0}, {299'999, 2}, {1, 300'000}, {5, UINT64_MAX}}) {
    evidence::Repair repair = recipe();
    repair.mutable_pieces(1)->set_offset(offset);
    repair.mutable_pieces(1)->set_bytes(bytes);
    ASSERT_TRUE(seal(repair));
    EXPECT_TRUE(repair.pieces().empty());
    EXPECT_TRUE(repair.method().empty());
    EXPECT_TRUE(repair.sealed_sha256().empty());
    EXPECT_FALSE(repair.missing().empty());
  }
  EXPECT_EQ(objects(), 0);
}

TEST_F(RepairedCopy, PiecesThatRepeatTheClipForEverMakeNone) {
  evidence::Repair repair;
  repair.set_method("prefix");
  for (std::uint64_t i = 0; i < kRepairedCopyBytesMax / media_.size() + 2; ++i) {
    repair.add_pieces()->set_bytes(media_.size());
  }
  ASSERT_TRUE(seal(repair));
  EXPECT_TRUE(repair.sealed_sha256().empty());
  EXPECT_EQ(objects(), 0);
}

TEST_F(RepairedCopy, ADamagedMasterIsAnErrorAndLeavesTheRecipe) {
  sealed_[sealed_.size() / 2] ^= 1;
  evidence::Repair repair = recipe();
  const Status status = seal(repair);
  ASSERT_FALSE(status);
  EXPECT_EQ(repair.pieces_size(), 3);
  EXPECT_EQ(objects(), 0);
}

}  // namespace
}  // namespace hansom::ingest
