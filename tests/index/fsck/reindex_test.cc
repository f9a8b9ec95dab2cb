// Views made again from the journal are the same bytes, after any history, erased records included,
// and wherever the work was cut short.
#include "index/reindex.h"

#include <random>

#include "index/journal/rows.h"
#include "index/journal/views.h"
#include "index/rules.h"
#include "index/store/digest.h"
#include "tests/index/fsck/site.h"
#include "tests/support/history.h"

namespace hansom::fsck {
namespace {

using store::Family;

// Dies at its n-th commit, as a power cut does.
class DyingStore final : public store::Store {
 public:
  DyingStore(store::Store& inner, int commits) : inner_(inner), left_(commits) {}
  std::unique_ptr<store::Reader> snapshot() const override { return inner_.snapshot(); }
  std::unique_ptr<store::Batch> begin() override { return inner_.begin(); }
  std::unique_ptr<store::Batch> begin_behind(const store::Batch& in_flight,
                                             std::function<void()> settle) override {
    return inner_.begin_behind(in_flight, std::move(settle));
  }
  Status commit(store::Batch& batch) override {
    HANSOM_TRY(use_up());
    return inner_.commit(batch);
  }
  Status commit_replacing(std::span<const Family> families, store::Batch& batch) override {
    HANSOM_TRY(use_up());
    return inner_.commit_replacing(families, batch);
  }
  Status copy_to(const std::filesystem::path& directory) const override {
    return inner_.copy_to(directory);
  }
  Status verify_checksums() const override { return inner_.verify_checksums(); }

 private:
  Status use_up() {
    if (left_-- > 0) return {};
    return fail(ErrorKind::kStorage, "storage_failed", "the power is gone");
  }
  store::Store& inner_;
  int left_;
};

class ReindexTest : public SiteTest {
 protected:
  // Commits `commands` of a history by chance, many in a group.
  void run_history(std::uint64_t seed, int commands) {
    test::History history(seed);
    int refused = 0;
    for (int n = 0; n < commands; ++n) {
      const View view = index_->view().value();
      if (!index_->submit_and_wait(history.next(view.reader()))) ++refused;
    }
    EXPECT_GT(refused, 0);
  }
  [[nodiscard]] std::map<std::string, std::string> digests() const {
    std::map<std::string, std::string> all;
    const auto reader = index_->store().snapshot();
    for (const store::FamilyFacts& facts : store::kFamilyFacts) {
      if (facts.holds != store::Holds::kView) continue;
      all[std::string(facts.name)] = store::digest_of(*reader, facts.family).value().hex();
    }
    return all;
  }
  [[nodiscard]] std::uint64_t erased_records() const {
    std::uint64_t records = 0;
    EXPECT_TRUE(index_->store().snapshot()->scan(Family::kRecord, {}, {}, store::Order::kAscending,
                                                 [&](ByteSpan, ByteSpan) {
                                                   ++records;
                                                   return true;
                                                 }));
    return index_->journal().head().size - records;
  }
  Result<ReindexReport> run() {
    return reindex({.store = folder_ / "store", .key = signer().verifier(), .progress = {}});
  }
};

TEST_F(ReindexTest, RandomHistoriesGiveTheSameBytesAgain) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  run_history(seed, 3000);
  EXPECT_GT(erased_records(), 0U);
  EXPECT_GT(index_->journal().head().size, 1000U);
  const auto before = digests();
  const std::uint64_t size = index_->journal().head().size;
  close();
  std::uint64_t shown = 0;
  const auto report =
      reindex({.store = folder_ / "store",
               .key = signer().verifier(),
               .progress = [&](std::string_view stage, std::uint64_t done, std::uint64_t total) {
                 if (stage == "views") shown = done;
                 EXPECT_LE(done, total);
               }});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->leaves, size);
  EXPECT_EQ(shown, size);
  EXPECT_EQ(report->before, report->after);
  open();
  EXPECT_EQ(digests(), before);
  EXPECT_EQ(index_->view()->position(), size);
  submit(test::unit_enrolled("unit-9"));  // and it goes on
}

TEST_F(ReindexTest, DamagedViewsAreMended) {
  for (const char* name : {"one", "two"}) add_clip(name);
  const auto before = digests();
  change([&](store::Batch& batch) {
    batch.del(Family::kClip, test::clip_id("one").span());
    batch.put(Family::kIndex, as_bytes("ghost"), as_bytes("x"));
    batch.put(Family::kRegister, as_bytes("ghost"), as_bytes("x"));
  });
  const auto report = run();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_NE(report->before, report->after);
  open();
  EXPECT_EQ(digests(), before);
}

TEST_F(ReindexTest, CutShortAnywhereTheNextStartFinishesIt) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  run_history(seed, 4200);  // more than one step of a replay
  for (int n = 0; n < 2100; ++n) submit(test::unit_enrolled("unit-1"));
  const auto before = digests();
  const auto rules = make_rules();
  int steps = 0;
  for (bool finished = false; !finished; ++steps) {
    ASSERT_LT(steps, 20);
    close();
    {
      const auto store = raw_store();
      DyingStore dying(*store, steps);
      finished = journal::rebuild_views(dying, *rules).has_value();
    }
    open();
    EXPECT_EQ(digests(), before) << "after " << steps << " commits";
    EXPECT_EQ(index_->view()->position(), index_->journal().head().size);
  }
  EXPECT_GE(steps, 4);
}

TEST_F(ReindexTest, ViewsOfAnOlderFormatAreRebuiltAtTheStart) {
  add_clip("one");
  const auto before = digests();
  change([&](store::Batch& batch) {
    batch.del(Family::kMeta, as_bytes("view/clip"));
    batch.put(Family::kClip, as_bytes("a row of that format"), as_bytes("x"));
  });
  open();
  EXPECT_EQ(digests(), before);
  // And a store from before views had positions.
  change([&](store::Batch& batch) {
    for (const store::FamilyFacts& facts : store::kFamilyFacts) {
      batch.del(Family::kMeta, as_bytes("view/" + std::string(facts.name)));
    }
    batch.del(Family::kMeta, as_bytes(journal::kViewsPositionKey));
  });
  open();
  EXPECT_EQ(digests(), before);
}

TEST_F(ReindexTest, ViewsOfANewerFormatAreRefusedUntilTheyAreRebuiltByHand) {
  add_clip("one");
  const auto before = digests();
  change([&](store::Batch& batch) {
    batch.put(Family::kMeta, as_bytes("view/event"), journal::number_key(7));
  });
  EvidenceIndexOptions options;
  options.directory = folder_ / "store";
  options.clock = &clock_;
  options.random = random_.get();
  const auto refused = EvidenceIndex::open(signer(), options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().token, "views_newer");
  ASSERT_TRUE(run());
  open();
  EXPECT_EQ(digests(), before);
}

TEST_F(ReindexTest, ADamagedJournalLeavesTheViewsAlone) {
  add_clip("one");
  const auto before = digests();
  const Bytes key = journal::number_key(2);
  Bytes kept;
  change([&](store::Batch& batch) {
    kept = batch.get(Family::kRecord, key).value().value();
    batch.del(Family::kRecord, key);
  });
  const auto report = run();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().token, "journal_corrupt");
  // Nor does a start guess: the views lag, and the record they need is gone.
  change([&](store::Batch& batch) { journal::put_views_position(batch, 1); });
  EvidenceIndexOptions options;
  options.directory = folder_ / "store";
  options.clock = &clock_;
  options.random = random_.get();
  EXPECT_EQ(EvidenceIndex::open(signer(), options).error().token, "journal_corrupt");
  change([&](store::Batch& batch) {
    batch.put(Family::kRecord, key, kept);
    journal::put_views_position(batch, 0);
  });
  ASSERT_TRUE(run());
  open();
  EXPECT_EQ(digests(), before);
}

TEST_F(ReindexTest, ARunningServerKeepsItOut) {
  EXPECT_EQ(run().error().token, "store_locked");
}

}  // namespace
}  // namespace hansom::fsck
