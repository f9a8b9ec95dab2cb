// Identifiers accept exactly their form; randomness from a seed repeats.
#include "proto/base/ids.h"

#include <gtest/gtest.h>

namespace hansom {
namespace {

TEST(UnitId, AcceptsExactlyItsForm) {
  for (const char* good : {"a", "unit-7", "0", "taxi-0001-rear"}) EXPECT_TRUE(UnitId::parse(good));
  for (const std::string& bad :
       {std::string(""), std::string("-a"), std::string("a-"), std::string("A"), std::string("a b"),
        std::string("a/b"), std::string(65, 'a'), std::string("a\0b", 3), std::string("..")}) {
    EXPECT_FALSE(UnitId::parse(bad)) << bad;
  }
}

TEST(UploadId, RoundTripsAndRefusesPaths) {
  const auto random = seeded_random(1);
  const auto id = UploadId::make(*random);
  EXPECT_EQ(*UploadId::parse(id.text()), id);
  EXPECT_FALSE(UploadId::parse("../../etc/passwd"));
  EXPECT_FALSE(UploadId::parse(id.text() + "0"));
  EXPECT_FALSE(UploadId::parse(std::string(32, 'A')));
}

TEST(Random, RepeatsFromASeedAndNotFromTheSystem) {
  Bytes a(64);
  Bytes b(64);
  seeded_random(7)->fill(a);
  seeded_random(7)->fill(b);
  EXPECT_EQ(a, b);
  system_random().fill(a);
  system_random().fill(b);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace hansom
