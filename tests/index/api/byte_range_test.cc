// Ranges of RFC 9110 section 14 as a table: field, size, what is sent.
#include "index/retrieval/byte_range.h"

#include <gtest/gtest.h>

namespace hansom::retrieval {
namespace {

struct Row {
  const char* field;
  std::uint64_t size;
  RangeAnswer answer;
  std::uint64_t first;
  std::uint64_t bytes;
};

constexpr Row kRows[] = {
    {"bytes=0-0", 10, RangeAnswer::kPart, 0, 1},
    {"bytes=0-9", 10, RangeAnswer::kPart, 0, 10},
    {"bytes=0-10", 10, RangeAnswer::kPart, 0, 10},
    {"bytes=3-", 10, RangeAnswer::kPart, 3, 7},
    {"bytes=9-", 10, RangeAnswer::kPart, 9, 1},
    {"bytes=-1", 10, RangeAnswer::kPart, 9, 1},
    {"bytes=-10", 10, RangeAnswer::kPart, 0, 10},
    {"bytes=-99", 10, RangeAnswer::kPart, 0, 10},
    {"BYTES=1-2", 10, RangeAnswer::kPart, 1, 2},
    {"bytes= 1-2 ", 10, RangeAnswer::kPart, 1, 2},
    {"bytes=1-99999999999999999999999999", 10, RangeAnswer::kPart, 1, 9},
    {"bytes=-99999999999999999999999999", 10, RangeAnswer::kPart, 0, 10},
    {"bytes=18446744073709551615-18446744073709551615", 10, RangeAnswer::kUnsatisfiable, 0, 0},
    {"bytes=10-", 10, RangeAnswer::kUnsatisfiable, 0, 0},
    {"bytes=10-20", 10, RangeAnswer::kUnsatisfiable, 0, 0},
    {"bytes=-0", 10, RangeAnswer::kUnsatisfiable, 0, 0},
    {"bytes=0-", 0, RangeAnswer::kUnsatisfiable, 0, 0},
    {"bytes=-5", 0, RangeAnswer::kUnsatisfiable, 0, 0},
    {"bytes=2-1", 10, RangeAnswer::kWhole, 0, 10},
    {"bytes=0-1,3-4", 10, RangeAnswer::kWhole, 0, 10},
    {"bytes=-1,-2", 10, RangeAnswer::kWhole, 0, 10},
    {"bytes=", 10, RangeAnswer::kWhole, 0, 10},
    {"bytes=-", 10, RangeAnswer::kWhole, 0, 10},
    {"bytes=a-b", 10, RangeAnswer::kWhole, 0, 10},
    {"bytes=1 - 2", 10, RangeAnswer::kWhole, 0, 10},
    {"bytes=+1-2", 10, RangeAnswer::kWhole, 0, 10},
    {"bytes=--2", 10, RangeAnswer::kWhole, 0, 10},
    {"bytes 0-1", 10, RangeAnswer::kWhole, 0, 10},
    {"items=0-1", 10, RangeAnswer::kWhole, 0, 10},
    {"=0-1", 10, RangeAnswer::kWhole, 0, 10},
    {"", 10, RangeAnswer::kWhole, 0, 10},
};

TEST(ByteRange, decides_every_row_of_the_table) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.field);
    const RangeDecision decision = decide_range(row.field, row.size);
    EXPECT_EQ(decision.answer, row.answer);
    EXPECT_EQ(decision.range, (ByteRange{.first = row.first, .bytes = row.bytes}));
  }
}

TEST(ByteRange, without_a_field_is_the_whole) {
  const RangeDecision decision = decide_range(std::nullopt, 7);
  EXPECT_EQ(decision.answer, RangeAnswer::kWhole);
  EXPECT_EQ(decision.range, (ByteRange{.first = 0, .bytes = 7}));
}

TEST(ByteRange, if_range_wants_exactly_the_strong_tag) {
  EXPECT_TRUE(if_range_holds(std::nullopt, "\"ab\""));
  EXPECT_TRUE(if_range_holds("\"ab\"", "\"ab\""));
  EXPECT_FALSE(if_range_holds("W/\"ab\"", "\"ab\""));
  EXPECT_FALSE(if_range_holds("\"ac\"", "\"ab\""));
  EXPECT_FALSE(if_range_holds("Sun, 22 Nov 2026 07:00:00 GMT", "\"ab\""));
  EXPECT_FALSE(if_range_holds("", "\"ab\""));
}

TEST(ByteRange, content_range_names_first_last_and_size) {
  EXPECT_EQ(content_range({.first = 2, .bytes = 3}, 10), "bytes 2-4/10");
  EXPECT_EQ(unsatisfied_range(10), "bytes */10");
}

}  // namespace
}  // namespace hansom::retrieval
