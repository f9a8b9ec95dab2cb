// Three clips that wait, and makers of inspections and orders.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/catalogue/catalogue.h"
#include "index/inspections/inspections.h"
#include "index/inspections/keys.h"
#include "index/retention/retention.h"
#include "tests/support/rules_test.h"

namespace hansom::test {

class Inspections : public RulesTest {
 protected:
  void SetUp() override {
    RulesTest::SetUp();
    for (const char* name : {"one", "two", "three"}) {
      ClipSpec spec;
      spec.name = name;
      accept(clip_accepted(spec));
    }
  }
  // Also as one sees it who remembers the front.
  [[nodiscard]] std::vector<ClipId> pending() {
    const auto names = [](const std::vector<inspections::Pending>& waiting) {
      std::vector<ClipId> clips;
      clips.reserve(waiting.size());
      for (const inspections::Pending& one : waiting) clips.push_back(one.clip);
      return clips;
    };
    auto clips = names(inspections::pending(index_.reader(), 10).value());
    EXPECT_EQ(names(front_.pending(index_.reader(), index_.leaves(), 10).value()), clips);
    return clips;
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

 private:
  inspections::QueueFront front_;
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
