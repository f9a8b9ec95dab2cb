// A pass reads everything once, records what it finds and what is mended, keeps its place over
// restarts, and never touches an object.
#include "index/scrub/scrubber.h"

#include <thread>

#include "index/scrub/damage.h"
#include "tests/index/fsck/site.h"

namespace hansom::scrub {
namespace {

constexpr std::uint64_t kFast = std::uint64_t{1} << 40;

class ScrubTest : public fsck::SiteTest {
 protected:
  [[nodiscard]] ScrubOptions options(std::uint64_t bytes_per_second = kFast) const {
    return {bytes_per_second, std::chrono::days(30), folder_ / "scrub.json"};
  }
  // One whole pass.
  void pass() {
    Scrubber scrubber(*index_, *vault_, clock_, options());
    const auto ended = scrubber.run_pass();
    ASSERT_TRUE(ended) << ended.error().message;
    ASSERT_TRUE(*ended);
  }
  void write_object(const std::string& name, const std::string& bytes) {
    std::filesystem::permissions(object_path(name), std::filesystem::perms::owner_all);
    std::ofstream(object_path(name), std::ios::binary) << bytes;
  }
  // "found object" of every damaged one.
  [[nodiscard]] std::vector<std::string> damage() const {
    std::vector<std::string> all;
    all.reserve(8);
    const View view = index_->view().value();
    const auto rows = list_damage(view.reader()).value();
    for (const auto& row : rows) {
      all.push_back(row.found() + " " + to_hex(as_bytes(row.object())));
    }
    return all;
  }
  [[nodiscard]] catalogue::ScrubRow last() const {
    const View view = index_->view().value();
    return last_pass(view.reader()).value().value();
  }
  [[nodiscard]] evidence::Record record_at(std::uint64_t leaf) const {
    evidence::Record record;
    const auto stored = index_->journal().read(LeafIndex{leaf}).value();
    EXPECT_TRUE(
        record.ParseFromArray(stored.record->data(), static_cast<int>(stored.record->size())));
    return record;
  }
};

TEST_F(ScrubTest, APassOverASoundVaultIsOneLeaf) {
  for (const char* name : {"one", "two", "gone"}) add_clip(name);
  destroy("gone", true, true);
  const std::uint64_t before = index_->journal().head().size;
  EXPECT_FALSE(last_pass(index_->view()->reader()).value());
  pass();
  EXPECT_EQ(index_->journal().head().size, before + 1);
  EXPECT_EQ(last().objects(), 4U);
  EXPECT_EQ(last().bytes(), std::string("onetwoone picturetwo picture").size());
  EXPECT_EQ(last().damaged(), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "scrub.json"));
  expect({});  // fsck: the views are what the journal gives
}

TEST_F(ScrubTest, DamageIsRecordedOnceNamedToReadersAndNeverRemoved) {
  for (const char* name : {"short", "flipped", "missing", "sound"}) add_clip(name);
  write_object("short", "shor");
  write_object("flipped", "flippeD");
  ASSERT_TRUE(vault_->destroy(test::clip_id("missing picture")));
  pass();
  EXPECT_THAT(damage(),
              testing::UnorderedElementsAre("length " + test::clip_id("short").hex(),
                                            "digest " + test::clip_id("flipped").hex(),
                                            "missing " + test::clip_id("missing picture").hex()));
  EXPECT_EQ(last().damaged(), 3U);
  const View view = index_->view().value();
  EXPECT_EQ(check_sound(view.reader(), test::clip_id("flipped").span()).error().token,
            "object_damaged");
  EXPECT_TRUE(check_sound(view.reader(), test::clip_id("sound").span()));
  EXPECT_TRUE(std::filesystem::exists(object_path("flipped"))) << "quarantined, not removed";

  const std::uint64_t before = index_->journal().head().size;
  pass();
  EXPECT_EQ(index_->journal().head().size, before + 1) << "known damage is no second leaf";
  EXPECT_TRUE(record_at(before).has_scrub_passed());
  EXPECT_EQ(last().damaged(), 3U);
}

TEST_F(ScrubTest, WhatWasPutBackIsMended) {
  add_clip("one");
  write_object("one", "onE");
  pass();
  EXPECT_EQ(damage().size(), 1U);
  write_object("one", "one");
  pass();
  EXPECT_EQ(damage(), std::vector<std::string>{});
  EXPECT_TRUE(check_sound(index_->view()->reader(), test::clip_id("one").span()));
  expect({});
}

TEST_F(ScrubTest, ADamagedClipGoesWithItsSweepAndLeavesNoRow) {
  add_clip("one");
  write_object("one", "onE");
  ASSERT_TRUE(vault_->destroy(test::clip_id("one picture")));
  pass();
  EXPECT_EQ(damage().size(), 2U);
  destroy("one", true, true);
  EXPECT_EQ(damage(), std::vector<std::string>{});
  expect({});
}

TEST_F(ScrubTest, RulesRefuseWhatIsNotSo) {
  add_clip("one");
  const auto refused = [&](const evidence::Record& record) {
    const auto committed = index_->submit_and_wait(record);
    return committed ? std::string("taken") : std::string(committed.error().token);
  };
  const auto damaged = [](const std::string& object, const std::string& clip) {
    evidence::Record record = record_by_server();
    record.mutable_object_damaged()->set_object(test::digest_text(object));
    record.mutable_object_damaged()->set_clip(test::digest_text(clip));
    record.mutable_object_damaged()->set_found("digest");
    return record;
  };
  evidence::Record mended = record_by_server();
  mended.mutable_object_mended()->set_object(test::digest_text("one"));
  EXPECT_EQ(refused(mended), "not_damaged");
  EXPECT_EQ(refused(damaged("one", "nobody")), "clip_not_found");
  EXPECT_EQ(refused(damaged("stranger", "one")), "bad_record");
  EXPECT_EQ(refused(damaged("one", "one")), "taken");
  EXPECT_EQ(refused(damaged("one", "one")), "already_damaged");
  EXPECT_EQ(refused(mended), "taken");
}

TEST_F(ScrubTest, APassThatWasStoppedGoesOnWhereItWas) {
  for (int n = 0; n < 20; ++n) accept("clip " + std::to_string(n));
  std::uint64_t first = 0;
  {
    // The first piece is read at once, the next ones seven seconds apart.
    Scrubber slow(*index_, *vault_, clock_, options(1));
    std::thread stopper([&] {
      while (!slow.progress() || slow.progress()->objects == 0) std::this_thread::yield();
      slow.stop();
    });
    const auto ended = slow.run_pass();
    stopper.join();
    ASSERT_TRUE(ended) << ended.error().message;
    EXPECT_FALSE(*ended) << "stopped, not finished";
    first = slow.bytes_read();
  }
  EXPECT_GT(first, 0U);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "scrub.json"));
  EXPECT_FALSE(last_pass(index_->view()->reader()).value());
  clock_.advance(std::chrono::hours(1));
  close();
  open();
  Scrubber rest(*index_, *vault_, clock_, options());
  ASSERT_TRUE(rest.run_pass().value());
  EXPECT_EQ(last().objects(), 20U);
  EXPECT_EQ(first + rest.bytes_read(), last().bytes()) << "nothing was read twice";
  EXPECT_EQ(last().finished_us() - last().started_us(), 3'600'000'000);
}

TEST_F(ScrubTest, APlaceThatCannotBeReadBeginsThePassAnew) {
  add_clip("one");
  for (const char* text : {"", "{", "{\"after\":7}", "{\"after\":\"zz\"}"}) {
    std::ofstream(folder_ / "scrub.json") << text;
    pass();
    EXPECT_EQ(last().objects(), 2U) << text;
  }
}

TEST_F(ScrubTest, TheThreadBeginsWhenAPassIsDueOrAskedFor) {
  add_clip("one");
  const auto leaves = [&] { return index_->journal().head().size; };
  const std::uint64_t before = leaves();
  Scrubber scrubber(*index_, *vault_, clock_, options());
  scrubber.start();  // there was no pass yet: due
  while (!last_pass(index_->view()->reader()).value()) std::this_thread::yield();
  while (scrubber.progress()) std::this_thread::yield();
  ASSERT_TRUE(scrubber.begin_pass());
  while (leaves() < before + 2) std::this_thread::yield();
  scrubber.stop();
  EXPECT_EQ(leaves(), before + 2);
  EXPECT_EQ(last().objects(), 2U);
}

TEST_F(ScrubTest, OffMeansOff) {
  ScrubOptions off = options(0);
  Scrubber scrubber(*index_, *vault_, clock_, off);
  scrubber.start();
  EXPECT_EQ(scrubber.begin_pass().error().token, "scrub_off");
  off = options();
  off.interval = std::chrono::days(0);
  EXPECT_TRUE(Scrubber(*index_, *vault_, clock_, off).is_off());
}

TEST_F(ScrubTest, WithoutAJournalAPassDoesNotEnd) {
  add_clip("one");
  index_->stop();
  Scrubber scrubber(*index_, *vault_, clock_, options());
  EXPECT_EQ(scrubber.run_pass().error().token, "draining");
}

}  // namespace
}  // namespace hansom::scrub
