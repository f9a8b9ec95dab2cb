// A histogram for metrics: counts values by fixed bounds. Cheap enough for every commit.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace hansom {

// Any thread. What snapshot() returns was true of each number at some moment, not of all at one.
class Histogram {
 public:
  struct Snapshot {
    std::vector<double> bounds;         // upper, inclusive, rising
    std::vector<std::uint64_t> counts;  // one more: the last is of what lies above them all
    double sum = 0;

    [[nodiscard]] std::uint64_t count() const;
    // The bound below which this share (0 to 1) of the values lies; infinity above the last, 0
    // where nothing was observed.
    [[nodiscard]] double quantile(double share) const;
  };

  // Requires: rising bounds.
  Histogram(std::initializer_list<double> bounds);
  void observe(double value);
  [[nodiscard]] Snapshot snapshot() const;

 private:
  const std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_ = 0;
};

// Seconds of a sync or a commit, from what a fast disk needs to what is broken.
[[nodiscard]] Histogram sync_seconds_histogram();
// Members of a group.
[[nodiscard]] Histogram group_size_histogram();

}  // namespace hansom
