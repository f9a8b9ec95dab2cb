// Health, readiness, metrics.
#include "ingest/local_api.h"

namespace hansom::ingest {
namespace {

constexpr const char* kPlain = "text/plain; charset=utf-8";
constexpr const char* kPrometheus = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

void LocalApi::add_routes(http::Router& router) {
  router.add("GET", "/healthz", [](http::Exchange& exchange) -> http::Awaitable<Status> {
    return exchange.respond(http::text_response(200, kPlain, "ok\n"));
  });
  router.add("GET", "/readyz", [this](http::Exchange& exchange) { return ready(exchange); });
  router.add("GET", "/metrics", [this](http::Exchange& exchange) {
    return exchange.respond(
        http::text_response(200, kPrometheus, render_metrics(dependencies_.metrics())));
  });
}

http::Awaitable<Status> LocalApi::ready(http::Exchange& exchange) {
  std::string reasons;
  for (const auto& reason : dependencies_.not_ready_because()) reasons += reason + "\n";
  http::Response response = reasons.empty() ? http::text_response(200, kPlain, "ready\n")
                                            : http::text_response(503, kPlain, std::move(reasons));
  co_return co_await exchange.respond(std::move(response));
}

}  // namespace hansom::ingest
