// Questions in people's times, and whether a clip was there then.
#include "index/timeline/asked.h"

#include <gtest/gtest.h>

#include "tests/index/timeline/unit_maker.h"

namespace hansom::timeline {
namespace {

using test::at;
using test::london;

std::vector<std::string> spans(std::string_view from, std::string_view until) {
  const auto asked = asked_spans(london(), from, until);
  if (!asked) return {"error " + std::string(asked.error().token)};
  std::vector<std::string> out;
  for (const Bounds& span : asked->spans) {
    out.push_back(to_rfc3339(from_unix_us(span.lo)) + " " + to_rfc3339(from_unix_us(span.hi)));
  }
  return out;
}
using Texts = std::vector<std::string>;

TEST(Asked, TheHourThatComesTwiceIsAskedTwice) {
  EXPECT_EQ(spans("2026-10-25 01:30", "2026-10-25 01:45"),
            (Texts{"2026-10-25T00:30:00Z 2026-10-25T00:45:00Z",
                   "2026-10-25T01:30:00Z 2026-10-25T01:45:00Z"}));
  const auto asked = asked_spans(london(), "2026-10-25 01:30", "2026-10-25 01:30");
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked->spans.size(), 2U);
  EXPECT_NE(asked->says.find("comes twice in Europe/London"), std::string::npos) << asked->says;
  EXPECT_NE(asked->says.find("BST (UTC+01:00)"), std::string::npos) << asked->says;
  EXPECT_NE(asked->says.find("GMT (UTC+00:00)"), std::string::npos) << asked->says;
}

TEST(Asked, AnEndThatIsNotGivenIsOpen) {
  const auto from = asked_spans(london(), "2026-10-25 01:30", std::nullopt);
  ASSERT_TRUE(from.has_value());
  EXPECT_EQ(from->spans, (std::vector<Bounds>{{at("2026-10-25T00:30:00Z"), kFarUs}}));
  const auto until = asked_spans(london(), std::nullopt, "2026-10-25 01:30");
  ASSERT_TRUE(until.has_value());
  EXPECT_EQ(until->spans, (std::vector<Bounds>{{-kFarUs, at("2026-10-25T01:30:00Z")}}));
}

TEST(Asked, AMomentIsEveryInstantItMeans) {
  const std::int64_t summer = at("2026-10-25T00:30:00Z");
  const std::int64_t winter = at("2026-10-25T01:30:00Z");
  EXPECT_EQ(asked_moment(london(), "2026-10-25 01:30")->spans,
            (std::vector<Bounds>{{summer, summer}, {winter, winter}}));
  EXPECT_EQ(asked_moment(london(), "2026-10-25T01:30:00Z")->spans,
            (std::vector<Bounds>{{winter, winter}}));
  const std::int64_t change = at("2026-03-29T01:00:00Z");
  const auto never = asked_moment(london(), "2026-03-29 01:30");
  EXPECT_EQ(never->spans, (std::vector<Bounds>{{change, change}}));
  EXPECT_NE(never->says.find("does not exist"), std::string::npos) << never->says;
  EXPECT_EQ(asked_moment(london(), "noon").error().token, "bad_time");
}

TEST(Asked, OneEndInItMeansTheLongerSpan) {
  EXPECT_EQ(spans("2026-10-25 00:30", "2026-10-25 01:30"),
            Texts{"2026-10-24T23:30:00Z 2026-10-25T01:30:00Z"});
  EXPECT_EQ(spans("2026-10-25 01:30", "2026-10-25 02:30"),
            Texts{"2026-10-25T00:30:00Z 2026-10-25T02:30:00Z"});
  // One that states its offset is one instant, whatever the zone.
  EXPECT_EQ(spans("2026-10-25T01:30:00+01:00", "2026-10-25T01:45:00+01:00"),
            Texts{"2026-10-25T00:30:00Z 2026-10-25T00:45:00Z"});
}

TEST(Asked, AnEndThatDoesNotExistIsTheChange) {
  EXPECT_EQ(spans("2026-03-29 00:30", "2026-03-29 01:30"),
            Texts{"2026-03-29T00:30:00Z 2026-03-29T01:00:00Z"});
  EXPECT_EQ(spans("2026-03-29 01:15", "2026-03-29 01:45"),
            Texts{"2026-03-29T01:00:00Z 2026-03-29T01:00:00Z"});
}

TEST(Asked, RefusesWhatIsNoQuestion) {
  EXPECT_EQ(spans("2026-07-01 12:00", "2026-07-01 11:00"), Texts{"error bad_query"});
  EXPECT_EQ(spans("noon", "2026-07-01 11:00"), Texts{"error bad_time"});
}

TEST(Asked, CertainlyAndPossibly) {
  const std::int64_t noon = at("2026-07-01T12:00:00Z");
  FusedClip clip;  // began within a minute of noon, ran for one
  clip.start = {noon - kMinuteUs, noon + kMinuteUs};
  clip.end = {noon, noon + 2 * kMinuteUs};
  const auto when = [&](std::int64_t from, std::int64_t until) {
    return presence(clip, Bounds{noon + from, noon + until});
  };
  EXPECT_EQ(when(-kHourUs, kHourUs), Presence::kCertain);
  EXPECT_EQ(when(0, kMinuteUs), Presence::kCertain);
  EXPECT_EQ(when(0, kMinuteUs - 1), Presence::kPossible);  // it may begin only then
  EXPECT_EQ(when(1, kHourUs), Presence::kPossible);        // it may be over by then
  EXPECT_EQ(when(2 * kMinuteUs, kHourUs), Presence::kPossible);
  EXPECT_EQ(when(2 * kMinuteUs + 1, kHourUs), Presence::kNo);
  EXPECT_EQ(when(-kHourUs, -kMinuteUs), Presence::kPossible);
  EXPECT_EQ(when(-kHourUs, -kMinuteUs - 1), Presence::kNo);
  Asked asked;
  asked.spans = {{noon - kHourUs, noon - kHourUs}, {noon, noon + kMinuteUs}};
  EXPECT_EQ(presence(clip, asked), Presence::kCertain);
}

}  // namespace
}  // namespace hansom::timeline
