// An answer held against the contract.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/index/api/api_rig.h"
#include "tests/index/api/openapi.h"

namespace hansom::test {

// A JSON answer has the members that the contract requires and no others than it describes.
inline boost::json::object agreed(const Reply& reply, std::string_view method,
                                  std::string_view pattern) {
  const Operation* operation = contract().find(method, pattern);
  EXPECT_NE(operation, nullptr);
  EXPECT_TRUE(operation->statuses.contains(reply.status)) << reply.status << reply.body;
  EXPECT_EQ(reply.field("Content-Type"), "application/json");
  EXPECT_EQ(reply.field("Cache-Control"), "no-store");
  boost::json::object json = reply.json();
  std::set<std::string> members;
  for (const auto& member : json) members.emplace(member.key());
  EXPECT_THAT(members, testing::IsSubsetOf(operation->answer_members)) << operation->name();
  EXPECT_THAT(operation->required_members, testing::IsSubsetOf(members)) << operation->name();
  return json;
}

}  // namespace hansom::test
