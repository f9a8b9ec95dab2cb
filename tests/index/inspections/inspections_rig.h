// Three clips that wait, rules over them, and makers of inspections and orders.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/catalogue/catalogue.h"
#include "index/inspections/inspections.h"
#include "index/retention/retention.h"
#include "tests/support/memory_index.h"

namespace hansom::test {

class Inspections : public testing::Test {
 protected:
  void SetUp() override {
    accept(site_opened());
    accept(unit_enrolled("unit-1"));
    for (const char* name : {"one", "two", "three"}) {
      ClipSpec spec;
      spec.name = name;
      accept(clip_accepted(spec));
    }
  }
  void accept(const evidence::Record& record) {
    const auto done = index_.submit(record);
    ASSERT_TRUE(done.has_value()) << done.error().token << ": " << done.error().message;
  }
  void refuse(const evidence::Record& record, std::string_view token, ErrorKind kind) {
    const auto before = index_.replay();
    const auto done = index_.submit(record);
    ASSERT_FALSE(done.has_value()) << token;
    EXPECT_EQ(done.error().token, token) << done.error().message;
    EXPECT_EQ(done.error().kind, kind) << token;
    EXPECT_EQ(index_.differences(*before), "") << token;
  }
  [[nodiscard]] std::vector<ClipId> pending() const {
    std::vector<ClipId> clips;
    const auto waiting = inspections::pending(index_.reader(), 10).value();
    clips.reserve(waiting.size());
    for (const inspections::Pending& one : waiting) clips.push_back(one.clip);
    return clips;
  }
  [[nodiscard]] catalogue::ClipRow clip(std::string_view name) const {
    return catalogue::find_clip(index_.reader(), clip_id(name)).value();
  }
  // What stands first in the queue.
  [[nodiscard]] inspections::Due first_due() const {
    const auto waiting = inspections::pending(index_.reader(), 1).value();
    EXPECT_FALSE(waiting.empty());
    return inspections::due(index_.reader(), waiting.front(), {}).value();
  }
  [[nodiscard]] std::uint64_t waiting_for(const std::string& order_id) const {
    return inspections::find_order(index_.reader(), order_id).value().value().waiting;
  }
  // Journals the destruction of one clip, as a sweep would.
  void destroy(const std::string& name) {
    evidence::SweepPlan plan;
    plan.add_items()->set_clip(digest_text(name));
    const Digest digest = retention::plan_digest(plan);
    accept(sweep_planned(plan));
    accept(sweep_started(digest));
    accept(clip_destroyed(digest, digest_text(name)));
  }

  MemoryIndex index_;
};

inline std::vector<ClipId> clips(const std::vector<std::string>& names) {
  std::vector<ClipId> ids;
  ids.reserve(names.size());
  for (const std::string& name : names) ids.push_back(clip_id(name));
  return ids;
}

// A report as an inspector of this version writes it; without one, as the server does of a death.
inline evidence::Record inspected(std::string_view name, const std::string& version,
                                  const std::vector<std::string>& thumbnails = {},
                                  const std::string& order_id = "") {
  evidence::Record record = clip_inspected(name, thumbnails);
  record.mutable_clip_inspected()->set_order_id(order_id);
  evidence::Report& report = *record.mutable_clip_inspected()->mutable_report();
  report.set_inspector_version(version);
  if (version.empty()) report.set_outcome(evidence::Report::UNDECODABLE);
  return record;
}

}  // namespace hansom::test
