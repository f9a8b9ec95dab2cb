// Random histories: the same twice gives the same bytes, and so does a replay of what was not
// erased.
#include <random>

#include <gtest/gtest.h>

#include "tests/support/history.h"
#include "tests/support/memory_index.h"

namespace hansom {
namespace {

std::uint64_t seed() {
  return std::random_device()();
}

// Runs a history; returns how many commands were refused.
int run(test::MemoryIndex& index, std::uint64_t seed_of_run, int commands) {
  test::History history(seed_of_run);
  int refused = 0;
  EXPECT_TRUE(index.submit(test::site_opened()).has_value());
  for (int n = 0; n < commands; ++n) {
    if (!index.submit(history.next(index.reader()))) ++refused;
  }
  return refused;
}

TEST(History, TheSameCommandsGiveTheSameBytes) {
  const std::uint64_t start = seed();
  for (std::uint64_t n = 0; n < 5; ++n) {
    SCOPED_TRACE("seed " + std::to_string(start + n));
    test::MemoryIndex one;
    test::MemoryIndex two;
    EXPECT_EQ(run(one, start + n, 1500), run(two, start + n, 1500));
    EXPECT_EQ(one.leaves(), two.leaves());
    EXPECT_EQ(one.differences(two), "");
  }
}

TEST(History, AReplayWithoutTheErasedRecordsGivesTheSameBytes) {
  const std::uint64_t start = seed();
  for (std::uint64_t n = 0; n < 8; ++n) {
    SCOPED_TRACE("seed " + std::to_string(start + n));
    test::MemoryIndex index;
    const int refused = run(index, start + n, 2000);
    EXPECT_GT(refused, 0);
    std::uint64_t erased = 0;
    for (std::uint64_t leaf = 0; leaf < index.leaves(); ++leaf)
      erased += index.record(leaf) ? 0 : 1;
    EXPECT_GT(erased, 0U);
    EXPECT_EQ(index.differences(*index.replay()), "");
  }
}

}  // namespace
}  // namespace hansom
