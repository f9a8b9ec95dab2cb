// A write-ahead log with more behind its end than was ever synced: what a crash leaves there is
// passed over, what it cannot have left is an error.
#include "index/store/log_tail.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <random>

#include <gtest/gtest.h>

#include "index/store/durable_mark.h"
#include "index/store/store.h"
#include "proto/base/durable_file.h"
#include "tests/support/temp_dir.h"

namespace hansom::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSector = 512;
constexpr std::size_t kLogBytesMax = std::size_t{64} * 1024 * 1024;

std::optional<std::uint64_t> end_of(const Bytes& log) {
  const ReadLogAt read_at = [&log](std::uint64_t offset,
                                   std::span<std::uint8_t> into) -> Result<std::size_t> {
    if (offset >= log.size()) return 0;
    const std::size_t size = std::min(into.size(), log.size() - offset);
    std::copy_n(log.begin() + static_cast<std::ptrdiff_t>(offset), size, into.begin());
    return size;
  };
  return end_of_whole_records(read_at).value();
}

// One record a commit, of sizes that lie in one block, end near its end and fill several.
class LogTailTest : public ::testing::Test {
 protected:
  static constexpr std::array<std::size_t, 7> kSizes{100,     3'000,   29'500, 10,
                                                     100'000, 200'000, 70'000};
  LogTailTest() {
    std::mt19937_64 random(seed_);
    const auto store = Store::open(folder_ / "store", Mode::kCreate).value();
    for (std::size_t i = 0; i < kSizes.size(); ++i) {
      const auto batch = store->begin();
      Bytes value(kSizes[i]);
      for (std::uint8_t& byte : value) byte = static_cast<std::uint8_t>(random());
      batch->put(Family::kClip, as_bytes(std::to_string(i)), value);
      EXPECT_TRUE(store->commit(*batch));
      log_ = read_log(folder_ / "store");
      ends_.push_back(end_of(log_).value());
    }
    // As it lies there: nothing of it is closed or cut to its size.
    fs::copy(folder_ / "store", folder_ / "crashed", fs::copy_options::recursive);
    fs::remove(DurableMark::path_in(folder_ / "crashed"));
  }

  static fs::path path_of_log(const fs::path& store) {
    std::vector<fs::path> logs;
    for (const auto& entry : fs::directory_iterator(store)) {
      if (entry.path().extension() == ".log") logs.push_back(entry.path());
    }
    EXPECT_EQ(logs.size(), 1U);
    return logs.front();
  }
  static Bytes read_log(const fs::path& store) {
    return durable::read_file(path_of_log(store), kLogBytesMax).value();
  }
  // The rows that a store has with this log, or the error that it cannot be opened by.
  Result<std::size_t> rows_with(const Bytes& log, Mode mode) {
    const fs::path copy = folder_ / "copy";
    fs::remove_all(copy);
    fs::copy(folder_ / "crashed", copy, fs::copy_options::recursive);
    std::ofstream(path_of_log(copy), std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(log.data()), static_cast<std::streamsize>(log.size()));
    HANSOM_TRY_ASSIGN(const auto store, Store::open(copy, mode));
    std::size_t rows = 0;
    const auto count = [&](ByteSpan, ByteSpan) { return ++rows > 0; };
    HANSOM_TRY(store->snapshot()->scan(Family::kClip, {}, {}, Order::kAscending, count));
    return rows;
  }
  // Zeros in these sectors of the last record, as if they had never been written.
  [[nodiscard]] Bytes without_sectors(const std::function<bool(std::size_t sector)>& lost) const {
    Bytes torn = log_;
    for (std::size_t at = ends_[ends_.size() - 2]; at < ends_.back(); ++at) {
      if (lost(at / kSector)) torn[at] = 0;
    }
    return torn;
  }

  const std::uint64_t seed_ = std::random_device()();
  test::TempDir folder_;
  Bytes log_;
  std::vector<std::uint64_t> ends_;  // of each record
};

TEST_F(LogTailTest, ALogHasRoomBehindItsEnd) {
  EXPECT_GT(log_.size(), ends_.back() + 500'000);
  EXPECT_TRUE(std::is_sorted(ends_.begin(), ends_.end()));
  EXPECT_TRUE(std::all_of(log_.begin() + static_cast<std::ptrdiff_t>(ends_.back()), log_.end(),
                          [](std::uint8_t byte) { return byte == 0; }));
  for (const Mode mode : {Mode::kReadOnly, Mode::kOpen}) {
    EXPECT_EQ(rows_with(log_, mode).value(), kSizes.size());
  }
}

TEST_F(LogTailTest, AClosedLogIsAsLongAsItsRecords) {
  EXPECT_EQ(read_log(folder_ / "store").size(), ends_.back());
}

TEST_F(LogTailTest, ARecordThatWasCutShortIsPassedOver) {
  const std::size_t first = ends_[ends_.size() - 2] / kSector;
  const std::size_t last = (ends_.back() - 1) / kSector;
  for (std::size_t kept = first; kept <= last; ++kept) {
    const Bytes torn = without_sectors([&](std::size_t sector) { return sector >= kept; });
    ASSERT_EQ(end_of(torn), ends_[ends_.size() - 2]) << kept;
  }
  for (const std::size_t kept : {first + 1, (first + last) / 2, last}) {
    const Bytes torn = without_sectors([&](std::size_t sector) { return sector >= kept; });
    EXPECT_EQ(rows_with(torn, Mode::kReadOnly).value(), kSizes.size() - 1);
    EXPECT_EQ(rows_with(torn, Mode::kOpen).value(), kSizes.size() - 1);
  }
}

// The disk writes what was not synced in any order.
TEST_F(LogTailTest, ARecordOfWhichAnySectorIsMissingIsPassedOver) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  std::mt19937_64 random(seed_);
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t one_in = 2 + random() % 60;
    const Bytes torn = without_sectors([&](std::size_t) { return random() % one_in == 0; });
    if (torn == log_) continue;
    ASSERT_EQ(end_of(torn), ends_[ends_.size() - 2]);
    if (round % 100 == 0) {
      EXPECT_EQ(rows_with(torn, Mode::kOpen).value(), kSizes.size() - 1);
    }
  }
}

TEST_F(LogTailTest, DamageBeforeTheLastRecordIsAnError) {
  struct Damage {
    std::size_t record;
    std::size_t byte;  // of its header: checksum, length, type
    Mode mode;
  };
  for (const auto& [record, byte, mode] :
       {Damage{0, 2, Mode::kOpen}, Damage{0, 5, Mode::kOpen}, Damage{1, 6, Mode::kOpen},
        Damage{3, 5, Mode::kOpen}, Damage{3, 6, Mode::kReadOnly}}) {
    Bytes damaged = log_;
    damaged[(record == 0 ? 0 : ends_[record - 1]) + byte] ^= 0x10;
    const auto rows = rows_with(damaged, mode);
    ASSERT_FALSE(rows) << "record " << record << ", byte " << byte << ": " << *rows << " rows";
    EXPECT_EQ(rows.error().token, "store_corrupt") << rows.error().message;
  }
}

TEST_F(LogTailTest, AnythingIsReadWithoutHarm) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  std::mt19937_64 random(seed_);
  for (int round = 0; round < 200; ++round) {
    Bytes damaged = log_;
    damaged.resize(random() % damaged.size());
    for (std::uint64_t flips = random() % 40; flips > 0 && !damaged.empty(); --flips) {
      damaged[random() % damaged.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
    }
    const auto end = end_of(damaged);
    EXPECT_LE(end.value_or(0), damaged.size());
  }
  EXPECT_EQ(end_of({}), 0U);
}

}  // namespace
}  // namespace hansom::store
