// Prometheus' own serializer does the writing.
#include "ingest/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace hansom::ingest {
namespace {

prometheus::ClientMetric sample(const Metric& metric) {
  prometheus::ClientMetric out;
  for (const auto& [name, value] : metric.labels) out.label.push_back({name, value});
  if (metric.type == MetricType::kCounter) {
    out.counter.value = metric.value;
  } else {
    out.gauge.value = metric.value;
  }
  return out;
}

}  // namespace

std::string render_metrics(const std::vector<Metric>& metrics) {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& metric : metrics) {
    if (families.empty() || families.back().name != metric.name) {
      prometheus::MetricFamily family;
      family.name = metric.name;
      family.help = metric.help;
      family.type = metric.type == MetricType::kCounter ? prometheus::MetricType::Counter
                                                        : prometheus::MetricType::Gauge;
      families.push_back(std::move(family));
    }
    families.back().metric.push_back(sample(metric));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace hansom::ingest
