// The loopback listener: health, readiness and metrics for operators' tools. No person's or unit's
// data.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ingest/metrics.h"
#include "proto/http/router.h"

namespace hansom::ingest {

class LocalApi {
 public:
  struct Dependencies {
    // Why the server should get no work, in words; empty: ready. Any thread.
    std::function<std::vector<std::string>()> not_ready_because;
    std::function<std::vector<Metric>()> metrics;
  };
  explicit LocalApi(Dependencies dependencies) : dependencies_(std::move(dependencies)) {}

  // GET /healthz: 200 while the process serves. GET /readyz: 200, or 503 with the reasons, a line
  // each. GET /metrics. The router must not outlive this.
  void add_routes(http::Router& router);

 private:
  http::Awaitable<Status> ready(http::Exchange& exchange);
  Dependencies dependencies_;
};

}  // namespace hansom::ingest
