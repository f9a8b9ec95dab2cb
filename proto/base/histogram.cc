// Finds the bound and counts.
#include "proto/base/histogram.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "proto/base/check.h"

namespace hansom {

std::uint64_t Histogram::Snapshot::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

double Histogram::Snapshot::quantile(double share) const {
  const auto wanted = static_cast<double>(count()) * share;
  if (count() == 0) return 0;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    seen += counts[i];
    if (static_cast<double>(seen) >= wanted) return bounds[i];
  }
  return std::numeric_limits<double>::infinity();
}

Histogram::Histogram(std::initializer_list<double> bounds)
    : bounds_(bounds), counts_(bounds.size() + 1) {
  HANSOM_CHECK(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::observe(double value) {
  const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot out{bounds_, {}, sum_.load(std::memory_order_relaxed)};
  for (const auto& count : counts_) out.counts.push_back(count.load(std::memory_order_relaxed));
  return out;
}

Histogram sync_seconds_histogram() {
  return {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Histogram group_size_histogram() {
  return {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
}

}  // namespace hansom
