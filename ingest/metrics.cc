// Prometheus' own serializer does the writing.
#include "ingest/metrics.h"

#include <limits>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace hansom::ingest {
namespace {

// Prometheus counts each bucket with all below it.
prometheus::ClientMetric::Histogram histogram(const Histogram::Snapshot& seen) {
  prometheus::ClientMetric::Histogram out;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < seen.counts.size(); ++i) {
    below += seen.counts[i];
    const bool last = i == seen.bounds.size();
    out.bucket.push_back({below, last ? std::numeric_limits<double>::infinity() : seen.bounds[i]});
  }
  out.sample_count = below;
  out.sample_sum = seen.sum;
  return out;
}

prometheus::ClientMetric sample(const Metric& metric) {
  prometheus::ClientMetric out;
  for (const auto& [name, value] : metric.labels) out.label.push_back({name, value});
  switch (metric.type) {
    case MetricType::kCounter:
      out.counter.value = metric.value;
      break;
    case MetricType::kGauge:
      out.gauge.value = metric.value;
      break;
    case MetricType::kHistogram:
      out.histogram = histogram(metric.histogram);
      break;
  }
  return out;
}

prometheus::MetricType type_of(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return prometheus::MetricType::Counter;
    case MetricType::kGauge:
      return prometheus::MetricType::Gauge;
    case MetricType::kHistogram:
      break;
  }
  return prometheus::MetricType::Histogram;
}

}  // namespace

std::string render_metrics(const std::vector<Metric>& metrics) {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& metric : metrics) {
    if (families.empty() || families.back().name != metric.name) {
      prometheus::MetricFamily family;
      family.name = metric.name;
      family.help = metric.help;
      family.type = type_of(metric.type);
      families.push_back(std::move(family));
    }
    families.back().metric.push_back(sample(metric));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace hansom::ingest
