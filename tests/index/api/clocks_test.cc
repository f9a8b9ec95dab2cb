// Units' clocks over the people's API, and searches by true and by local time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "index/clocks/timekeeper.h"
#include "tests/index/api/agreed.h"
#include "tests/index/api/api_rig.h"

namespace hansom::test {
namespace {

using access::Role;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kClock = "/v1/units/cab-7/clock";
constexpr const char* kClockPattern = "/v1/units/{unit}/clock";

class Clocks : public testing::Test {
 protected:
  ClipId accept(std::string_view start) {
    ClipSpec spec;
    spec.start = at(start);
    spec.media = pattern_bytes(1000, ++seed_);
    return rig_.accept(spec);
  }
  void reckon() {
    clocks::Timekeeper timekeeper(rig_.index(),
                                  timeline::Zone::find(timeline::kDefaultZone).value());
    for (auto done = timekeeper.run_one(); done && *done;) done = timekeeper.run_one();
  }
  boost::json::object correct(const std::string& error_s) {
    return agreed(rig_.post(std::string(kClock) + "/corrections",
                            R"({"from": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z",
                                "uncertainty_s": 2, "reason": "speaking clock", "error_s": )" +
                                error_s + "}",
                            Role::kInvestigator),
                  "POST", "/v1/units/{unit}/clock/corrections");
  }
  boost::json::array found(const std::string& query) {
    const auto json = agreed(rig_.get("/v1/clips?" + query), "GET", "/v1/clips");
    return json.at("clips").as_array();
  }

  ApiRig rig_;
  std::uint64_t seed_ = 0;
};

TEST_F(Clocks, a_unit_without_clips_has_a_clock_of_which_nothing_is_known) {
  const auto json = agreed(rig_.get(kClock), "GET", kClockPattern);
  EXPECT_THAT(json.at("channels").as_array(), SizeIs(0));
  EXPECT_FALSE(json.at("waits").as_bool());
}

TEST_F(Clocks, the_history_and_the_statement_are_by_channel) {
  static_cast<void>(accept("2026-03-01T10:00:00Z"));
  static_cast<void>(accept("2026-03-01T11:00:00Z"));
  EXPECT_TRUE(rig_.get(kClock).json().at("waits").as_bool());
  reckon();
  const auto json = agreed(rig_.get(kClock, Role::kAuditor), "GET", kClockPattern);
  EXPECT_FALSE(json.at("waits").as_bool());
  ASSERT_THAT(json.at("channels").as_array(), SizeIs(1));
  const auto& channel = json.at("channels").at(0);
  EXPECT_EQ(channel.at("clips").to_number<int>(), 2);
  EXPECT_THAT(std::string(channel.at("statement").as_string()), HasSubstr("Unit cab-7, channel 1"));
  ASSERT_FALSE(channel.at("stretches").as_array().empty());
}

TEST_F(Clocks, a_correction_is_an_act_that_holds_until_it_is_withdrawn) {
  const ClipId clip = accept("2026-03-01T10:03:12Z");
  reckon();
  const std::uint64_t before = rig_.journal_size();
  const auto made = correct("192");
  EXPECT_EQ(made.at("text").as_string(), "00:03:12 fast, plus or minus 2 s");
  EXPECT_EQ(rig_.record_at(before).clock_corrected().error_us(), 192'000'000);
  EXPECT_EQ(rig_.record_at(before).actor().id(), "person-investigator");
  EXPECT_EQ(rig_.record_at(before).actor().purpose(), "test of the contract");
  reckon();
  auto view =
      agreed(rig_.get("/v1/clips/" + clip.hex() + "?zone=Asia/Kolkata"), "GET", "/v1/clips/{id}");
  EXPECT_EQ(view.at("time").at("method").as_string(), "corrected");
  EXPECT_EQ(view.at("time").at("earliest_start").as_string(), "2026-03-01T09:59:58Z");
  EXPECT_EQ(view.at("time").at("local_start").as_string(), "2026-03-01 15:30:00 IST (UTC+05:30)");
  EXPECT_EQ(view.at("start").as_string(), "2026-03-01T10:03:12Z");  // as told
  EXPECT_THAT(found("unit=cab-7&from=2026-03-01T10:03:12Z&to=2026-03-01T10:04:12Z"), SizeIs(0));
  const auto clock =
      agreed(rig_.get(std::string(kClock) + "?at=2026-03-01T10:00"), "GET", kClockPattern);
  EXPECT_THAT(std::string(clock.at("channels").at(0).at("statement").as_string()),
              HasSubstr("the recorder's clock was 00:03:12 fast, plus or minus 2 s"));

  const std::string path = std::string(kClock) + "/corrections/" +
                           std::string(made.at("correction_id").as_string()) + "/withdraw";
  agreed(rig_.post(path, R"({"reason": "another unit"})", Role::kOperations), "POST",
         "/v1/units/{unit}/clock/corrections/{id}/withdraw");
  reckon();
  view = rig_.get("/v1/clips/" + clip.hex()).json();
  EXPECT_NE(view.at("time").at("method").as_string(), "corrected");
  const auto corrections = rig_.get(kClock).json().at("corrections").as_array();
  ASSERT_THAT(corrections, SizeIs(1));
  EXPECT_EQ(corrections.at(0).at("withdraw_reason").as_string(), "another unit");
  EXPECT_EQ(corrections.at(0).at("person").as_string(), "person-investigator");
}

TEST_F(Clocks, an_auditor_corrects_nothing) {
  EXPECT_EQ(rig_.post(std::string(kClock) + "/corrections", "{}", Role::kAuditor).token,
            "forbidden");
}

TEST_F(Clocks, a_local_time_that_comes_twice_is_asked_for_at_both_instants) {
  const ClipId summer = accept("2026-10-25T00:29:30Z");
  const ClipId winter = accept("2026-10-25T01:29:30Z");
  const auto json =
      agreed(rig_.get("/v1/clips?unit=cab-7&at=2026-10-25T01:30&order=oldest"), "GET", "/v1/clips");
  ASSERT_THAT(json.at("clips").as_array(), SizeIs(2));
  EXPECT_EQ(json.at("clips").at(0).at("clip").as_string(), summer.hex());
  EXPECT_EQ(json.at("clips").at(1).at("clip").as_string(), winter.hex());
  EXPECT_EQ(json.at("clips").at(0).at("found").as_string(), "possible");  // nothing was reckoned
  const auto& asked = json.at("asked");
  EXPECT_EQ(asked.at("zone").as_string(), "Europe/London");
  ASSERT_THAT(asked.at("spans").as_array(), SizeIs(2));
  EXPECT_EQ(asked.at("spans").at(0).at("from").as_string(), "2026-10-25T00:30:00Z");
  EXPECT_EQ(asked.at("spans").at(1).at("from").as_string(), "2026-10-25T01:30:00Z");
  EXPECT_THAT(std::string(asked.at("says").as_string()), HasSubstr("UTC+01:00"));
  EXPECT_THAT(std::string(asked.at("says").as_string()), HasSubstr("UTC+00:00"));
  EXPECT_EQ(json.at("clips").at(0).at("local").at("earliest_start").as_string(),
            "2026-10-25 01:29:30 BST (UTC+01:00)");
  EXPECT_THAT(found("unit=cab-7&at=2026-10-25T01:30:00Z"), SizeIs(1));
  EXPECT_THAT(found("unit=cab-7&at=2026-10-25T02:30&zone=Europe/Paris"), SizeIs(2));
  EXPECT_THAT(found("unit=cab-7&at=2026-10-25T01:30&zone=UTC"), SizeIs(1));
  EXPECT_THAT(found("unit=cab-7&from=2026-10-25T01:29&to=2026-10-25T01:31"), SizeIs(2));
  EXPECT_THAT(found("unit=cab-7&from=2026-10-25T01:31&to=2026-10-25T01:32"), SizeIs(0));
}

TEST_F(Clocks, the_sites_zone_stands_where_a_question_names_none) {
  const ClipId clip = accept("2026-07-01T10:00:00Z");
  rig_.reopen([](api::PeopleApiDependencies& use) { use.zone = "Asia/Kolkata"; });
  const auto json =
      agreed(rig_.get("/v1/clips?unit=cab-7&at=2026-07-01T15:30:10"), "GET", "/v1/clips");
  ASSERT_THAT(json.at("clips").as_array(), SizeIs(1));
  EXPECT_EQ(json.at("asked").at("zone").as_string(), "Asia/Kolkata");
  EXPECT_EQ(json.at("clips").at(0).at("local").at("earliest_start").as_string(),
            "2026-07-01 15:30:00 IST (UTC+05:30)");
  EXPECT_EQ(rig_.get("/v1/clips/" + clip.hex()).json().at("local").at("zone").as_string(),
            "Asia/Kolkata");
  EXPECT_EQ(rig_.get(kClock).json().at("zone").as_string(), "Asia/Kolkata");
  // One that is named holds, and an offset needs none.
  EXPECT_THAT(found("unit=cab-7&at=2026-07-01T11:00:10&zone=Europe/London"), SizeIs(1));
  EXPECT_THAT(found("unit=cab-7&at=2026-07-01T10:00:10Z"), SizeIs(1));
  EXPECT_THAT(found("unit=cab-7&at=2026-07-01T11:00:10"), SizeIs(0));
}

}  // namespace
}  // namespace hansom::test
