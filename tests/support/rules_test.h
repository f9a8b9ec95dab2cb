// What tests of rules begin with: a site with one unit over a store in memory, acts that must be
// accepted, and acts that must be refused.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "index/catalogue/catalogue.h"
#include "index/retention/retention.h"
#include "tests/support/memory_index.h"

namespace hansom::test {

class RulesTest : public testing::Test {
 protected:
  void SetUp() override {
    accept(site_opened());
    accept(unit_enrolled("unit-1"));
  }
  void accept(const evidence::Record& record) {
    const auto done = index_.submit(record);
    ASSERT_TRUE(done.has_value()) << done.error().token << ": " << done.error().message;
  }
  // A refusal leaves every row as it was.
  void refuse(const evidence::Record& record, std::string_view token, ErrorKind kind) {
    const auto before = index_.replay();
    const auto done = index_.submit(record);
    ASSERT_FALSE(done.has_value()) << token;
    EXPECT_EQ(done.error().token, token) << done.error().message;
    EXPECT_EQ(done.error().kind, kind) << token;
    EXPECT_EQ(index_.differences(*before), "") << token;
  }
  [[nodiscard]] catalogue::ClipRow clip(std::string_view name) const {
    return catalogue::find_clip(index_.reader(), clip_id(name)).value();
  }
  // Plans and starts a sweep of these clips; its plan's digest.
  Digest start_sweep(std::vector<std::string> names) {
    evidence::SweepPlan plan;
    for (std::string& name : names) name = digest_text(name);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      evidence::SweepItem& item = *plan.add_items();
      item.set_clip(name);
      item.set_rule("event:31d");
    }
    const Digest digest = retention::plan_digest(plan);
    accept(sweep_planned(plan));
    accept(sweep_started(digest));
    return digest;
  }
  // Journals the destruction of one clip, as a sweep would.
  void destroy(const std::string& name) {
    accept(clip_destroyed(start_sweep({name}), digest_text(name)));
  }

  MemoryIndex index_;
};

}  // namespace hansom::test
