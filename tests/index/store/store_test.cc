// The store: what is committed is there after a restart, what is not is nowhere, and damage is
// named.
#include "index/store/store.h"

#include <array>
#include <atomic>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/base/durable_file.h"
#include "tests/support/temp_dir.h"

namespace hansom::store {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

class StoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> open(Mode mode = Mode::kCreate) {
    auto store = Store::open(folder_ / "store", mode);
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }
  static void put(Batch& batch, std::string_view key, std::string_view value,
                  Family family = Family::kClip) {
    batch.put(family, as_bytes(key), as_bytes(value));
  }
  static void commit_rows(Store& store, const Rows& rows) {
    const auto batch = store.begin();
    for (const auto& [key, value] : rows) put(*batch, key, value);
    ASSERT_TRUE(store.commit(*batch));
  }
  static std::optional<std::string> get(const Reader& reader, std::string_view key,
                                        Family family = Family::kClip) {
    const auto value = reader.get(family, as_bytes(key)).value();
    return value ? std::optional(to_text(*value)) : std::nullopt;
  }
  static Rows scan(const Reader& reader, std::string_view lower, std::string_view upper,
                   Order order = Order::kAscending, std::size_t limit = 1000) {
    Rows rows;
    EXPECT_TRUE(reader.scan(Family::kClip, as_bytes(lower), as_bytes(upper), order,
                            [&](ByteSpan key, ByteSpan value) {
                              rows.emplace_back(to_text(key), to_text(value));
                              return rows.size() < limit;
                            }));
    return rows;
  }

  test::TempDir folder_;
};

TEST_F(StoreTest, CommittedRowsAreThereAfterReopening) {
  commit_rows(*open(), {{"a", "1"}, {"b", "2"}});
  const auto store = open(Mode::kOpen);
  EXPECT_EQ(get(*store->snapshot(), "a"), "1");
  EXPECT_EQ(scan(*store->snapshot(), "", ""), (Rows{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(get(*store->snapshot(), "a", Family::kEvent), std::nullopt);
}

TEST_F(StoreTest, AnAbandonedBatchLeavesNothing) {
  const auto store = open();
  put(*store->begin(), "a", "1");
  EXPECT_EQ(get(*store->snapshot(), "a"), std::nullopt);
}

TEST_F(StoreTest, ASnapshotDoesNotSeeLaterCommits) {
  const auto store = open();
  commit_rows(*store, {{"a", "1"}});
  const auto before = store->snapshot();
  commit_rows(*store, {{"a", "2"}, {"b", "2"}});
  EXPECT_EQ(get(*before, "a"), "1");
  EXPECT_EQ(scan(*before, "", ""), (Rows{{"a", "1"}}));
  EXPECT_EQ(get(*store->snapshot(), "a"), "2");
}

TEST_F(StoreTest, ScansKeepToTheirBoundsInBothOrders) {
  const auto store = open();
  commit_rows(*store, {{"a", "1"}, {"b", "2"}, {"b\xff", "3"}, {"c", "4"}});
  const auto reader = store->snapshot();
  EXPECT_EQ(scan(*reader, "b", "c"), (Rows{{"b", "2"}, {"b\xff", "3"}}));
  EXPECT_EQ(scan(*reader, "b", "c", Order::kDescending), (Rows{{"b\xff", "3"}, {"b", "2"}}));
  EXPECT_EQ(scan(*reader, "b", "", Order::kDescending, 1), (Rows{{"c", "4"}}));
  EXPECT_EQ(scan(*reader, "", "b"), (Rows{{"a", "1"}}));
  EXPECT_EQ(scan(*reader, "d", ""), Rows{});
  EXPECT_EQ(scan(*reader, "c", "b"), Rows{});
  EXPECT_EQ(scan(*reader, "b", "b"), Rows{});
  EXPECT_EQ(scan(*reader, "", "a", Order::kDescending), Rows{});
}

TEST_F(StoreTest, ABatchSeesItsOwnChanges) {
  const auto store = open();
  commit_rows(*store, {{"a", "1"}, {"c", "3"}, {"e", "5"}});
  const auto batch = store->begin();
  put(*batch, "b", "2");
  put(*batch, "c", "new");
  batch->del(Family::kClip, as_bytes("e"));
  batch->del(Family::kClip, as_bytes("never"));
  const Rows expected{{"a", "1"}, {"b", "2"}, {"c", "new"}};
  EXPECT_EQ(scan(*batch, "", ""), expected);
  EXPECT_EQ(scan(*batch, "", "", Order::kDescending), Rows(expected.rbegin(), expected.rend()));
  EXPECT_EQ(scan(*batch, "b", "c"), (Rows{{"b", "2"}}));
  EXPECT_EQ(get(*batch, "e"), std::nullopt);
  EXPECT_EQ(get(*batch, "c"), "new");
  batch->mark();
  put(*batch, "z", "26");
  batch->del(Family::kClip, as_bytes("a"));
  batch->roll_back();
  EXPECT_EQ(scan(*batch, "", ""), expected);
  ASSERT_TRUE(store->commit(*batch));
  EXPECT_EQ(scan(*store->snapshot(), "", ""), expected);
}

// Rows, changes, deletes, bounds and orders by chance, against a map.
TEST_F(StoreTest, RandomBatchesScanAsAMapDoes) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto key = [&] {
    return std::string(1 + random() % 2, static_cast<char>('a' + random() % 12));
  };
  const auto store = open();
  std::map<std::string, std::string> model;
  for (int round = 0; round < 60; ++round) {
    const auto batch = store->begin();
    for (int i = 0; i < 8; ++i) {
      const std::string k = key();
      if (random() % 3 == 0) {
        batch->del(Family::kClip, as_bytes(k));
        model.erase(k);
      } else {
        put(*batch, k, std::to_string(round));
        model[k] = std::to_string(round);
      }
      std::string lower = random() % 4 == 0 ? "" : key();
      std::string upper = random() % 4 == 0 ? "" : key();
      if (!upper.empty() && upper < lower) std::swap(lower, upper);
      Rows expected(model.lower_bound(lower),
                    upper.empty() ? model.end() : model.lower_bound(upper));
      ASSERT_EQ(scan(*batch, lower, upper), expected) << lower << " " << upper;
      std::reverse(expected.begin(), expected.end());
      ASSERT_EQ(scan(*batch, lower, upper, Order::kDescending), expected) << lower << " " << upper;
    }
    ASSERT_TRUE(store->commit(*batch));
    ASSERT_EQ(scan(*store->snapshot(), "", ""), Rows(model.begin(), model.end()));
  }
}

TEST_F(StoreTest, ASecondServerIsRefusedAndAReaderIsNot) {
  const auto store = open();
  commit_rows(*store, {{"a", "1"}});
  const auto second = Store::open(folder_ / "store", Mode::kOpen);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().token, "store_locked");
  EXPECT_EQ(second.error().kind, ErrorKind::kUnavailable);

  const auto reader = open(Mode::kReadOnly);
  EXPECT_EQ(get(*reader->snapshot(), "a"), "1");
  EXPECT_TRUE(reader->verify_checksums());
  const auto batch = reader->begin();
  put(*batch, "b", "2");
  EXPECT_EQ(reader->commit(*batch).error().token, "store_failed");
  commit_rows(*store, {{"b", "2"}});  // the server goes on undisturbed
  EXPECT_EQ(get(*open(Mode::kReadOnly)->snapshot(), "b"), "2");
}

TEST_F(StoreTest, TheLockGoesWithTheStore) {
  open().reset();
  EXPECT_TRUE(Store::open(folder_ / "store", Mode::kOpen));
}

TEST_F(StoreTest, WhereNoStoreIsOneIsOnlyMadeOnRequest) {
  for (const Mode mode : {Mode::kOpen, Mode::kReadOnly}) {
    const auto store = Store::open(folder_ / "nothing", mode);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().token, "not_found");
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "nothing"));
}

// Flips one byte in the middle of every file with this extension; returns how many there were.
int damage_files(const std::filesystem::path& folder, const std::string& extension) {
  int damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != extension || entry.file_size() == 0) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(entry.file_size() / 3);
    file.seekg(middle);
    const char byte = static_cast<char>(file.get() ^ 0x40);
    file.seekp(middle);
    file.put(byte);
    ++damaged;
  }
  return damaged;
}

TEST_F(StoreTest, ADamagedTableIsFoundByItsChecksum) {
  {
    const auto store = open();
    Rows rows;
    for (int i = 0; i < 2000; ++i)
      rows.emplace_back("key" + std::to_string(i), std::string(100, 'x'));
    commit_rows(*store, rows);
  }
  open(Mode::kOpen).reset();  // recovery turns the write-ahead log into tables
  ASSERT_GT(damage_files(folder_ / "store", ".sst"), 0);
  for (const Mode mode : {Mode::kOpen, Mode::kReadOnly}) {
    const auto store = Store::open(folder_ / "store", mode);
    const Status status = store ? (*store)->verify_checksums() : fail(Error(store.error()));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().token, "store_corrupt") << status.error().message;
  }
}

// Also of the footer, where the checksums of the blocks leave bytes that nobody reads.
TEST_F(StoreTest, EachByteOfATableCounts) {
  {
    const auto store = open();
    commit_rows(*store, {{"key", "value"}});
  }
  open(Mode::kOpen).reset();  // recovery turns the write-ahead log into tables
  std::filesystem::path table;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "store")) {
    if (entry.path().extension() == ".sst") table = entry.path();
  }
  const Bytes sound = durable::read_file(table, std::size_t{64} * 1024).value();
  ASSERT_GT(sound.size(), 0U);
  const auto store = open(Mode::kReadOnly);
  EXPECT_TRUE(store->verify_checksums());
  for (std::size_t at = 0; at < sound.size(); ++at) {
    Bytes damaged = sound;
    damaged[at] ^= 1;
    std::ofstream(table, std::ios::binary | std::ios::trunc) << as_text(damaged);
    EXPECT_FALSE(store->verify_checksums()) << "byte " << at << " of " << sound.size();
  }
}

TEST_F(StoreTest, ADamagedWriteAheadLogIsNotQuietlyCutShort) {
  {
    const auto store = open();
    for (int i = 0; i < 50; ++i) commit_rows(*store, {{"key" + std::to_string(i), "value"}});
  }
  ASSERT_GT(damage_files(folder_ / "store", ".log"), 0);
  const auto store = Store::open(folder_ / "store", Mode::kOpen);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().token, "store_corrupt") << store.error().message;
}

// Large values make the writer flush and drop write-ahead logs; every reader that opens meanwhile
// sees the rows of one moment: none is missing before the last.
TEST_F(StoreTest, AReaderBesideAWriterThatFlushesSeesOneMoment) {
  constexpr int kRows = 1200;
  const auto store = open();
  std::atomic<int> written = 0;
  std::thread writer([&] {
    const std::string large(std::size_t{384} * 1024, 'x');
    for (int n = 0; n < kRows; ++n) {
      const auto batch = store->begin();
      Bytes key;
      append_u64be(key, static_cast<std::uint64_t>(n));
      batch->put(Family::kClip, key, as_bytes("row"));
      batch->put(Family::kMeta, as_bytes("last"), key);
      batch->put(Family::kEvent, as_bytes("always this one"), as_bytes(large));
      ASSERT_TRUE(store->commit(*batch));
      written = n + 1;
    }
  });
  int opened = 0;
  while (written < kRows) {
    const int before = written;
    const auto beside = Store::open(folder_ / "store", Mode::kReadOnly);
    if (!beside) {
      EXPECT_EQ(beside.error().token, "store_busy") << beside.error().message;
      continue;
    }
    const auto reader = (*beside)->snapshot();
    std::uint64_t rows = 0;
    ASSERT_TRUE(reader->scan(Family::kClip, {}, {}, Order::kAscending, [&](ByteSpan key, ByteSpan) {
      EXPECT_EQ(read_u64be(key), rows) << "a row is missing";
      ++rows;
      return true;
    }));
    EXPECT_GE(rows, static_cast<std::uint64_t>(before)) << "what was committed is there";
    const auto last = reader->get(Family::kMeta, as_bytes("last")).value();
    EXPECT_EQ(last ? read_u64be(*last) + 1 : 0, rows);
    ++opened;
  }
  writer.join();
  EXPECT_GT(opened, 3);
}

TEST_F(StoreTest, ClearedFamiliesAreEmptyInTheSameCommit) {
  const auto store = open();
  commit_rows(*store, {{"a", "1"}, {"b", "2"}, {std::string("\xff\xff", 2), "3"}});
  const auto other = store->begin();
  put(*other, "kept", "x", Family::kEvent);
  ASSERT_TRUE(store->commit(*other));
  const auto before = store->snapshot();
  const auto batch = store->begin();
  put(*batch, "b", "new");
  const std::array cleared{Family::kClip, Family::kQueue};
  ASSERT_TRUE(store->commit_replacing(cleared, *batch));
  EXPECT_EQ(scan(*store->snapshot(), "", ""), (Rows{{"b", "new"}}));
  EXPECT_EQ(get(*store->snapshot(), "kept", Family::kEvent), "x");
  EXPECT_EQ(scan(*before, "", "").size(), 3U);
}

// The last record of the log is cut: after a crash a commit nobody was told of, here one that was
// answered.
TEST_F(StoreTest, AnAnsweredCommitIsNotTakenForOneThatACrashCutShort) {
  commit_rows(*open(), {{"a", "1"}});
  commit_rows(*open(Mode::kOpen), {{"b", "2"}});  // an open of its own: it alone is in the log
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "store")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 0) log = entry.path();
  }
  ASSERT_FALSE(log.empty());
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 1);
  for (const Mode mode : {Mode::kReadOnly, Mode::kOpen}) {
    const auto cut = Store::open(folder_ / "store", mode);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().token, "store_corrupt");
    EXPECT_THAT(cut.error().message, ::testing::HasSubstr("the end of its log is lost"));
  }

  // What the message says opens it again, without the commit.
  std::filesystem::remove(folder_ / "store" / "durable-mark");
  const auto store = open(Mode::kOpen);
  EXPECT_EQ(get(*store->snapshot(), "a"), "1");
  EXPECT_EQ(get(*store->snapshot(), "b"), std::nullopt);
}

TEST_F(StoreTest, ADamagedMarkHoldsNothingUp) {
  const std::filesystem::path mark = folder_ / "store" / "durable-mark";
  commit_rows(*open(), {{"a", "1"}});
  const auto size = std::filesystem::file_size(mark);
  std::string last;
  for (std::uintmax_t at = 0; at < size; at += 9) {
    std::fstream file(mark, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 1));
    file.close();
    ASSERT_TRUE(Store::open(folder_ / "store", Mode::kReadOnly)) << at;
    last = std::to_string(at);
    commit_rows(*open(Mode::kOpen), {{"a", last}});  // mends it
  }
  std::filesystem::resize_file(mark, 0);
  EXPECT_EQ(get(*open(Mode::kOpen)->snapshot(), "a"), last);
}

}  // namespace
}  // namespace hansom::store
