// What the server tells its operators: counters of all its parts as metrics.
#pragma once

#include <vector>

#include "index/clocks/timekeeper.h"
#include "index/evidence_index.h"
#include "index/scrub/scrubber.h"
#include "index/witness/witnesses.h"
#include "ingest/inspect/inspector_pool.h"
#include "ingest/metrics.h"
#include "ingest/unit_api.h"
#include "proto/http/server.h"

namespace hansom::ingest {

struct MetricSources {
  const UnitApi* units = nullptr;
  EvidenceIndex* index = nullptr;
  const InspectorPool* inspectors = nullptr;
  const clocks::Timekeeper* timekeeper = nullptr;
  const scrub::Scrubber* scrubber = nullptr;
  const witness::Witnesses* witnesses = nullptr;                       // null: none are configured
  std::vector<std::pair<std::string, const http::Server*>> listeners;  // name, listener
};

// Any thread. Every source outlives the call.
[[nodiscard]] std::vector<Metric> collect_metrics(const MetricSources& sources);

}  // namespace hansom::ingest
