// Health, readiness, metrics.
#include "ingest/local_api.h"

namespace hansom::ingest {
namespace {

http::Response text_response(unsigned status, std::string body, std::string type) {
  http::Response response;
  response.status = status;
  response.fields.set("Content-Type", std::move(type));
  response.fields.set("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

constexpr const char* kPlain = "text/plain; charset=utf-8";
constexpr const char* kPrometheus = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

void LocalApi::add_routes(http::Router& router) {
  router.add("GET", "/healthz", [](http::Exchange& exchange) -> http::Awaitable<Status> {
    return exchange.respond(text_response(200, "ok\n", kPlain));
  });
  router.add("GET", "/readyz", [this](http::Exchange& exchange) { return ready(exchange); });
  router.add("GET", "/metrics", [this](http::Exchange& exchange) {
    return exchange.respond(
        text_response(200, render_metrics(dependencies_.metrics()), kPrometheus));
  });
}

http::Awaitable<Status> LocalApi::ready(http::Exchange& exchange) {
  std::string reasons;
  for (const auto& reason : dependencies_.not_ready_because()) reasons += reason + "\n";
  http::Response response = reasons.empty() ? text_response(200, "ready\n", kPlain)
                                            : text_response(503, std::move(reasons), kPlain);
  co_return co_await exchange.respond(std::move(response));
}

}  // namespace hansom::ingest
