// A clip whose bytes all come with its creation: the spool writes no facts of it, and no crash
// leaves anything of what nobody was told.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "index/catalogue/catalogue.h"
#include "ingest/accept_clip.h"
#include "tests/ingest/support/ingest_site.h"

namespace hansom::ingest {
namespace {

namespace fs = std::filesystem;
using test::FakeExchange;
using test::IngestSite;
using test::MadeClip;

constexpr std::size_t kPiece = 16384;

class OneRequest : public testing::Test {
 protected:
  std::unique_ptr<FakeExchange> whole_creation(const MadeClip& clip) {
    auto made = site_.creation(clip);
    made->incoming.fields.add("Content-Type", "application/offset+octet-stream");
    made->set_body(clip.sealed, kPiece);
    return made;
  }
  std::string in_one_request(const MadeClip& clip) {
    last_ = whole_creation(clip);
    return site_.run(*last_);
  }
  fs::path object_file(const MadeClip& clip) {
    const std::string name = sha256(clip.sealed).hex();
    return site_.config.vault() / name.substr(0, 2) / (name + ".age");
  }
  // Creates an upload first, and sends all of it in one PATCH.
  std::string in_two_requests(const std::string& path, const MadeClip& clip) {
    last_ = site_.patch(path, 0, clip.sealed, kPiece);
    return site_.run(*last_);
  }
  std::string receipt(const std::string& path) {
    last_ = site_.exchange("GET", path + "/receipt");
    return site_.run(*last_) == "200" ? last_->answer->body : last_->outcome();
  }
  Result<catalogue::ClipRow> find(const MadeClip& clip) {
    const auto view = site_.index->view();
    return catalogue::find_clip(view->reader(), sha256(clip.sealed));
  }

  IngestSite site_;
  Bytes media_ = Bytes(300'000, 'm');
  std::unique_ptr<FakeExchange> last_;
};

// All bytes come with the creation: no facts are written, and nothing is left of it.
TEST_F(OneRequest, AClipInOneRequestIsAcceptedWithoutFacts) {
  const MadeClip clip = site_.make_clip(media_);
  std::size_t files_between = 0;
  site_.vault->after_adopt = [&] { files_between = site_.files_in_spool(); };
  ASSERT_EQ(in_one_request(clip), "201");
  EXPECT_EQ(files_between, 1U) << "its clip file, which the vault has as well";
  EXPECT_EQ(last_->answer_field("Upload-Offset"), std::to_string(clip.sealed.size()));
  const std::string path = last_->answer_field("Location");
  EXPECT_EQ(last_->answer_field("Hansom-Receipt"), path + "/receipt");
  EXPECT_EQ(site_.files_in_spool(), 0U);
  const std::string first = receipt(path);
  site_.restart();
  EXPECT_EQ(receipt(path), first);
  EXPECT_EQ(find(clip)->arrivals_size(), 1);
  EXPECT_EQ(site_.objects_in_vault(), 1U);
}

TEST_F(OneRequest, TheSameClipInOneRequestAgainIsASecondArrival) {
  const MadeClip clip = site_.make_clip(media_);
  ASSERT_EQ(in_one_request(clip), "201");
  ASSERT_EQ(in_one_request(clip), "201");
  EXPECT_EQ(find(clip)->arrivals_size(), 2);
  EXPECT_EQ(site_.objects_in_vault(), 1U);
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

TEST_F(OneRequest, OneRequestThatBreaksLeavesNothing) {
  const MadeClip clip = site_.make_clip(media_);
  last_ = whole_creation(clip);
  last_->body.clear();
  last_->set_body(ByteSpan(clip.sealed).first(100'000), kPiece);
  last_->incoming.content_length = clip.sealed.size();
  last_->body_end = FakeExchange::BodyEnd::kBreaks;
  EXPECT_EQ(site_.run(*last_), "connection_lost");
  EXPECT_EQ(site_.files_in_spool(), 0U);
  EXPECT_EQ(site_.api->counters().uploads_open, 0U);
}

TEST_F(OneRequest, WrongBytesInOneRequestAreRefusedAndLeaveNothing) {
  MadeClip flipped = site_.make_clip(media_);
  flipped.sealed[1000] ^= 1;
  EXPECT_EQ(in_one_request(flipped), "digest_mismatch");
  EXPECT_EQ(site_.files_in_spool(), 0U);
  EXPECT_EQ(site_.objects_in_vault(), 0U);
}

TEST_F(OneRequest, WhatTheJournalRefusesOfOneRequestLeavesTheVaultAgain) {
  const MadeClip clip = site_.make_clip(media_);
  site_.vault->after_adopt = [this] { site_.revoke("cab-7"); };
  EXPECT_EQ(in_one_request(clip), "unit_revoked");
  EXPECT_EQ(site_.objects_in_vault(), 0U);
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

// The process could still write: what has all its bytes becomes an upload like others.
TEST_F(OneRequest, OneRequestThatCannotBeCommittedBecomesAnUpload) {
  const MadeClip clip = site_.make_clip(media_);
  site_.vault->after_adopt = [this] { site_.index->stop(); };
  EXPECT_EQ(in_one_request(clip), "draining");
  EXPECT_EQ(site_.files_in_spool(), 2U) << "clip and facts";
  EXPECT_EQ(site_.objects_in_vault(), 1U);

  site_.restart();
  EXPECT_EQ(site_.objects_in_vault(), 1U) << "an upload goes on with it";
  site_.api->start();
  while (site_.api->counters().uploads_open > 0) std::this_thread::yield();
  EXPECT_TRUE(find(clip));
  EXPECT_EQ(site_.files_in_spool(), 0U);
  EXPECT_EQ(site_.objects_in_vault(), 1U);
}

// The process ended there: nobody was told of anything, and nothing is left.
TEST_F(OneRequest, ACrashOfOneRequestBetweenVaultAndJournalTakesTheObjectOut) {
  const MadeClip clip = site_.make_clip(media_);
  const fs::path crashed = site_.folder / "crashed";
  site_.vault->after_adopt = [&] {
    fs::create_directory(crashed);
    for (const auto& file : fs::directory_iterator(site_.config.spool())) {
      fs::create_hard_link(file, crashed / file.path().filename());
    }
    site_.revoke("cab-7");
  };
  ASSERT_EQ(in_one_request(clip), "unit_revoked");
  // What the crash left: the clip file, under its name in the vault as well.
  const fs::path object = object_file(clip);
  for (const auto& file : fs::directory_iterator(crashed)) {
    fs::create_hard_link(file, site_.config.spool() / file.path().filename());
    fs::create_hard_link(file, object);
  }
  ASSERT_EQ(site_.files_in_spool(), 1U);
  ASSERT_EQ(site_.objects_in_vault(), 1U);

  site_.restart();
  EXPECT_EQ(site_.objects_in_vault(), 0U);
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

// Or it ended after the commit, or a power cut brought the clip file's name back.
TEST_F(OneRequest, ACrashOfOneRequestAfterTheCommitKeepsTheClip) {
  const MadeClip clip = site_.make_clip(media_);
  ASSERT_EQ(in_one_request(clip), "201");
  const std::string path = last_->answer_field("Location");
  fs::create_hard_link(object_file(clip),
                       site_.config.spool() / (fs::path(path).filename().string() + ".clip"));
  site_.restart();
  EXPECT_EQ(site_.files_in_spool(), 0U);
  EXPECT_EQ(site_.objects_in_vault(), 1U);
  EXPECT_TRUE(find(clip));
}

// A second arrival that goes on after the restart needs the object of a first that does not.
TEST_F(OneRequest, ACrashOfOneRequestLeavesWhatAnotherUploadNeeds) {
  const MadeClip clip = site_.make_clip(media_);
  const std::string path = site_.create(clip);
  site_.vault->after_adopt = [this] { site_.index->stop(); };
  EXPECT_EQ(in_two_requests(path, clip), "draining");
  ASSERT_EQ(site_.files_in_spool(), 1U) << "its facts";
  fs::create_hard_link(object_file(clip),
                       site_.config.spool() / "0123456789abcdef0123456789abcdef.clip");
  site_.restart();
  EXPECT_EQ(site_.files_in_spool(), 1U);
  EXPECT_EQ(in_two_requests(path, clip), "204");
  EXPECT_TRUE(find(clip));
}

}  // namespace
}  // namespace hansom::ingest
