// Searching clips: the cases an investigator would name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/catalogue/catalogue.h"
#include "index/retention/retention.h"
#include "tests/support/rules_test.h"

namespace hansom::catalogue {
namespace {

using test::ClipSpec;
using test::kSecondUs;
using test::kStartUs;

class FindClipsTest : public test::RulesTest {
 protected:
  void SetUp() override {
    RulesTest::SetUp();
    accept(test::unit_enrolled("unit-2"));
  }
  void add_clip(const std::string& name, std::int64_t start_us, std::int64_t duration_ms = 60'000,
                const std::string& unit = "unit-1", std::uint32_t channel = 1) {
    ClipSpec spec;
    spec.name = name;
    spec.start_us = start_us;
    spec.duration_ms = duration_ms;
    spec.unit = unit;
    spec.channel = channel;
    accept(test::clip_accepted(spec));
  }
  std::vector<std::string> find(const ClipQuery& query) {
    const auto page = find_clips(index_.reader(), query);
    EXPECT_TRUE(page.has_value()) << page.error().message;
    std::vector<std::string> names;
    if (!page) return names;
    for (const ClipRow& row : page->clips) {
      for (const char* name : {"a", "b", "c", "d", "e"}) {
        if (row.id() == test::digest_text(name)) names.emplace_back(name);
      }
    }
    return names;
  }
  std::string refusal(const ClipQuery& query) {
    const auto page = find_clips(index_.reader(), query);
    return page ? "" : std::string(page.error().token);
  }
};

ClipQuery during(std::int64_t from_us, std::int64_t to_us) {
  ClipQuery query;
  query.registration = "ab12 cde";
  query.from = from_unix_us(from_us);
  query.to = from_unix_us(to_us);
  return query;
}

// A clip that begins 11 ms before the second asked for shows that second: asking for starts inside
// the interval would miss it.
TEST_F(FindClipsTest, AClipThatBeganBeforeIsFound) {
  add_clip("a", kStartUs - 11'000);
  EXPECT_THAT(find(during(kStartUs, kStartUs + kSecondUs)), testing::ElementsAre("a"));
  EXPECT_THAT(find(during(kStartUs - 12'000, kStartUs - 11'000)), testing::IsEmpty());
  EXPECT_THAT(find(during(kStartUs - 12'000, kStartUs - 10'999)), testing::ElementsAre("a"));
  const std::int64_t end = kStartUs - 11'000 + 60 * kSecondUs;
  EXPECT_THAT(find(during(end - 1, end)), testing::ElementsAre("a"));
  EXPECT_THAT(find(during(end, end + 1)), testing::IsEmpty());
}

TEST_F(FindClipsTest, ALongClipIsFoundOnEachOfItsDaysOnce) {
  add_clip("a", kStartUs, 5 * 86'400'000LL);
  for (std::int64_t day = 0; day < 5; ++day) {
    const std::int64_t from = kStartUs + day * test::kDayUs + 1;
    EXPECT_THAT(find(during(from, from + 1)), testing::ElementsAre("a")) << day;
  }
  EXPECT_THAT(find(during(kStartUs - test::kDayUs, kStartUs + 9 * test::kDayUs)),
              testing::ElementsAre("a"));
}

// Told at kStartUs; truly some minutes earlier, between one and three.
TEST_F(FindClipsTest, AClipIsFoundByItsTrueTimeCertainlyOrPossibly) {
  add_clip("a", kStartUs);
  constexpr std::int64_t kMinute = 60 * kSecondUs;
  evidence::TrueTime time;
  time.set_earliest_start_us(kStartUs - 13 * kMinute);
  time.set_latest_start_us(kStartUs - 11 * kMinute);
  time.set_earliest_end_us(kStartUs - 8 * kMinute);
  time.set_latest_end_us(kStartUs - 6 * kMinute);
  time.set_method("carried");
  const auto certain = [&](std::int64_t from_minute, std::int64_t to_minute) {
    const auto page = find_clips(index_.reader(), during(kStartUs + from_minute * kMinute,
                                                         kStartUs + to_minute * kMinute))
                          .value();
    return page.clips.empty() ? "no" : page.certain.at(0) ? "certain" : "possible";
  };
  EXPECT_STREQ(certain(0, 1), "possible");  // told is not proven
  ASSERT_TRUE(index_.submit(test::clip_timed("a", time, 1)).has_value());
  EXPECT_STREQ(certain(0, 1), "no");
  EXPECT_STREQ(certain(-14, -13), "no");
  EXPECT_STREQ(certain(-14, -12), "possible");
  EXPECT_STREQ(certain(-14, -11), "possible");
  EXPECT_STREQ(certain(-14, -10), "certain");
  EXPECT_STREQ(certain(-11, -10), "certain");
  EXPECT_STREQ(certain(-9, 0), "certain");
  EXPECT_STREQ(certain(-8, 0), "possible");
  EXPECT_STREQ(certain(-6, 0), "no");
  ClipQuery two = during(0, 1);
  two.from.reset();
  two.to.reset();
  two.spans = {{kStartUs - 60 * kMinute, kStartUs - 50 * kMinute},
               {kStartUs - 11 * kMinute, kStartUs}};
  EXPECT_EQ(find_clips(index_.reader(), two)->certain, std::vector<bool>{true});
  two.spans[1] = {kStartUs, kStartUs + kMinute};
  EXPECT_TRUE(find_clips(index_.reader(), two)->clips.empty());
  ClipQuery any;
  any.registration = "AB12CDE";
  EXPECT_EQ(find_clips(index_.reader(), any)->certain, std::vector<bool>{true});
}

// Both were told by one clock, whatever that was worth.
TEST_F(FindClipsTest, AnEventIsHeldAgainstWhatTheClipWasTold) {
  add_clip("a", kStartUs);
  evidence::Event event = test::event(1, "panic", kStartUs + 10 * kSecondUs);
  event.set_registration("AB12CDE");
  ASSERT_TRUE(index_.submit(test::events_reported("unit-1", {event})).has_value());
  evidence::TrueTime time;
  time.set_earliest_start_us(kStartUs - 3 * test::kDayUs);
  time.set_latest_start_us(kStartUs - 3 * test::kDayUs);
  time.set_earliest_end_us(kStartUs - 3 * test::kDayUs + 60 * kSecondUs);
  time.set_latest_end_us(kStartUs - 3 * test::kDayUs + 60 * kSecondUs);
  time.set_method("satellite");
  ASSERT_TRUE(index_.submit(test::clip_timed("a", time, 1)).has_value());
  ClipQuery query;
  query.event_type = "panic";
  EXPECT_THAT(find(query), testing::ElementsAre("a"));
  query.from = from_unix_us(kStartUs - 4 * test::kDayUs);
  query.to = from_unix_us(kStartUs - 2 * test::kDayUs);
  EXPECT_THAT(find(query), testing::ElementsAre("a"));
  query.from = from_unix_us(kStartUs - test::kDayUs);
  query.to = from_unix_us(kStartUs + test::kDayUs);
  EXPECT_THAT(find(query), testing::IsEmpty());
}

TEST_F(FindClipsTest, AClipWithoutAClockLiesBeforeItsArrival) {
  ClipSpec spec;
  spec.name = "a";
  spec.start_us = 0;
  spec.clock = evidence::CLOCK_STATE_UNSET;
  ASSERT_TRUE(index_.submit_at(kStartUs, test::clip_accepted(spec)).has_value());
  EXPECT_THAT(find(during(kStartUs - 1, kStartUs)), testing::ElementsAre("a"));
  EXPECT_THAT(find(during(kStartUs - 60 * kSecondUs, kStartUs - 60 * kSecondUs + 1)),
              testing::ElementsAre("a"));
  EXPECT_THAT(find(during(kStartUs, kStartUs + 1)), testing::IsEmpty());
  EXPECT_THAT(find(during(0, 100)), testing::IsEmpty());
}

TEST_F(FindClipsTest, AnImplausibleTimeIsStillFoundByNameAndByWhatItSays) {
  add_clip("a", 0);
  add_clip("b", 9'200'000'000'000'000'000);
  ClipQuery query;
  query.unit = UnitId::parse("unit-1").value();
  EXPECT_THAT(find(query), testing::ElementsAre("b", "a"));
  EXPECT_THAT(find(during(0, 1)), testing::ElementsAre("a"));
}

TEST_F(FindClipsTest, NewestOrOldestFirst) {
  add_clip("b", kStartUs + 200 * kSecondUs, 1'000'000);
  add_clip("a", kStartUs);
  add_clip("c", kStartUs + 300 * kSecondUs, 90'000'000);
  ClipQuery query;
  query.vehicle_licence = " plate1";
  EXPECT_THAT(find(query), testing::ElementsAre("c", "b", "a"));
  query.order = store::Order::kAscending;
  EXPECT_THAT(find(query), testing::ElementsAre("a", "b", "c"));
}

TEST_F(FindClipsTest, AnEventFindsEveryChannelOfItsVehicle) {
  add_clip("a", kStartUs, 60'000, "unit-1", 1);
  add_clip("b", kStartUs + 30 * kSecondUs, 60'000, "unit-2", 2);
  add_clip("c", kStartUs + 120 * kSecondUs);
  evidence::Event panic = test::event(7, "panic", kStartUs + 40 * kSecondUs);
  panic.set_registration("AB12CDE");
  evidence::Event door = test::event(8, "door", kStartUs + 59 * kSecondUs + 500'000);
  door.set_registration("AB12CDE");
  evidence::Event hired = test::event(9, "hired", kStartUs + 70 * kSecondUs);
  hired.set_registration("AB12CDE");
  hired.set_end_us(kStartUs + 130 * kSecondUs);
  accept(test::events_reported("unit-1", {panic, door, hired}));
  const auto by_type = [&](const char* type) {
    ClipQuery query;
    query.event_type = type;
    query.order = store::Order::kAscending;
    return find(query);
  };
  EXPECT_THAT(by_type("panic"), testing::ElementsAre("a", "b"));
  EXPECT_THAT(by_type("hired"), testing::ElementsAre("b", "c"));
  EXPECT_THAT(by_type("impact"), testing::IsEmpty());
  ClipQuery one;
  one.unit = UnitId::parse("unit-1").value();
  one.event_sequence = 7;
  EXPECT_THAT(find(one), testing::UnorderedElementsAre("a", "b"));
  one.event_type = "door";
  EXPECT_THAT(find(one), testing::IsEmpty());
  one.event_sequence = 99;
  EXPECT_THAT(find(one), testing::IsEmpty());
}

TEST_F(FindClipsTest, ATombstoneIsFoundByEverythingButThePerson) {
  add_clip("a", kStartUs);
  destroy("a");
  ClipQuery driver;
  driver.driver_licence = "BADGE1";
  EXPECT_THAT(find(driver), testing::IsEmpty());
  driver.registration = "AB12CDE";
  EXPECT_THAT(find(driver), testing::IsEmpty());
  ClipQuery plate;
  plate.vehicle_licence = "PLATE1";
  ClipQuery unit;
  unit.unit = UnitId::parse("unit-1").value();
  ClipQuery time;
  time.from = from_unix_us(kStartUs);
  for (const ClipQuery& query : {during(kStartUs, kStartUs + 1), plate, unit, time}) {
    ASSERT_THAT(find(query), testing::ElementsAre("a"));
    const ClipRow row = find_clips(index_.reader(), query).value().clips[0];
    EXPECT_TRUE(row.has_tombstone());
    EXPECT_FALSE(row.has_manifest());
  }
}

TEST_F(FindClipsTest, WrongQuestionsAreRefused) {
  EXPECT_EQ(refusal({}), "bad_query");
  EXPECT_EQ(refusal(during(5, 5)), "bad_query");
  EXPECT_EQ(refusal(during(6, 5)), "bad_query");
  ClipQuery query = during(1, 2);
  query.limit = 0;
  EXPECT_EQ(refusal(query), "bad_query");
  query.limit = kPageMax + 1;
  EXPECT_EQ(refusal(query), "bad_query");
  query.limit = kPageMax;
  EXPECT_EQ(refusal(query), "");
  query.registration = " - ";
  EXPECT_EQ(refusal(query), "bad_query");
  ClipQuery number;
  number.event_sequence = 1;
  EXPECT_EQ(refusal(number), "bad_query");
  EXPECT_EQ(find_events(index_.reader(), {}).error().token, "bad_query");
}

TEST_F(FindClipsTest, ACursorBelongsToItsQuery) {
  for (const char* name : {"a", "b", "c"}) add_clip(name, kStartUs);
  ClipQuery query = during(kStartUs, kStartUs + 1);
  query.limit = 2;
  const std::string cursor = find_clips(index_.reader(), query).value().next_cursor;
  ASSERT_NE(cursor, "");
  query.cursor = cursor;
  query.limit = 1;  // another page size is the same question
  EXPECT_EQ(find(query).size(), 1U);
  ClipQuery other = query;
  other.order = store::Order::kAscending;
  EXPECT_EQ(refusal(other), "bad_cursor");
  other = query;
  other.to = from_unix_us(kStartUs + 2);
  EXPECT_EQ(refusal(other), "bad_cursor");
  other = query;
  other.unit = UnitId::parse("unit-1").value();
  EXPECT_EQ(refusal(other), "bad_cursor");
  for (const std::string& damaged : {cursor.substr(1), cursor + "A", std::string("!"),
                                     std::string(2000, 'A'), "B" + cursor.substr(1)}) {
    other = query;
    other.cursor = damaged;
    EXPECT_EQ(refusal(other), "bad_cursor") << damaged;
  }
}

TEST_F(FindClipsTest, OneClip) {
  add_clip("a", kStartUs);
  EXPECT_EQ(find_clip(index_.reader(), test::clip_id("a")).value().id(), test::digest_text("a"));
  EXPECT_EQ(find_clip(index_.reader(), test::clip_id("b")).error().token, "clip_not_found");
}

}  // namespace
}  // namespace hansom::catalogue
