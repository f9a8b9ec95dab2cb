// Holds the routes of the units' listener and of the loopback listener against proto/openapi.yaml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/local_api.h"
#include "tests/index/api/openapi.h"
#include "tests/ingest/support/ingest_site.h"

namespace hansom::test {
namespace {

using testing::UnorderedElementsAreArray;

std::set<std::string> described(std::string_view tag) {
  std::set<std::string> names;
  for (const Operation& operation : contract().operations) {
    if (operation.tag == tag) names.insert(operation.name());
  }
  return names;
}

std::set<std::string> routed(const http::Router& router) {
  std::set<std::string> names;
  for (const http::Route& route : router.routes()) names.insert(route.method + " " + route.pattern);
  return names;
}

TEST(UnitsContract, describes_exactly_the_routes_of_the_units) {
  const IngestSite site;
  EXPECT_THAT(described("units"), UnorderedElementsAreArray(routed(site.api->routes())));
}

TEST(UnitsContract, describes_exactly_the_routes_of_the_machine_itself) {
  http::Router router;
  ingest::LocalApi local(
      {[] { return std::vector<std::string>(); }, [] { return std::vector<ingest::Metric>(); }});
  local.add_routes(router);
  EXPECT_THAT(described("local"), UnorderedElementsAreArray(routed(router)));
}

// The refusals of identity come before anything else is looked at.
TEST(UnitsContract, every_route_of_a_unit_refuses_a_revoked_one) {
  IngestSite site;
  site.revoke("cab-7");
  for (const Operation& operation : contract().operations) {
    if (operation.tag != "units") continue;
    SCOPED_TRACE(operation.name());
    std::string path = operation.pattern;
    if (const std::size_t place = path.find("{id}"); place != std::string::npos) {
      path.replace(place, 4, std::string(32, '0'));
    }
    const auto exchange = site.exchange(operation.method, path);
    EXPECT_EQ(site.run(*exchange), "unit_revoked");
  }
}

}  // namespace
}  // namespace hansom::test
