// The index of intervals at its edges.
#include <gtest/gtest.h>

#include "index/catalogue/interval_index.h"
#include "tests/support/memory_store.h"

namespace hansom::catalogue {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kHour = kClassSpan[1];
constexpr std::int64_t kDay = kClassSpan[2];
constexpr std::int64_t kPiece = kClassSpan[kCutClass];

std::vector<std::int64_t> starts(const store::Reader& reader, const Interval& asked,
                                 store::Order order) {
  std::vector<std::int64_t> all;
  for (std::size_t c = 0; c < kClasses; ++c) {
    const IntervalScan scan{store::Family::kIndex, Bytes{'x'}, asked, order, std::nullopt};
    EXPECT_TRUE(scan_intervals(reader, scan, c, [&](const Position& at, const Interval&) {
      all.push_back(at.start_us);
      return true;
    }));
  }
  return all;
}

TEST(IntervalIndex, OverlapIsHalfOpen) {
  const Interval clip{100, 200};
  const std::vector<std::pair<Interval, bool>> table = {
      {{0, 100}, false},  {{0, 101}, true},    {{199, 300}, true},  {{200, 300}, false},
      {{150, 160}, true}, {{0, 1000}, true},   {{100, 200}, true},  {{kMin, kMax}, true},
      {{kMin, 0}, false}, {{kMin, 101}, true}, {{199, kMax}, true}, {{200, kMax}, false},
  };
  test::MemoryStore store;
  write_interval(store, store::Family::kIndex, Bytes{'x'}, clip, Bytes{1});
  for (const auto& [asked, found] : table) {
    for (const store::Order order : {store::Order::kAscending, store::Order::kDescending}) {
      EXPECT_EQ(starts(store, asked, order).size(), found ? 1U : 0U)
          << asked.start_us << " " << asked.end_us;
    }
  }
}

TEST(IntervalIndex, EveryLengthIsFoundAtItsLastMicrosecondAndNotBehind) {
  for (const std::int64_t length :
       {std::int64_t{1}, kClassSpan[0] - 1, kClassSpan[0], kClassSpan[0] + 1, kHour, kHour + 1,
        kDay - 1, kDay, kDay + 1, 3 * kDay, kPiece, kPiece + 1, 3 * kPiece + 7}) {
    test::MemoryStore store;
    const Interval interval = indexable(-kHour, -kHour + length);
    ASSERT_EQ(interval.end_us, -kHour + length);
    write_interval(store, store::Family::kIndex, Bytes{'x'}, interval, Bytes{1});
    const std::int64_t end = interval.end_us;
    EXPECT_EQ(starts(store, {end - 1, kMax}, store::Order::kAscending).size(), 1U) << length;
    EXPECT_EQ(starts(store, {end, kMax}, store::Order::kAscending).size(), 0U) << length;
    EXPECT_EQ(starts(store, {kMin, -kHour}, store::Order::kAscending).size(), 0U) << length;
    remove_interval(store, store::Family::kIndex, Bytes{'x'}, interval, Bytes{1});
    EXPECT_TRUE(store.table(store::Family::kIndex).empty()) << length;
  }
}

TEST(IntervalIndex, TheEndsOfTimeAreTimesToo) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> table = {
      {kMin, kMin}, {kMin, kMax}, {kMax, kMax}, {kMax - 1, kMax}, {0, 0}, {5, -5}, {0, kMax}};
  for (const auto& [start, end] : table) {
    test::MemoryStore store;
    const Interval interval = indexable(start, end);
    ASSERT_LT(interval.start_us, interval.end_us);
    write_interval(store, store::Family::kIndex, Bytes{'x'}, interval, Bytes{1});
    EXPECT_LE(store.table(store::Family::kIndex).size(), kPiecesMax);
    EXPECT_FALSE(starts(store, {}, store::Order::kAscending).empty()) << start;
    EXPECT_EQ(listed_at(interval, {}, store::Order::kAscending), interval.start_us);
    remove_interval(store, store::Family::kIndex, Bytes{'x'}, interval, Bytes{1});
    EXPECT_TRUE(store.table(store::Family::kIndex).empty());
  }
}

TEST(IntervalIndex, OfManyPiecesOneIsListed) {
  const Interval interval{10, 10 + 5 * kPiece};
  const auto asc = store::Order::kAscending;
  const auto desc = store::Order::kDescending;
  EXPECT_EQ(listed_at(interval, {}, asc), 10);
  EXPECT_EQ(listed_at(interval, {}, desc), 10 + 4 * kPiece);
  EXPECT_EQ(listed_at(interval, {10 + kPiece, kMax}, asc), 10 + kPiece);
  EXPECT_EQ(listed_at(interval, {10 + kPiece - 1, kMax}, asc), 10);
  EXPECT_EQ(listed_at(interval, {kMin, 10 + kPiece}, desc), 10);
  EXPECT_EQ(listed_at(interval, {kMin, 10 + kPiece + 1}, desc), 10 + kPiece);
}

TEST(IntervalIndex, WhatWasToldIsNoLongerThanAnythingTakes) {
  EXPECT_EQ(indexable_as_told(5, 5 + kToldSpanMax), (Interval{5, 5 + kToldSpanMax}));
  EXPECT_EQ(indexable_as_told(5, 6 + kToldSpanMax), (Interval{5, 5 + kToldSpanMax}));
  EXPECT_EQ(indexable_as_told(5, 5), (Interval{5, 6}));
  EXPECT_EQ(indexable_as_told(kMax, kMax).end_us, kMax);
}

TEST(IntervalIndex, ADamagedRowIsCorrupt) {
  test::MemoryStore store;
  store.put(store::Family::kIndex, Bytes{'x', 0, 0x80, 0, 0, 0, 0, 0, 0, 0}, Bytes{1});
  const IntervalScan scan{store::Family::kIndex, Bytes{'x'}, {}, store::Order::kAscending, {}};
  const Status read = scan_intervals(store, scan, 0, [](const auto&, const auto&) { return true; });
  EXPECT_EQ(read.error().token, "store_corrupt");
}

}  // namespace
}  // namespace hansom::catalogue
