// Puts the tables of routes together and in front of them serve().
#include "index/api/people_api.h"

#include <array>

#include "index/api/route.h"
#include "index/api/serve.h"
#include "proto/base/check.h"

namespace hansom::api {
namespace {

using RouteTable = std::span<const Route> (*)();
constexpr std::array<RouteTable, 17> kTables = {
    clips_routes,   media_routes,       events_routes, journal_routes,  log_routes,
    status_routes,  units_routes,       clocks_routes, register_routes, tokens_routes,
    holds_routes,   sweeps_routes,      scrub_routes,  backups_routes,  keys_routes,
    reports_routes, inspections_routes,
};

// As the router writes it: "/log/tile/{tile...}".
std::string router_pattern(const Route& route) {
  std::string pattern(route.pattern);
  if (route.takes_rest) pattern.insert(pattern.size() - 1, "...");
  return pattern;
}

}  // namespace

struct PeopleApi::State {
  explicit State(PeopleApiDependencies dependencies) : context{std::move(dependencies), {}} {}
  Context context;
};

PeopleApi::PeopleApi(PeopleApiDependencies dependencies) {
  HANSOM_CHECK(dependencies.index != nullptr && dependencies.vault != nullptr);
  HANSOM_CHECK(dependencies.clock != nullptr && dependencies.random != nullptr);
  state_ = std::make_unique<State>(std::move(dependencies));
}

PeopleApi::~PeopleApi() {
  stop();
}

void PeopleApi::add_routes(http::Router& router) {
  for (const RouteTable table : kTables) {
    for (const Route& route : table()) {
      router.add(std::string(route.method), router_pattern(route),
                 [context = &state_->context, &route](http::Exchange& exchange) {
                   return serve(*context, route, exchange);
                 });
    }
  }
}

std::vector<RouteFacts> PeopleApi::routes() {
  std::vector<RouteFacts> facts;
  for (const RouteTable table : kTables) {
    for (const Route& route : table()) {
      RouteFacts fact;
      fact.method = route.method;
      fact.pattern = route.pattern;
      if (route.guard == Guard::kRight) fact.right = route.right;
      fact.open_to_all = route.guard == Guard::kOpen;
      fact.query_parameters.assign(route.query_parameters.begin(), route.query_parameters.end());
      fact.has_body = route.body_bytes_max > 0;
      facts.push_back(std::move(fact));
    }
  }
  return facts;
}

void PeopleApi::stop() {
  state_->context.helper.stop();
}

}  // namespace hansom::api
