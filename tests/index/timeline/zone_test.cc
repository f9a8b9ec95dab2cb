// Times of day in IANA zones: the hour that comes twice, the one that never comes, half hours,
// history.
#include "index/timeline/zone.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace hansom::timeline {
namespace {

Zone zone(std::string_view name) {
  auto found = Zone::find(name);
  if (!found) throw std::runtime_error(found.error().message);
  return *std::move(found);
}

std::vector<std::string> instants(std::string_view name, std::string_view text) {
  const auto reading = zone(name).read(text);
  if (!reading) return {"error " + std::string(reading.error().token)};
  std::vector<std::string> out;
  for (const auto& instant : reading->instants) {
    out.push_back(to_rfc3339(instant.time) + " " + offset_text(instant.offset));
  }
  return out;
}

using Texts = std::vector<std::string>;

TEST(Zone, OrdinaryTimesAreOneInstant) {
  EXPECT_EQ(instants("Europe/London", "2026-07-01 12:00"), Texts{"2026-07-01T11:00:00Z UTC+01:00"});
  EXPECT_EQ(instants("Europe/London", "2026-01-01 12:00:30"),
            Texts{"2026-01-01T12:00:30Z UTC+00:00"});
  EXPECT_EQ(instants("Europe/London", "2026-07-01T12:00:00Z"),
            Texts{"2026-07-01T12:00:00Z UTC+01:00"});
  EXPECT_EQ(instants("Europe/London", "2037-07-01 12:00"), Texts{"2037-07-01T11:00:00Z UTC+01:00"});
}

TEST(Zone, TheHourThatComesTwiceIsTwoInstants) {
  EXPECT_EQ(instants("Europe/London", "2026-10-25 01:30"),
            (Texts{"2026-10-25T00:30:00Z UTC+01:00", "2026-10-25T01:30:00Z UTC+00:00"}));
  // Its edges: 01:00 comes twice, 02:00 once.
  EXPECT_EQ(instants("Europe/London", "2026-10-25 00:59:59").size(), 1U);
  EXPECT_EQ(instants("Europe/London", "2026-10-25 01:00:00").size(), 2U);
  EXPECT_EQ(instants("Europe/London", "2026-10-25 01:59:59").size(), 2U);
  EXPECT_EQ(instants("Europe/London", "2026-10-25 02:00:00").size(), 1U);
  // One that states its offset is one of the two.
  EXPECT_EQ(instants("Europe/London", "2026-10-25T01:30:00+01:00"),
            Texts{"2026-10-25T00:30:00Z UTC+01:00"});
  const auto reading = zone("Europe/London").read("2026-10-25 01:30");
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(explain(*reading),
            "01:30:00 on 25 October 2026 comes twice in Europe/London, because clocks went back at "
            "2026-10-25T01:00:00Z: first at 2026-10-25T00:30:00Z, which is BST (UTC+01:00), then "
            "at 2026-10-25T01:30:00Z, which is GMT (UTC+00:00). Both are meant.");
}

TEST(Zone, TheHourThatNeverComesIsNone) {
  EXPECT_EQ(instants("Europe/London", "2026-03-29 00:59:59").size(), 1U);
  EXPECT_EQ(instants("Europe/London", "2026-03-29 01:00:00"), Texts{});
  EXPECT_EQ(instants("Europe/London", "2026-03-29 01:59:59"), Texts{});
  EXPECT_EQ(instants("Europe/London", "2026-03-29 02:00:00"),
            Texts{"2026-03-29T01:00:00Z UTC+01:00"});
  const auto reading = zone("Europe/London").read("2026-03-29 01:30");
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(
      explain(*reading),
      "01:30:00 on 29 March 2026 does not exist in Europe/London: at 2026-03-29T01:00:00Z clocks "
      "went forward from 01:00:00 (UTC+00:00) to 02:00:00 (UTC+01:00). A clock that was not "
      "put forward showed it at 2026-03-29T01:30:00Z.");
}

TEST(Zone, HalfHoursAndQuarters) {
  EXPECT_EQ(instants("Asia/Kolkata", "2026-05-01 12:00"), Texts{"2026-05-01T06:30:00Z UTC+05:30"});
  EXPECT_EQ(instants("Asia/Kathmandu", "2026-05-01 12:00"),
            Texts{"2026-05-01T06:15:00Z UTC+05:45"});
  EXPECT_EQ(instants("America/St_Johns", "2026-01-01 12:00"),
            Texts{"2026-01-01T15:30:00Z UTC-03:30"});
  // Lord Howe's clocks move by half an hour: 01:45 twice, 02:15 never.
  EXPECT_EQ(instants("Australia/Lord_Howe", "2026-04-05 01:45"),
            (Texts{"2026-04-04T14:45:00Z UTC+11:00", "2026-04-04T15:15:00Z UTC+10:30"}));
  EXPECT_EQ(instants("Australia/Lord_Howe", "2026-10-04 02:15"), Texts{});
}

TEST(Zone, HistoryIsKept) {
  // Double summer time, and the years of British Standard Time.
  EXPECT_EQ(instants("Europe/London", "1970-01-15 12:00"), Texts{"1970-01-15T11:00:00Z UTC+01:00"});
  EXPECT_EQ(zone("Europe/London").at(from_unix_us(-806'976'000'000'000)).offset,
            std::chrono::hours(2));  // 6 June 1944
  // Samoa had no 30 December 2011.
  EXPECT_EQ(instants("Pacific/Apia", "2011-12-30 12:00"), Texts{});
  EXPECT_EQ(instants("Pacific/Apia", "2011-12-31 12:00"), Texts{"2011-12-30T22:00:00Z UTC+14:00"});
  EXPECT_EQ(instants("Asia/Shanghai", "2026-10-25 09:30"), Texts{"2026-10-25T01:30:00Z UTC+08:00"});
}

TEST(Zone, ShowsTheOffsetAlways) {
  const Zone london = zone(kDefaultZone);
  const auto show = [&](std::string_view text) { return london.show(from_rfc3339(text).value()); };
  EXPECT_EQ(show("2026-10-25T00:30:00Z"), "2026-10-25 01:30:00 BST (UTC+01:00)");
  EXPECT_EQ(show("2026-10-25T01:30:00Z"), "2026-10-25 01:30:00 GMT (UTC+00:00)");
  EXPECT_EQ(show("2040-07-01T01:30:00Z"), "2040-07-01 01:30:00 UTC");
  EXPECT_EQ(zone("Asia/Kathmandu").show(from_unix_us(0)), "1970-01-01 05:30:00 UTC+05:30");
}

TEST(Zone, EveryReadingIsAnInverseOfShowing) {
  for (const char* name : {"Europe/London", "Australia/Lord_Howe", "America/New_York", "UTC"}) {
    const Zone here = zone(name);
    // Every 17 minutes through a year: an instant is among those its own wall time means.
    for (std::int64_t us = 1'767'225'600'000'000; us < 1'798'761'600'000'000;
         us += 17 * 60'000'000LL) {
      const LocalTime wall{std::chrono::microseconds(us + here.offset_us(us))};
      const auto reading = here.read(wall);
      ASSERT_TRUE(reading.has_value()) << name << us;
      EXPECT_TRUE(std::ranges::any_of(
          reading->instants, [us](const auto& instant) { return to_unix_us(instant.time) == us; }))
          << name << " " << us;
      ASSERT_LE(reading->instants.size(), 2U);
    }
  }
}

TEST(Zone, RefusesWhatItDoesNotKnow) {
  for (const char* name : {"", "London", "Europe/Nowhere", "../../etc/passwd", "/etc/passwd"}) {
    const auto found = Zone::find(name);
    ASSERT_FALSE(found.has_value()) << name;
    EXPECT_EQ(found.error().token, "bad_parameter") << name;
  }
  EXPECT_EQ(instants("Europe/London", "2038-07-01 12:00"), Texts{"error bad_time"});
  EXPECT_EQ(instants("Europe/London", "26-10-25 01:30"), Texts{"error bad_time"});
  EXPECT_EQ(instants("Europe/London", "half past one"), Texts{"error bad_time"});
}

}  // namespace
}  // namespace hansom::timeline
