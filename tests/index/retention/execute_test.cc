// Carrying out a sweep on the real journal and a real vault, stopped between any two steps.
#include <filesystem>
#include <fstream>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/catalogue/catalogue.h"
#include "index/retention/retention.h"
#include "index/retention/sweep_rules.h"
#include "tests/support/memory_index.h"
#include "tests/support/temp_dir.h"

namespace hansom::retention {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using test::digest_text;

// Lets a number of removals through, then fails as a dying disk does: before the object is gone, or
// after it went.
class FailingVault final : public vault::Vault {
 public:
  explicit FailingVault(vault::Vault& inner) : inner_(inner) {}
  void fail_after(std::size_t removals, bool removed_first) {
    left_ = removals;
    removed_first_ = removed_first;
  }
  Result<fs::path> adopt(const fs::path& spool_file, const Digest& name) override {
    return inner_.adopt(spool_file, name);
  }
  Result<Digest> put(ByteSpan bytes) override { return inner_.put(bytes); }
  Result<std::unique_ptr<vault::SealedObject>> open(const Digest& name) const override {
    return inner_.open(name);
  }
  Status destroy(const Digest& name) override {
    if (left_ == 0) {
      if (removed_first_) ignore(inner_.destroy(name), "the test fails it anyway");
      return fail(ErrorKind::kStorage, "storage_failed", "the vault's disk is gone");
    }
    --left_;
    return inner_.destroy(name);
  }
  Status for_each(const std::function<bool(const Digest&, std::uint64_t)>& visit) const override {
    return inner_.for_each(visit);
  }

 private:
  vault::Vault& inner_;
  std::size_t left_ = std::numeric_limits<std::size_t>::max();
  bool removed_first_ = false;
};

class ExecuteTest : public testing::Test {
 protected:
  void SetUp() override { found(); }

  // A fresh site with three inspected clips, two thumbnails each, in its vault.
  void found() {
    index_.reset();
    folder_ = std::make_unique<test::TempDir>();
    vault_ = vault::open_file_vault(*folder_ / "vault").value();
    key_ = tlog::Signer::generate_pem();
    clock_.set(from_unix_us(test::kStartUs));
    open(store::Mode::kCreate);
    submit(test::site_opened());
    submit(test::unit_enrolled("unit-1"));
    for (const char* name : {"one", "two", "three"}) add_clip(name);
    clock_.advance(days(40));
    plan_ = make_plan();
  }
  void open(store::Mode mode) {
    EvidenceIndexOptions options;
    options.directory = *folder_ / "store";
    options.clock = &clock_;
    options.random = random_.get();
    auto opened = EvidenceIndex::open(tlog::Signer::from_pem("hansom.example/test", key_).value(),
                                      options, mode);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    index_ = *std::move(opened);
  }
  // What a power cut leaves: what was committed, and nothing in memory.
  void restart() {
    index_.reset();
    open(store::Mode::kOpen);
  }
  void submit(const evidence::Record& record) {
    const auto done = index_->submit_and_wait(record);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  void add_clip(const std::string& name) {
    test::ClipSpec spec;
    spec.name = name;
    const fs::path spool = *folder_ / "spool";
    std::ofstream(spool) << name;
    ASSERT_TRUE(vault_->adopt(spool, test::clip_id(name)).has_value());
    submit(test::clip_accepted(spec));
    const std::vector<std::string> pictures = {name + " 1", name + " 2"};
    for (const std::string& picture : pictures) {
      ASSERT_TRUE(vault_->put(as_bytes(picture)).has_value());
    }
    submit(test::clip_inspected(name, pictures));
  }
  Digest make_plan() {
    const Policy policy{{{evidence::Purpose::EVENT, days(31)}}};
    const View view = index_->view().value();
    const evidence::SweepPlan planned = plan(view.reader(), policy, clock_.now()).value();
    submit(test::sweep_planned(planned));
    return plan_digest(planned);
  }
  Result<Outcome> run(vault::Vault& vault) {
    return execute(*index_, vault, plan_, record_by_server().actor());
  }
  std::size_t objects() {
    std::size_t count = 0;
    EXPECT_TRUE(vault_->for_each([&](const Digest&, std::uint64_t) {
      ++count;
      return true;
    }));
    return count;
  }
  bool has(const std::string& name) { return vault_->open(sha256(name)).has_value(); }
  bool is_tombstone(const std::string& name) {
    const View view = index_->view().value();
    return catalogue::find_clip(view.reader(), test::clip_id(name)).value().has_tombstone();
  }
  catalogue::SweepRow sweep() {
    const View view = index_->view().value();
    return get_sweep(view.reader(), plan_.span()).value().value();
  }

  std::unique_ptr<test::TempDir> folder_;
  std::unique_ptr<Random> random_ = seeded_random(1);
  ManualClock clock_{from_unix_us(test::kStartUs)};
  Secret key_;
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<EvidenceIndex> index_;
  Digest plan_;
};

TEST_F(ExecuteTest, DestroysExactlyTheListAndSaysSoAgain) {
  add_clip("young");
  ASSERT_EQ(objects(), 12U);
  const auto outcome = run(*vault_);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->destroyed, 3U);
  EXPECT_EQ(outcome->barred, 0U);
  EXPECT_FALSE(outcome->repeated);
  EXPECT_EQ(objects(), 3U);
  EXPECT_TRUE(has("young"));
  EXPECT_FALSE(is_tombstone("young"));
  const std::uint64_t leaves = index_->journal().head().size;
  const auto again = run(*vault_);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->destroyed, 3U);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(index_->journal().head().size, leaves);
}

TEST_F(ExecuteTest, AnUnknownPlanIsNotFound) {
  plan_ = sha256("no plan");
  EXPECT_EQ(run(*vault_).error().token, "plan_not_found");
}

TEST_F(ExecuteTest, AHoldBetweenPlanAndExecutionKeepsEverythingOfTheClip) {
  submit(test::hold_placed("h1", "two"));
  const Outcome outcome = run(*vault_).value();
  EXPECT_EQ(outcome.destroyed, 2U);
  EXPECT_EQ(outcome.barred, 1U);
  EXPECT_FALSE(is_tombstone("two"));
  for (const char* object : {"two", "two 1", "two 2"}) EXPECT_TRUE(has(object)) << object;
  EXPECT_EQ(objects(), 3U);
  EXPECT_EQ(sweep().barred(), 1U);
}

TEST_F(ExecuteTest, TheReceiptOfADestroyedClipIsGoneAndItsLeafStays) {
  ASSERT_TRUE(index_->receipt(LeafIndex{2}).has_value());
  ASSERT_TRUE(run(*vault_).has_value());
  EXPECT_EQ(index_->receipt(LeafIndex{2}).error().kind, ErrorKind::kGone);
  const journal::Stored stored = index_->journal().read(LeafIndex{2}).value();
  EXPECT_FALSE(stored.leaf.empty());
  EXPECT_FALSE(stored.record.has_value());
  EXPECT_FALSE(stored.salt.has_value());
}

TEST_F(ExecuteTest, StoppedAtAnyRemovalItIsCarriedToItsEnd) {
  for (std::size_t removals = 0; removals < 9; ++removals) {
    const bool removed_first = removals % 2 == 1;
    SCOPED_TRACE(std::to_string(removals) + (removed_first ? " removed" : " kept"));
    found();
    FailingVault failing(*vault_);
    failing.fail_after(removals, removed_first);
    EXPECT_EQ(run(failing).error().kind, ErrorKind::kStorage);
    EXPECT_EQ(sweep().finished_us(), 0);
    restart();
    ASSERT_TRUE(resume(*index_, *vault_).has_value());
    EXPECT_EQ(objects(), 0U);
    EXPECT_EQ(sweep().destroyed(), 3U);
    EXPECT_NE(sweep().finished_us(), 0);
    EXPECT_TRUE(run(*vault_).value().repeated);
    const std::uint64_t leaves = index_->journal().head().size;
    ASSERT_TRUE(resume(*index_, *vault_).has_value());
    EXPECT_EQ(index_->journal().head().size, leaves);
  }
}

TEST_F(ExecuteTest, StoppedRightAfterAnyLeafItIsCarriedToItsEnd) {
  const evidence::SweepPlan list = find_plan(index_->view().value().reader(), plan_).value();
  for (int leaves = 0; leaves <= 3; ++leaves) {
    SCOPED_TRACE(leaves);
    found();
    submit(test::sweep_started(plan_));
    for (int n = 0; n < leaves; ++n) submit(test::clip_destroyed(plan_, list.items(n).clip()));
    restart();
    ASSERT_TRUE(resume(*index_, *vault_).has_value());
    EXPECT_EQ(objects(), 0U);
    EXPECT_EQ(sweep().destroyed(), 3U);
    EXPECT_EQ(sweep().barred(), 0U);
  }
}

TEST_F(ExecuteTest, AHoldPlacedAfterACrashBeatsTheResumedSweep) {
  submit(test::sweep_started(plan_));
  restart();
  submit(test::hold_placed("h1", "one"));
  ASSERT_TRUE(resume(*index_, *vault_).has_value());
  EXPECT_FALSE(is_tombstone("one"));
  EXPECT_TRUE(has("one"));
  EXPECT_EQ(sweep().barred(), 1U);
}

TEST_F(ExecuteTest, WithoutAStartedSweepThereIsNothingToResume) {
  ASSERT_TRUE(resume(*index_, *vault_).has_value());
  EXPECT_EQ(objects(), 9U);
  EXPECT_EQ(sweep().started_us(), 0);
}

TEST_F(ExecuteTest, AClipDestroyedByAnotherPlanIsBarred) {
  const Digest first = plan_;
  clock_.advance(days(1));
  const Digest second = make_plan();
  ASSERT_NE(first, second);
  ASSERT_TRUE(run(*vault_).has_value());
  plan_ = second;
  const Outcome outcome = run(*vault_).value();
  EXPECT_EQ(outcome.destroyed, 0U);
  EXPECT_EQ(outcome.barred, 3U);
}

TEST_F(ExecuteTest, AnObjectThatAnotherClipCameToNeedStays) {
  submit(test::sweep_started(plan_));
  test::ClipSpec spec;
  spec.name = "late";
  submit(test::clip_destroyed(plan_, digest_text("one")));
  submit(test::clip_accepted(spec));
  submit(test::clip_inspected("late", {"one 1"}));
  ASSERT_TRUE(run(*vault_).has_value());
  EXPECT_TRUE(has("one 1"));
  EXPECT_FALSE(has("one 2"));
}

}  // namespace
}  // namespace hansom::retention
