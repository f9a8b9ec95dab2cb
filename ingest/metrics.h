// Metrics in Prometheus' text form (version 0.0.4), made from counters at the moment they are asked
// for.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "proto/base/histogram.h"

namespace hansom::ingest {

enum class MetricType { kCounter, kGauge, kHistogram };

// One sample. `name` is a Prometheus name with its unit and, for counters, "_total".
struct Metric {
  std::string name;
  std::string help;
  MetricType type = MetricType::kCounter;
  double value = 0;
  std::vector<std::pair<std::string, std::string>> labels;
  Histogram::Snapshot histogram{};  // of a kHistogram, instead of `value`
};

// Samples of one name must follow each other. Any thread.
[[nodiscard]] std::string render_metrics(const std::vector<Metric>& metrics);

}  // namespace hansom::ingest
