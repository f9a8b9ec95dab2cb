// What every route asks of every request, whatever it is about: token, role, purpose, parameters.
#include <gtest/gtest.h>

#include "proto/http/wire_errors.h"
#include "tests/index/api/api_rig.h"

namespace hansom::test {
namespace {

using access::Role;
using api::RouteFacts;

constexpr Role kRoles[] = {Role::kInvestigator, Role::kOperations, Role::kAuditor};

// The route with something in the place of its path parameters.
std::string target_of(const RouteFacts& route) {
  std::string out(route.pattern);
  for (std::size_t open = out.find('{'); open != std::string::npos; open = out.find('{')) {
    out.replace(open, out.find('}') - open + 1, "0");
  }
  return out;
}

Role allowed_role(const RouteFacts& route) {
  for (const Role role : kRoles) {
    if (!route.right || access::may(role, *route.right)) return role;
  }
  ADD_FAILURE() << route.pattern << " is for nobody";
  return Role::kInvestigator;
}

class EveryRoute : public testing::Test {
 protected:
  // Asks each route that wants a token, after `change`, and expects this token word of all.
  template <typename Change>
  void expect_all(std::string_view token, unsigned status, const Change& change) {
    for (const RouteFacts& route : api::PeopleApi::routes()) {
      if (route.open_to_all) continue;
      SCOPED_TRACE(std::string(route.method) + " " + std::string(route.pattern));
      Ask ask;
      ask.method = std::string(route.method);
      ask.target = target_of(route);
      ask.token = rig_.token(allowed_role(route));
      if (!change(route, ask)) continue;
      const std::uint64_t leaves = rig_.journal_size();
      const Reply reply = rig_.ask(ask);
      EXPECT_EQ(reply.token, token);
      EXPECT_EQ(reply.status, status);
      EXPECT_EQ(reply.json().at("type").as_string(), "urn:hansom:error:" + std::string(token));
      EXPECT_EQ(rig_.journal_size(), leaves) << "a refusal made a leaf";
    }
  }

  ApiRig rig_;
};

TEST_F(EveryRoute, wants_a_token) {
  for (const char* wrong :
       {"", "nonsense", "hst_", "hst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    expect_all("unauthenticated", 401, [&](const RouteFacts&, Ask& ask) {
      ask.token = wrong;
      return true;
    });
  }
}

TEST_F(EveryRoute, refuses_an_expired_token) {
  rig_.clock().advance(std::chrono::days(301));
  expect_all("token_expired", 401, [](const RouteFacts&, Ask&) { return true; });
}

TEST_F(EveryRoute, refuses_a_revoked_token) {
  std::map<Role, std::string> revoked;
  for (const Role role : kRoles) {
    std::string id;
    revoked[role] = rig_.issue(role, rig_.clock().now() + std::chrono::days(1), &id);
    evidence::Record record = record_by_server();
    record.mutable_token_revoked()->set_token_id(id);
    record.mutable_token_revoked()->set_reason("lost");
    static_cast<void>(rig_.submit(record));
  }
  expect_all("token_revoked", 401, [&](const RouteFacts& route, Ask& ask) {
    ask.token = revoked.at(allowed_role(route));
    return true;
  });
}

TEST_F(EveryRoute, wants_a_purpose) {
  for (const std::string& wrong :
       {std::string(), std::string("ab"), std::string(257, 'x'), std::string("bad\xff word")}) {
    expect_all("purpose_required", 400, [&](const RouteFacts&, Ask& ask) {
      ask.purpose = wrong;
      return true;
    });
  }
}

TEST_F(EveryRoute, is_for_the_roles_with_its_right_and_for_no_other) {
  for (const Role role : kRoles) {
    expect_all("forbidden", 403, [&](const RouteFacts& route, Ask& ask) {
      ask.token = rig_.token(role);
      return route.right && !access::may(role, *route.right);
    });
    for (const RouteFacts& route : api::PeopleApi::routes()) {
      if (route.open_to_all || (route.right && !access::may(role, *route.right))) continue;
      Ask ask;
      ask.method = std::string(route.method);
      ask.target = target_of(route);
      ask.token = rig_.token(role);
      const unsigned status = rig_.ask(ask).status;
      EXPECT_TRUE(status != 401 && status != 403) << route.method << " " << route.pattern;
    }
  }
}

TEST_F(EveryRoute, knows_its_parameters) {
  expect_all("unknown_parameter", 400, [](const RouteFacts&, Ask& ask) {
    ask.target += "?surprise=1";
    return true;
  });
}

TEST_F(EveryRoute, takes_a_parameter_once) {
  expect_all("bad_parameter", 400, [](const RouteFacts& route, Ask& ask) {
    if (route.query_parameters.empty()) return false;
    const std::string name(route.query_parameters.front());
    ask.target += "?" + name + "=1&" + name + "=1";
    return true;
  });
}

TEST_F(EveryRoute, bounds_its_target) {
  expect_all("bad_target", 400, [](const RouteFacts&, Ask& ask) {
    ask.target += "?a=" + std::string(8192, 'x');
    return true;
  });
}

TEST_F(EveryRoute, without_token_only_the_journals_key_and_its_public_log_are_shown) {
  std::vector<std::string_view> open;
  for (const RouteFacts& route : api::PeopleApi::routes()) {
    if (route.open_to_all) open.push_back(route.pattern);
  }
  const std::vector<std::string_view> expected = {"/v1/journal/key",   "/log/checkpoint",
                                                  "/log/newest",       "/log/tile/{tile}",
                                                  "/log/proof/{leaf}", "/v1/journal/keys"};
  EXPECT_EQ(open, expected);
}

}  // namespace
}  // namespace hansom::test
