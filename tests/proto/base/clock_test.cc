// RFC 3339 times: what goes out comes back, damage is refused.
#include "proto/base/clock.h"

#include <gtest/gtest.h>

namespace hansom {
namespace {

TEST(Rfc3339, ReadsTheFormsOfTheStandard) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2026-03-01T10:00:00Z", 1772359200000000},
      {"2026-03-01t10:00:00z", 1772359200000000},
      {"2026-03-01T11:00:00+01:00", 1772359200000000},
      {"2026-03-01T04:30:00-05:30", 1772359200000000},
      {"2026-03-01T10:00:00.5Z", 1772359200500000},
      {"2026-03-01T10:00:00.123456789Z", 1772359200123456},
      {"2024-02-29T00:00:00Z", 1709164800000000},
  };
  for (const auto& [text, us] : cases) {
    const auto time = from_rfc3339(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(to_unix_us(*time), us) << text;
  }
}

TEST(Rfc3339, RefusesDamage) {
  for (const char* bad :
       {"", "2026", "2026-03-01", "2026-03-01T10:00:00", "2026-03-01T10:00Z",
        "2026-13-01T10:00:00Z", "2025-02-29T10:00:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T10:60:00Z", "2026-03-01T10:00:60Z", "2026-03-01T10:00:00.Z",
        "2026-03-01T10:00:00+0100", "2026-03-01T10:00:00Zx", "1969-12-31T23:59:59Z",
        "2026-3-1T10:00:00Z", "2026-03-01T10:00:00.1234567890Z"}) {
    EXPECT_FALSE(from_rfc3339(bad)) << bad;
  }
}

TEST(Rfc3339, WritesWhatItReads) {
  for (const char* text : {"2026-10-25T00:30:00Z", "2026-10-25T00:30:00.250Z",
                           "2026-10-25T00:30:00.000001Z", "1970-01-01T00:00:00Z"}) {
    EXPECT_EQ(to_rfc3339(*from_rfc3339(text)), text);
  }
}

}  // namespace
}  // namespace hansom
