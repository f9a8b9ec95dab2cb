// Orders of inspections and several reports of a clip over the people's API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "tests/index/api/agreed.h"
#include "tests/index/api/api_rig.h"

namespace hansom::test {
namespace {

using access::Role;
using testing::SizeIs;

constexpr const char* kInspections = "/v1/inspections";

class Inspections : public testing::Test {
 protected:
  Inspections() {
    ClipSpec spec;
    spec.start = at("2026-03-01T10:00:00Z");
    spec.media = pattern_bytes(1000, 1);
    clip_ = rig_.accept(spec);
    rig_.inspect(clip_, {pattern_bytes(100, 1)});
    base_ = "/v1/clips/" + clip_.hex();
  }
  boost::json::object order(const std::string& members, Role role = Role::kInvestigator) {
    return agreed(
        rig_.post(kInspections, R"({"reason": "a new inspector", )" + members + "}", role), "POST",
        kInspections);
  }
  boost::json::object list() { return agreed(rig_.get(kInspections), "GET", kInspections); }

  ApiRig rig_;
  ClipId clip_;
  std::string base_;
};

TEST_F(Inspections, an_order_is_a_leaf_of_the_person_and_then_waits) {
  const std::uint64_t before = rig_.journal_size();
  const auto made = order(R"("level": "full", "clips": [")" + clip_.hex() + R"("])");
  EXPECT_EQ(made.at("clips").to_number<int>(), 1);
  EXPECT_EQ(made.at("waiting").to_number<int>(), 1);
  EXPECT_EQ(made.at("passed_over").to_number<int>(), 0);
  const evidence::Record record = rig_.record_at(before);
  EXPECT_EQ(record.actor().id(), "person-investigator");
  EXPECT_EQ(record.actor().purpose(), "test of the contract");
  EXPECT_EQ(record.inspection_ordered().reason(), "a new inspector");
  EXPECT_EQ(record.inspection_ordered().level(), "full");
  EXPECT_TRUE(record.inspection_ordered().named());
  EXPECT_EQ(record.inspection_ordered().clips(0), to_text(clip_.span()));
  EXPECT_TRUE(rig_.record_at(before + 1).has_access());  // of the answer

  const auto listed = list();
  EXPECT_EQ(listed.at("waiting_ordered").to_number<int>(), 1);
  EXPECT_EQ(listed.at("waiting_first").to_number<int>(), 0);
  ASSERT_THAT(listed.at("orders").as_array(), SizeIs(1));
  EXPECT_EQ(listed.at("orders").at(0).at("order_id"), made.at("order_id"));
  EXPECT_EQ(listed.at("orders").at(0).at("reason").as_string(), "a new inspector");
}

TEST_F(Inspections, an_order_tells_what_was_asked) {
  const auto made = order(R"("unit": "cab-7", "from": "2026-03-01T10:00", "zone": "Europe/London")",
                          Role::kOperations);
  EXPECT_EQ(made.at("clips").to_number<int>(), 1);
  EXPECT_EQ(made.at("level"), nullptr);
  EXPECT_EQ(made.at("asked").as_string(),
            R"({"unit":"cab-7","from":"2026-03-01T10:00","zone":"Europe/London"})");
  EXPECT_EQ(rig_.post(kInspections, R"({"reason": "x", "unit": "cab-7"})", Role::kOperations).token,
            "nothing_to_inspect");
  // A held clip is looked at like any other.
  const Reply held = rig_.post(
      "/v1/holds", R"({"clip": ")" + clip_.hex() + R"(", "reason": "case"})", Role::kInvestigator);
  EXPECT_EQ(held.status, 201U);
  EXPECT_EQ(order(R"("level": "full", "all": true)").at("clips").to_number<int>(), 1);
}

TEST_F(Inspections, every_report_stays_to_be_seen) {
  rig_.inspect(clip_, {pattern_bytes(200, 2), pattern_bytes(300, 3)},
               evidence::Report::UNDECODABLE);
  const auto listed = agreed(rig_.get(base_ + "/reports"), "GET", "/v1/clips/{id}/reports")
                          .at("reports")
                          .as_array();
  ASSERT_THAT(listed, SizeIs(2));
  EXPECT_EQ(listed.at(0).at("holds").as_bool(), false);
  EXPECT_EQ(listed.at(0).at("outcome").as_string(), "decodable");
  EXPECT_EQ(listed.at(1).at("holds").as_bool(), true);
  EXPECT_EQ(listed.at(1).at("reason_token").as_string(), "damaged");

  const auto report = [this](const std::string& query) {
    return agreed(rig_.get(base_ + "/report" + query), "GET", "/v1/clips/{id}/report");
  };
  EXPECT_EQ(report("").at("report").to_number<int>(), 2);
  EXPECT_EQ(report("").at("reports").to_number<int>(), 2);
  EXPECT_THAT(report("?report=1").at("thumbnails").as_array(), SizeIs(1));
  EXPECT_EQ(report("?report=1").at("outcome").as_string(), "decodable");
  EXPECT_EQ(report("?report=1").at("inspected_leaf"), listed.at(0).at("inspected_leaf"));

  const auto picture = [this](const std::string& which) {
    return rig_.get(base_ + "/thumbnails/" + which).body;
  };
  EXPECT_EQ(picture("0?report=1"), to_text(pattern_bytes(100, 1)));
  EXPECT_EQ(picture("0"), to_text(pattern_bytes(200, 2)));
  EXPECT_EQ(picture("1?report=2"), to_text(pattern_bytes(300, 3)));
  EXPECT_EQ(rig_.get(base_ + "/thumbnails/1?report=1").token, "thumbnail_not_found");
}

TEST_F(Inspections, attempts_that_failed_are_told) {
  ClipSpec spec;
  spec.start = at("2026-03-01T10:01:00Z");
  spec.media = pattern_bytes(1000, 2);
  const ClipId fresh = rig_.accept(spec);
  evidence::Record died = record_by_server();
  died.mutable_inspector_died()->set_clip(to_text(fresh.span()));
  died.mutable_inspector_died()->set_reason_token("killed");
  died.mutable_inspector_died()->set_reason("the inspector was killed");
  const LeafIndex leaf = rig_.submit(died);
  const std::string target = "/v1/clips/" + fresh.hex();
  const auto waiting = agreed(rig_.get(target), "GET", "/v1/clips/{id}");
  ASSERT_THAT(waiting.at("failed_attempts").as_array(), SizeIs(1));
  EXPECT_EQ(waiting.at("failed_attempts").at(0).at("reason_token").as_string(), "killed");
  EXPECT_EQ(waiting.at("failed_attempts").at(0).at("leaf").to_number<std::uint64_t>(),
            to_u64(leaf));
  rig_.inspect(fresh, {});
  const auto report = rig_.get(target + "/report").json();
  ASSERT_THAT(report.at("failed_attempts").as_array(), SizeIs(1));
  EXPECT_EQ(report.at("failed_attempts").at(0).at("reason").as_string(),
            "the inspector was killed");
}

}  // namespace
}  // namespace hansom::test
