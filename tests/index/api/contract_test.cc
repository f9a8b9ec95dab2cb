// Holds the routes of the people's API, their parameters, statuses and error tokens against
// proto/openapi.yaml, and the contract itself against the table of wire errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/api/people_api.h"
#include "proto/http/wire_errors.h"
#include "tests/index/api/openapi.h"

namespace hansom::test {
namespace {

using testing::IsSubsetOf;
using testing::UnorderedElementsAreArray;

constexpr std::pair<access::Right, std::string_view> kRightWords[] = {
    {access::Right::kSearch, "search"},
    {access::Right::kSeeMedia, "see_media"},
    {access::Right::kReadJournal, "read_journal"},
    {access::Right::kPlaceHold, "place_hold"},
    {access::Right::kListHolds, "list_holds"},
    {access::Right::kManageUnits, "manage_units"},
    {access::Right::kManageTokens, "manage_tokens"},
    {access::Right::kSweep, "sweep"},
    {access::Right::kSeeSweeps, "see_sweeps"},
    {access::Right::kScrub, "scrub"},
    {access::Right::kBackUp, "back_up"},
    {access::Right::kManageKeys, "manage_keys"},
    {access::Right::kSeeClocks, "see_clocks"},
    {access::Right::kCorrectClock, "correct_clock"},
    {access::Right::kOrderInspections, "order_inspections"},
    {access::Right::kSeeInspections, "see_inspections"},
};

std::string right_word(const api::RouteFacts& route) {
  if (!route.right) return route.open_to_all ? "open" : "person";
  for (const auto& [right, word] : kRightWords) {
    if (right == *route.right) return std::string(word);
  }
  return "a right without a word";
}

std::optional<unsigned> status_of(const std::string& token) {
  for (const http::WireError& row : http::wire_errors()) {
    if (row.token == token) return row.status;
  }
  return std::nullopt;
}

std::set<std::string> path_parameters(std::string_view pattern) {
  std::set<std::string> out;
  while (true) {
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos) return out;
    const std::size_t close = pattern.find('}', open);
    out.emplace(pattern.substr(open + 1, close - open - 1));
    pattern.remove_prefix(close + 1);
  }
}

TEST(Contract, describes_exactly_the_routes_of_the_people) {
  std::set<std::string> described;
  std::set<std::string> routed;
  for (const Operation& operation : contract().operations) {
    if (operation.tag == "people") described.insert(operation.name());
  }
  for (const api::RouteFacts& route : api::PeopleApi::routes()) {
    routed.insert(std::string(route.method) + " " + std::string(route.pattern));
  }
  EXPECT_THAT(described, UnorderedElementsAreArray(routed));
}

TEST(Contract, agrees_on_parameters_rights_and_bodies) {
  for (const api::RouteFacts& route : api::PeopleApi::routes()) {
    const Operation* operation = contract().find(route.method, route.pattern);
    ASSERT_NE(operation, nullptr) << route.method << " " << route.pattern;
    SCOPED_TRACE(operation->name());
    EXPECT_EQ(operation->right, right_word(route));
    EXPECT_THAT(operation->query, UnorderedElementsAreArray(route.query_parameters));
    EXPECT_THAT(operation->path, UnorderedElementsAreArray(path_parameters(route.pattern)));
    EXPECT_EQ(operation->has_body, route.has_body);
    EXPECT_EQ(operation->header.contains("Hansom-Purpose"), !route.open_to_all);
    EXPECT_EQ(operation->errors.contains("forbidden"), route.right.has_value());
  }
}

// The statuses of an operation are those of its successes and of its tokens, neither more nor less.
TEST(Contract, states_the_statuses_of_its_tokens) {
  const std::set<std::string> people = contract().common_errors("people");
  const std::set<std::string> units = contract().common_errors("units");
  for (const Operation& operation : contract().operations) {
    SCOPED_TRACE(operation.name());
    std::set<std::string> tokens = operation.errors;
    if (operation.tag == "people" && operation.right != "open") {
      tokens.insert(people.begin(), people.end());
    }
    if (operation.tag == "units") tokens.insert(units.begin(), units.end());
    std::set<unsigned> expected;
    for (const std::string& token : tokens) {
      ASSERT_TRUE(status_of(token)) << token << " is not in the table of wire errors";
      expected.insert(*status_of(token));
    }
    std::set<unsigned> stated;
    for (const unsigned status : operation.statuses) {
      if (status >= 400 && operation.tag != "local") stated.insert(status);
    }
    EXPECT_THAT(stated, UnorderedElementsAreArray(expected));
  }
}

TEST(Contract, knows_every_common_token) {
  for (const auto& [group, tokens] : contract().document.at("x-hansom-common-errors").map) {
    for (const std::string& token : tokens.texts()) {
      EXPECT_TRUE(status_of(token)) << group << ": " << token;
    }
  }
}

TEST(Contract, requires_only_members_it_describes) {
  for (const Operation& operation : contract().operations) {
    SCOPED_TRACE(operation.name());
    EXPECT_THAT(operation.required_members, IsSubsetOf(operation.answer_members));
  }
}

}  // namespace
}  // namespace hansom::test
