// The main path: every step, and a failure or a crash at every step.
#include "ingest/accept_clip.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "index/catalogue/catalogue.h"
#include "proto/base/durable_file.h"
#include "proto/tlog/checkpoint.h"
#include "tests/ingest/support/ingest_site.h"

namespace hansom::ingest {
namespace {

namespace fs = std::filesystem;
using test::FakeExchange;
using test::IngestSite;
using test::MadeClip;

constexpr std::size_t kPiece = 16384;

class AcceptClip : public testing::Test {
 protected:
  // Uploads all of it in one PATCH.
  std::string upload(const std::string& path, const MadeClip& clip) {
    last_ = site_.patch(path, 0, clip.sealed, kPiece);
    return site_.run(*last_);
  }
  std::string head(const std::string& path) {
    last_ = site_.exchange("HEAD", path);
    return site_.run(*last_);
  }
  std::string receipt(const std::string& path) {
    last_ = site_.exchange("GET", path + "/receipt");
    return site_.run(*last_) == "200" ? last_->answer->body : site_.run(*last_);
  }
  Result<catalogue::ClipRow> find(const MadeClip& clip) {
    const auto view = site_.index->view();
    return catalogue::find_clip(view->reader(), sha256(clip.sealed));
  }
  // Files of the spool, kept aside and put back: what a crash that lost a removal leaves.
  fs::path facts_file(const std::string& path) {
    return site_.config.spool() / (fs::path(path).filename().string() + ".json");
  }

  IngestSite site_;
  Bytes media_ = Bytes(300'000, 'm');
  std::unique_ptr<FakeExchange> last_;
};

TEST_F(AcceptClip, AWholeClipIsInVaultJournalAndReceipt) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  EXPECT_EQ(site_.files_in_spool(), 2U);
  ASSERT_EQ(upload(path, clip), "204");
  EXPECT_EQ(last_->answer_field("Upload-Offset"), std::to_string(clip.sealed.size()));
  EXPECT_EQ(last_->answer_field("Hansom-Receipt"), path + "/receipt");
  EXPECT_EQ(site_.files_in_spool(), 0U);

  const auto object = site_.vault->open(sha256(clip.sealed));
  ASSERT_TRUE(object);
  Bytes stored(clip.sealed.size());
  ASSERT_EQ((*object)->size(), stored.size());
  ASSERT_TRUE((*object)->read(0, stored));
  EXPECT_EQ(stored, clip.sealed);

  const auto parsed = evidence::parse_receipt(receipt(path));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->clip, sha256(clip.sealed));
  const auto row = find(clip);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->manifest().vehicle().registration(), "AB12CDE");
  EXPECT_EQ(row->controller(), "council");
}

TEST_F(AcceptClip, TheFinalRequestAgainGetsTheSameReceipt) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  ASSERT_EQ(upload(path, clip), "204");
  const std::string first = receipt(path);
  ASSERT_EQ(upload(path, clip), "204");
  EXPECT_EQ(last_->answer_field("Upload-Offset"), std::to_string(clip.sealed.size()));
  EXPECT_EQ(receipt(path), first);
  site_.restart();
  ASSERT_EQ(upload(path, clip), "204");
  EXPECT_EQ(receipt(path), first);
  ASSERT_EQ(head(path), "200");
  EXPECT_EQ(last_->answer_field("Upload-Offset"), std::to_string(clip.sealed.size()));
  EXPECT_EQ(last_->answer_field("Upload-Metadata"), clip.metadata());
  EXPECT_EQ(last_->answer_field("Hansom-Receipt"), path + "/receipt");
  EXPECT_EQ(find(clip)->arrivals_size(), 1);
}

TEST_F(AcceptClip, TheSameBytesTwiceAreOneMasterAndTwoArrivals) {
  const MadeClip clip = site_.make_clip(media_);
  ASSERT_EQ(upload(site_.create(clip), clip), "204");
  ASSERT_EQ(upload(site_.create(clip), clip), "204");
  EXPECT_EQ(site_.objects_in_vault(), 1U);
  EXPECT_EQ(find(clip)->arrivals_size(), 2);
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

// What is wrong with the bytes ends the upload; nothing of it reaches the vault.
TEST_F(AcceptClip, WhatIsNotAClipForThisVaultIsDiscarded) {
  const MadeClip good = site_.make_clip(media_);
  MadeClip flipped = site_.make_clip(media_);
  flipped.sealed[1000] ^= 1;
  Bytes cut = site_.make_clip(media_).sealed;
  cut.resize(cut.size() - 100);
  Bytes cut_in_header(good.sealed.begin(), good.sealed.begin() + 60);
  const auto other = age::Identity::generate(*site_.random);
  const std::vector<std::pair<std::string, MadeClip>> wrong = {
      {"digest_mismatch", flipped},
      {"clip_truncated", site_.claim(cut)},
      {"not_sealed", site_.claim(media_)},
      {"not_sealed", site_.claim(Bytes(1, 'x'))},
      {"not_for_vault", site_.make_clip(media_, other.recipient())},
  };
  for (const auto& [token, clip] : wrong) {
    const std::string path = site_.create(clip);
    EXPECT_EQ(upload(path, clip), token);
    EXPECT_NE(last_->failure->message.find("the upload has been discarded; send the clip again"),
              std::string::npos);
    EXPECT_EQ(head(path), "upload_not_found");
    EXPECT_EQ(site_.objects_in_vault(), 0U) << token;
    EXPECT_EQ(site_.files_in_spool(), 0U) << token;
  }
  const MadeClip headless = site_.claim(cut_in_header);
  const std::string outcome = upload(site_.create(headless), headless);
  EXPECT_TRUE(outcome == "not_sealed" || outcome == "clip_truncated") << outcome;
}

// Crash after the creation, after some bytes, after all of them: the offset is the size.
TEST_F(AcceptClip, ACrashBeforeTheEndKeepsWhatCame) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  site_.restart();
  ASSERT_EQ(head(path), "200");
  EXPECT_EQ(last_->answer_field("Upload-Offset"), "0");
  EXPECT_EQ(last_->answer_field("Upload-Metadata"), clip.metadata());

  const auto part = site_.patch(path, 0, ByteSpan(clip.sealed).first(100'001), kPiece);
  part->body_end = FakeExchange::BodyEnd::kBreaks;
  EXPECT_EQ(site_.run(*part), "connection_lost");
  site_.restart();
  ASSERT_EQ(head(path), "200");
  EXPECT_EQ(last_->answer_field("Upload-Offset"), "100001");
  const auto rest = site_.patch(path, 100'001, ByteSpan(clip.sealed).subspan(100'001), kPiece);
  ASSERT_EQ(site_.run(*rest), "204");
  EXPECT_TRUE(find(clip));
}

TEST_F(AcceptClip, ACrashBetweenTheLastByteAndTheVaultIsMadeGoodByHead) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  site_.vault->adopt_fails = true;
  EXPECT_EQ(upload(path, clip), "storage_failed");
  EXPECT_FALSE(site_.api->not_ready_because().empty());
  EXPECT_EQ(head(path), "storage_failed");
  const auto another = site_.creation(site_.make_clip(Bytes(5, 'x')));
  EXPECT_EQ(site_.run(*another), "storage_failed");
  EXPECT_EQ(site_.files_in_spool(), 2U);

  site_.restart();
  EXPECT_TRUE(site_.api->not_ready_because().empty());
  ASSERT_EQ(head(path), "200");
  EXPECT_EQ(last_->answer_field("Upload-Offset"), std::to_string(clip.sealed.size()));
  EXPECT_EQ(last_->answer_field("Hansom-Receipt"), path + "/receipt");
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

TEST_F(AcceptClip, ACrashBetweenVaultAndJournalIsMadeGood) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  site_.vault->after_adopt = [this] { site_.index->stop(); };
  EXPECT_EQ(upload(path, clip), "draining");
  EXPECT_EQ(site_.files_in_spool(), 1U);
  EXPECT_EQ(site_.objects_in_vault(), 1U);

  site_.restart();
  EXPECT_EQ(find(clip).error().token, "clip_not_found");
  ASSERT_EQ(upload(path, clip), "204") << "the final request again finishes it";
  EXPECT_TRUE(find(clip));
  EXPECT_EQ(site_.files_in_spool(), 0U);
  EXPECT_EQ(site_.objects_in_vault(), 1U);
}

TEST_F(AcceptClip, HousekeepingFinishesWhatNobodyAsksAbout) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  site_.vault->after_adopt = [this] { site_.index->stop(); };
  EXPECT_EQ(upload(path, clip), "draining");
  const MadeClip full = site_.make_clip(Bytes(70'000, 'f'));
  site_.restart();
  const std::string full_path = site_.create(full);
  site_.vault->adopt_fails = true;
  EXPECT_EQ(upload(full_path, full), "storage_failed");

  site_.restart();
  site_.api->start();
  while (site_.api->counters().uploads_open > 0) std::this_thread::yield();
  EXPECT_TRUE(find(clip));
  EXPECT_TRUE(find(full));
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

TEST_F(AcceptClip, ACrashAfterTheCommitOnlyCleansUp) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  const auto facts = durable::read_file(facts_file(path), 1 << 20);
  ASSERT_TRUE(facts);
  ASSERT_EQ(upload(path, clip), "204");
  const std::string first = receipt(path);
  ASSERT_TRUE(durable::create_once(facts_file(path), *facts));
  site_.restart();
  ASSERT_EQ(head(path), "200");
  EXPECT_EQ(receipt(path), first);
  EXPECT_EQ(find(clip)->arrivals_size(), 1);
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

TEST_F(AcceptClip, LostBytesAreSaidToBeLost) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  fs::path bytes = facts_file(path);
  bytes.replace_extension(".clip");
  ASSERT_TRUE(fs::remove(bytes));
  site_.restart();
  EXPECT_EQ(head(path), "upload_not_found");
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

TEST_F(AcceptClip, WhatTheJournalRefusesLeavesTheVaultAgain) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  site_.vault->after_adopt = [this] { site_.revoke("cab-7"); };
  EXPECT_EQ(upload(path, clip), "unit_revoked");
  EXPECT_EQ(site_.objects_in_vault(), 0U);
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

TEST_F(AcceptClip, WhatTheJournalRefusesStaysWhereItIsAnotherArrivalsClip) {
  const MadeClip clip = site_.make_clip(media_);
  ASSERT_EQ(upload(site_.create(clip), clip), "204");
  const std::string path = site_.create(clip);
  site_.vault->after_adopt = [this] { site_.revoke("cab-7"); };
  EXPECT_EQ(upload(path, clip), "unit_revoked");
  EXPECT_EQ(site_.objects_in_vault(), 1U);
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

TEST_F(AcceptClip, ADestroyedClipDoesNotComeBack) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  ASSERT_EQ(upload(path, clip), "204");
  const std::string late = site_.create(clip);
  site_.destroy_clip(sha256(clip.sealed));

  const auto again = site_.creation(clip);
  EXPECT_EQ(site_.run(*again), "destroyed");
  EXPECT_EQ(upload(late, clip), "destroyed");
  EXPECT_EQ(head(path), "upload_not_found") << "destruction erases who uploaded it, too";
  EXPECT_EQ(site_.objects_in_vault(), 0U);
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

}  // namespace
}  // namespace hansom::ingest
