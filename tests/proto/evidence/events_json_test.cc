// Batches of events: the dictionary, bounds, repeats, and errors that name the event and the
// member.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "proto/evidence/events_json.h"

namespace hansom::evidence {
namespace {

using ::testing::HasSubstr;

boost::json::object event(std::uint64_t sequence) {
  return {{"sequence", sequence},
          {"type", "panic_button"},
          {"time", "2026-03-01T10:00:05Z"},
          {"clock_state", "gnss"}};
}

std::string batch(boost::json::array events) {
  boost::json::object whole;
  whole["events"] = std::move(events);
  return boost::json::serialize(whole);
}

std::string refusal(const std::string& json) {
  const auto events = parse_events(json);
  return events ? "accepted" : std::string(events.error().token) + ": " + events.error().message;
}

std::string refusal_with(const std::string& name, const boost::json::value& value) {
  auto changed = event(2);
  changed[name] = value;
  return refusal(batch({event(1), changed}));
}

TEST(EventsJson, AWholeEventIsReadAndWrittenBack) {
  auto full = event(7);
  full["type"] = "audio_on";
  full["actor"] = "passenger";
  full["channel"] = 3;
  full["position"] = {{"latitude_deg", 53.43}, {"longitude_deg", -1.36}, {"accuracy_m", 4}};
  full["raw_code"] = "2/52";
  full["end"] = "2026-03-01T10:15:05Z";
  full["registration"] = "ab12 cde";
  full["unaccompanied_child"] = true;
  full["vulnerable_person"] = false;
  const auto events = parse_events(batch({full, event(8)}));
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_EQ(events->size(), 2U);
  const Event& first = events->front();
  EXPECT_EQ(first.sequence(), 7U);
  EXPECT_EQ(first.type(), "audio_on");
  EXPECT_TRUE(first.known_type());
  EXPECT_EQ(first.time_us(), 1772359205000000);
  EXPECT_EQ(first.end_us() - first.time_us(), 900'000'000);
  EXPECT_EQ(first.clock_state(), CLOCK_STATE_GNSS);
  EXPECT_EQ(first.actor(), "passenger");
  EXPECT_EQ(first.channel(), 3U);
  EXPECT_DOUBLE_EQ(first.position().latitude_deg(), 53.43);
  EXPECT_DOUBLE_EQ(first.position().accuracy_m(), 4);
  EXPECT_EQ(first.raw_code(), "2/52");
  EXPECT_EQ(first.registration(), "AB12CDE");
  EXPECT_TRUE(first.unaccompanied_child());
  EXPECT_FALSE(events->back().has_channel());
  EXPECT_FALSE(events->back().has_end_us());

  const auto again = parse_events(events_json(*events));
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals((*events)[i], (*again)[i]));
  }
}

TEST(EventsJson, UnknownTypesAreKeptAndMarked) {
  for (const std::string type : {"tns1:x", "", "a b", "ü", "panic_button\n"}) {
    EXPECT_THAT(refusal_with("type", boost::json::value(type)), HasSubstr("events[1].type"))
        << type;
  }
  auto odd = event(1);
  odd["type"] = "Device/Trigger/DigitalInput";
  const auto events = parse_events(batch({odd}));
  ASSERT_TRUE(events);
  EXPECT_EQ(events->front().type(), "Device/Trigger/DigitalInput");
  EXPECT_FALSE(events->front().known_type());
  EXPECT_FALSE(is_known_event_type("Panic_Button"));
  for (const auto type : event_types()) EXPECT_TRUE(is_known_event_type(type));
  EXPECT_TRUE(std::ranges::is_sorted(event_types()));
}

TEST(EventsJson, EveryWrongMemberIsNamedWithItsEvent) {
  for (const std::string name : {"sequence", "type", "time", "clock_state"}) {
    auto changed = event(2);
    changed.erase(name);
    EXPECT_EQ(refusal(batch({event(1), changed})),
              "events_unparsable: member events[1]." + name + ": is missing");
  }
  const std::string x129 = '"' + std::string(129, 'x') + '"';
  // Names and the JSON of values that they may not have.
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"sequence", "-1"},
      {"sequence", R"("2")"},
      {"sequence", "1.5"},
      {"type", "5"},
      {"type", x129},
      {"time", "1772359205"},
      {"time", R"("yesterday")"},
      {"clock_state", R"("sundial")"},
      {"actor", "1"},
      {"actor", x129},
      {"channel", "256"},
      {"channel", "null"},
      {"position", R"("here")"},
      {"position", R"({"latitude_deg": 1})"},
      {"position", R"({"latitude_deg": 91, "longitude_deg": 0})"},
      {"position", R"({"latitude_deg": 0, "longitude_deg": -181})"},
      {"position", R"({"latitude_deg": 0, "longitude_deg": 0, "accuracy_m": -1})"},
      {"raw_code", x129},
      {"end", R"("2026-03-01T10:00:04Z")"},
      {"registration", R"("AAAAAAAAAAAAAAAAA")"},
      {"unaccompanied_child", R"("yes")"},
      {"vulnerable_person", "1"},
  };
  for (const auto& [name, value] : wrong) {
    EXPECT_THAT(refusal_with(name, boost::json::parse(value)),
                HasSubstr("events_unparsable: member events[1]." + name))
        << value;
  }
}

TEST(EventsJson, ARepeatIsDroppedAndAContradictionRefused) {
  const auto same = parse_events(batch({event(5), event(6), event(5)}));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->size(), 2U);
  auto other = event(5);
  other["type"] = "impact";
  EXPECT_THAT(refusal(batch({event(5), event(6), other})),
              HasSubstr("events_unparsable: member events[2].sequence: 5 stands twice"));
}

TEST(EventsJson, NoneAreFineAndTooManyAreNot) {
  EXPECT_TRUE(parse_events(R"({"events": []})").value().empty());
  boost::json::array many;
  for (std::uint64_t i = 0; i < kEventsPerBatchMax; ++i) many.push_back(event(i));
  EXPECT_EQ(parse_events(batch(many)).value().size(), kEventsPerBatchMax);
  many.push_back(event(kEventsPerBatchMax));
  EXPECT_THAT(refusal(batch(many)), HasSubstr("too_many_events: "));
}

TEST(EventsJson, AnythingElseIsNotABatch) {
  for (const std::string json : {"", "[]", "{}", "null", R"({"events": {}})", R"({"events": [1]})",
                                 R"({"events": [[]]})", R"({"events": []}x)"}) {
    EXPECT_THAT(refusal(json), HasSubstr("events_unparsable: ")) << json;
  }
}

TEST(EventsJson, UnknownMembersAreIgnored) {
  auto odd = event(1);
  odd["firmware"] = {{"version", "1"}};
  EXPECT_EQ(refusal(batch({odd})), "accepted");
}

}  // namespace
}  // namespace hansom::evidence
