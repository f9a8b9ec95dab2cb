// fsck names every kind of damage, calls a note what a restart mends, and finds nothing beside a
// server at work.
#include <atomic>
#include <random>
#include <thread>

#include "index/journal/rows.h"
#include "index/journal/views.h"
#include "tests/index/fsck/site.h"

namespace hansom::fsck {
namespace {

using store::Family;

// All rows of a family.
std::vector<std::pair<Bytes, Bytes>> rows_of(const store::Reader& reader, Family family) {
  std::vector<std::pair<Bytes, Bytes>> rows;
  EXPECT_TRUE(
      reader.scan(family, {}, {}, store::Order::kAscending, [&](ByteSpan key, ByteSpan value) {
        rows.emplace_back(Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()));
        return true;
      }));
  return rows;
}

class FsckTest : public SiteTest {
 protected:
  FsckTest() {
    for (const char* name : {"one", "two", "gone"}) add_clip(name);
    accept("waiting");  // a row of every family
    submit(test::hold_placed("hold", "one"));
    submit(test::events_reported("unit-1", {test::event(1, "panic_button", test::kStartUs)}));
    destroy("gone", true, true);
  }
};

TEST_F(FsckTest, FindsNothingInASoundSiteBesideItsServer) {
  expect({});
  const Report report = check();
  EXPECT_TRUE(report.clean());
  EXPECT_TRUE(report.views_compared);
  EXPECT_EQ(report.journal.leaves, index_->journal().head().size);
  EXPECT_EQ(report.journal.records_erased, 2U);
  EXPECT_EQ(report.journal.vault_objects, 5U);
  EXPECT_EQ(report.journal.vault_objects_read, 5U);
  for (const store::FamilyFacts& facts : store::kFamilyFacts) {
    if (facts.holds != store::Holds::kView) continue;
    EXPECT_GT(report.view_rows.at(static_cast<std::size_t>(facts.family)), 0U) << facts.name;
  }
}

TEST_F(FsckTest, ARowThatIsMissingAddedOrChangedIsNamedInEveryView) {
  for (const store::FamilyFacts& facts : store::kFamilyFacts) {
    if (facts.holds != store::Holds::kView) continue;
    SCOPED_TRACE(std::string(facts.name));
    close();
    const auto rows = rows_of(*raw_store()->snapshot(), facts.family);
    ASSERT_FALSE(rows.empty());
    const Bytes& key = rows[rows.size() / 2].first;
    const Bytes& value = rows[rows.size() / 2].second;
    const std::string place = std::string(facts.name) + " " + to_hex(key);

    change([&](store::Batch& batch) { batch.del(facts.family, key); });
    expect({"view_row_missing " + place});
    Bytes other = value;
    other.push_back(7);
    change([&](store::Batch& batch) { batch.put(facts.family, key, other); });
    expect({"view_row_differs " + place});
    Bytes ghost = key;
    ghost.push_back(0);
    change([&](store::Batch& batch) {
      batch.put(facts.family, key, value);
      batch.put(facts.family, ghost, value);
    });
    expect({"view_row_ghost " + std::string(facts.name) + " " + to_hex(ghost)});
    change([&](store::Batch& batch) { batch.del(facts.family, ghost); });
  }
  expect({});
}

TEST_F(FsckTest, DamageOfTheJournalIsNamedAndTheViewsAreNotGuessed) {
  const Bytes key = journal::number_key(3);
  change([&](store::Batch& batch) {
    Bytes row = batch.get(Family::kRecord, key).value().value();
    row.back() ^= 1U;
    batch.put(Family::kRecord, key, row);
  });
  expect({"record_damaged record 3", "views_not_compared journal"});
  change([&](store::Batch& batch) { batch.del(Family::kRecord, key); });
  expect({"record_missing record 3", "views_not_compared journal"});
}

TEST_F(FsckTest, ObjectsDamagedMissingUnknownOrForeignAreNamed) {
  std::filesystem::permissions(object_path("one"), std::filesystem::perms::owner_all);
  std::ofstream(object_path("one"), std::ios::binary) << "onf";
  ASSERT_TRUE(vault_->destroy(test::clip_id("two")));
  submit(test::clip_inspected("waiting"));
  ASSERT_TRUE(vault_->put(as_bytes("stranger")));
  const auto foreign = folder_ / "vault" / "00" / "notes.txt";
  std::ofstream(foreign) << "mine";
  const std::string half = test::clip_id("half").hex();
  const auto leftover = folder_ / "vault" / half.substr(0, 2) / ("." + half + ".age.00112233");
  std::ofstream(leftover) << "ha";
  expect({"object_damaged vault " + test::clip_id("one").hex(),
          "object_missing vault " + test::clip_id("two").hex(),
          "object_unknown vault " + test::clip_id("stranger").hex(),
          "vault_foreign_file vault " + foreign.string()},
         {"vault_leftover vault " + leftover.string()});
  EXPECT_TRUE(std::filesystem::exists(leftover)) << "it only reads";
}

TEST_F(FsckTest, ASmallObjectWhileInspectionsWaitIsANote) {
  ASSERT_TRUE(vault_->put(as_bytes("a thumbnail of waiting")));
  const std::string large(std::size_t{4} << 20, 'x');  // nor a repaired copy of it
  ASSERT_TRUE(vault_->put(as_bytes(large)));
  expect({"object_unknown vault " + test::clip_id(large).hex()},
         {"inspection_pending vault " + test::clip_id("a thumbnail of waiting").hex()});
}

TEST_F(FsckTest, WhatAnUnfinishedSweepWillRemoveIsANote) {
  destroy("two", false, false);
  expect({}, {"removal_pending vault " + test::clip_id("two").hex(),
              "removal_pending vault " + test::clip_id("two picture").hex()});
}

TEST_F(FsckTest, WhatAFinishedSweepLeftIsAFinding) {
  destroy("two", false, true);
  expect({"destroyed_object_survives vault " + test::clip_id("two").hex(),
          "destroyed_object_survives vault " + test::clip_id("two picture").hex()});
}

TEST_F(FsckTest, ViewsBehindOlderOrNewerAreNotCompared) {
  const std::uint64_t size = index_->journal().head().size;
  change([&](store::Batch& batch) { journal::put_views_position(batch, size - 1); });
  expect({}, {"views_behind meta"});
  change([&](store::Batch& batch) { journal::put_views_position(batch, size + 1); });
  expect({"views_damaged meta"});
  change([&](store::Batch& batch) {
    batch.put(Family::kMeta, as_bytes("view/clip"), journal::number_key(0));
  });
  expect({}, {"views_older meta"});
  change([&](store::Batch& batch) {
    batch.put(Family::kMeta, as_bytes("view/clip"), journal::number_key(999));
  });
  expect({"views_newer meta"});
  EXPECT_FALSE(check().views_compared);
}

TEST_F(FsckTest, ASampleIsTheSameForTheSameSeed) {
  for (int n = 0; n < 40; ++n) add_clip("clip " + std::to_string(n));
  EXPECT_EQ(check(journal::VaultSample{.seed = 3, .objects = 10}).journal.vault_objects_read, 10U);
  EXPECT_EQ(check(journal::VaultSample{.seed = 3, .objects = 9999}).journal.vault_objects_read,
            85U);
  EXPECT_EQ(check(journal::VaultSample{.seed = 3, .objects = {}, .share = 0.1})
                .journal.vault_objects_read,
            9U);
  EXPECT_EQ(check(journal::VaultSample{.seed = 3, .objects = 0}).journal.vault_objects_read, 0U);
  // One damaged object: whether it is drawn depends on the seed alone, and some seed draws it.
  std::filesystem::permissions(object_path("one"), std::filesystem::perms::owner_all);
  std::ofstream(object_path("one"), std::ios::binary) << "onf";
  int found = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const journal::VaultSample sample{.seed = seed, .objects = 40, .share = 1};
    const std::uint64_t first = check(sample).findings_found;
    EXPECT_EQ(check(sample).findings_found, first) << "seed " << seed;
    found += static_cast<int>(first);
  }
  EXPECT_GT(found, 0);
  EXPECT_LT(found, 6);
}

TEST_F(FsckTest, AStoreThatIsMissingCouldNotBeChecked) {
  close();
  std::filesystem::remove_all(folder_ / "store");
  const auto report = fsck({.store = folder_ / "store",
                            .vault = folder_ / "vault",
                            .spool = folder_ / "spool",
                            .key = signer().verifier(),
                            .sample = {},
                            .scratch = folder_ / "scratch",
                            .progress = {}});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().token, "not_found");
}

// Accepts, inspects, sweeps and restarts go on all the while.
TEST_F(FsckTest, ASiteAtWorkIsClean) {
  std::atomic<bool> stop = false;
  std::thread server([&] {
    for (int n = 0; !stop; ++n) {
      const std::string name = "clip " + std::to_string(n);
      add_clip(name);
      if (n % 3 == 0) destroy(name, true, true);
    }
  });
  for (int n = 0; n < 6; ++n) {
    const Report report = check();
    for (const Finding& finding : report.findings) {
      ADD_FAILURE() << finding.token << " " << finding.where << " " << finding.message;
    }
    EXPECT_TRUE(report.views_compared);
  }
  stop = true;
  server.join();
  expect({});
}

}  // namespace
}  // namespace hansom::fsck
