// Dates and times of day without a zone: every form that is known, and damage.
#include "proto/base/civil_time.h"

#include <gtest/gtest.h>

namespace hansom {
namespace {

TEST(CivilTime, ReadsTheFormsThatAreWritten) {
  for (const char* text :
       {"2026-10-25 01:30", "2026-10-25 01:30:00", "2026-10-25T01:30:00.000", "2026:10:25 01:30:00",
        "2026/10/25 01:30:00", "20261025_013000", "20261025T013000", "20261025013000",
        "2026.10.25_01:30:00", "26-10-25 01:30:00", "261025013000", "261025-013000"}) {
    const auto read = read_civil(text);
    ASSERT_TRUE(read.has_value()) << text;
    EXPECT_EQ(to_civil(read->time), "2026-10-25 01:30:00") << text;
    EXPECT_EQ(read->two_digit_year, std::string_view(text).substr(0, 2) == "26") << text;
  }
}

TEST(CivilTime, KeepsFractionsToTheMicrosecond) {
  const auto read = read_civil("1970-01-01 00:00:01.2500009");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->time.time_since_epoch().count(), 1'250'000);
}

TEST(CivilTime, RefusesDamage) {
  for (const char* text :
       {"", "2026", "2026-10-25", "2026-10-25 ", "2026-10-25 25:00", "2026-10-25 01:60",
        "2026-10-25 01:30:60", "2026-13-01 00:00", "2026-02-29 00:00", "2026-10/25 01:30",
        "1969-12-31 23:59", "2026-10-25 01:30Z", "2026-10-25 01:30:00+01:00",
        "2026-10-25 01:30:00.", "2026-10-25x01:30", "202610250130", "2026-10-25 1:30",
        "-026-10-25 01:30"}) {
    EXPECT_FALSE(read_civil(text).has_value()) << text;
  }
}

TEST(CivilTime, SaysItForPeople) {
  const auto read = read_civil("2026-10-05 01:02:03");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(to_english_date(read->time), "5 October 2026");
  EXPECT_EQ(to_time_of_day(read->time), "01:02:03");
}

}  // namespace
}  // namespace hansom
