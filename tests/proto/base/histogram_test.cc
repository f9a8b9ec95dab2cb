// Histograms: bounds are inclusive, nothing is lost, quantiles name a bound.
#include "proto/base/histogram.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace hansom {
namespace {

TEST(HistogramTest, BoundsAreInclusiveAndTheLastTakesTheRest) {
  Histogram histogram{1, 2, 4};
  for (const double value : {0.5, 1.0, 1.5, 4.0, 4.1, 1e9}) histogram.observe(value);
  const auto seen = histogram.snapshot();
  EXPECT_EQ(seen.counts, (std::vector<std::uint64_t>{2, 1, 1, 2}));
  EXPECT_EQ(seen.count(), 6U);
  EXPECT_DOUBLE_EQ(seen.sum, 0.5 + 1 + 1.5 + 4 + 4.1 + 1e9);
}

TEST(HistogramTest, QuantilesAreBounds) {
  Histogram histogram{1, 2, 4};
  EXPECT_EQ(histogram.snapshot().quantile(0.99), 0);
  for (int i = 0; i < 99; ++i) histogram.observe(1.5);
  histogram.observe(3);
  EXPECT_EQ(histogram.snapshot().quantile(0.5), 2);
  EXPECT_EQ(histogram.snapshot().quantile(0.99), 2);
  EXPECT_EQ(histogram.snapshot().quantile(1), 4);
  histogram.observe(100);
  EXPECT_EQ(histogram.snapshot().quantile(1), std::numeric_limits<double>::infinity());
}

TEST(HistogramTest, ThreadsLoseNothing) {
  Histogram histogram = group_size_histogram();
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&histogram] {
        for (int i = 0; i < 10'000; ++i) histogram.observe(i % 600);
      });
    }
  }
  EXPECT_EQ(histogram.snapshot().count(), 40'000U);
}

}  // namespace
}  // namespace hansom
