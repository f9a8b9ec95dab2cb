// Times and positions that movies tell as text.
#include <gtest/gtest.h>

#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

std::string key(std::string_view name) {
  return be(4, 8 + name.size()) + "mdta" + std::string(name);
}
std::string item(std::uint32_t number, std::string_view text) {
  return box(be(4, number), box("data", be(4, 1) + zeros(4) + std::string(text)));
}
std::string text_item(std::string_view type, std::string_view text) {
  return box(type, be(2, text.size()) + be(2, 0x15c7) + std::string(text));
}

TEST(UserData, KeysTellDateWithOffsetAndPosition) {
  const std::string keys = full_box("keys", be(4, 3) + key("com.apple.quicktime.make") +
                                                key("com.apple.quicktime.location.ISO6709") +
                                                key("com.apple.quicktime.creationdate"));
  const std::string ilst =
      box("ilst", item(1, "Apple") + item(2, "+32.0929+034.8620+028.516/") +
                      item(3, "2019-07-24T11:25:40+0300") + item(4, "2019") + item(0, "x"));
  std::string inside = full_box("hdlr", zeros(20));
  inside += keys;
  inside += ilst;
  for (const std::string& meta : {box("meta", inside), full_box("meta", inside)}) {
    const std::string clip = movie({}, meta);
    const Found found = found_in(clip);
    const auto times = times_of(found, "com.apple.quicktime.creationdate");
    ASSERT_EQ(times.size(), 1U);
    EXPECT_EQ(times[0].value, "2019-07-24T11:25:40+0300");
    EXPECT_EQ(times[0].unix_us, utc_us("2019-07-24T08:25:40Z"));
    EXPECT_EQ(times[0].offset, clip.find("2019-07-24T11"));
    const auto places = positions_of(found, "com.apple.quicktime.location.ISO6709");
    ASSERT_EQ(places.size(), 1U);
    EXPECT_DOUBLE_EQ(places[0].longitude_deg, 34.8620);
    EXPECT_EQ(places[0].altitude_m, 28.516);
    EXPECT_EQ(places[0].value, "+32.0929+034.8620+028.516/");
  }
}

TEST(UserData, BoxesTellSeveralTextsOfTheirTrack) {
  TrackSpec track;
  track.more = box("udta", text_item("\251day", "2026-03-29 00:59:59"));
  const std::string two = be(2, 4) + be(2, 0) + "2026" + be(2, 4) + be(2, 0) + "2027";
  const std::string clip =
      movie({track}, box("udta", box("\251day", two) + text_item("\251xyz", "+51.4169-000.0806/")));
  const Found found = found_in(clip);
  const auto days = times_of(found, "udta:day");
  ASSERT_EQ(days.size(), 3U);
  EXPECT_EQ(days[1].value, "2027");
  EXPECT_EQ(days[2].stream, 0);
  EXPECT_FALSE(days[2].unix_us) << "no zone is told";
  const auto places = positions_of(found, "udta:xyz");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_DOUBLE_EQ(places[0].longitude_deg, -0.0806);
  EXPECT_EQ(places[0].offset, clip.find("+51.4169"));
}

TEST(UserData, ItemsOfUserDataAreRead) {
  const std::string meta = full_box(
      "meta",
      full_box("hdlr", zeros(20)) +
          box("ilst", box("\251day", box("data", be(4, 1) + zeros(4) + "2017-09-05T13:53:54Z"))));
  const auto times = times_of(found_in(movie({}, box("udta", meta))), "ilst:day");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].unix_us, utc_us("2017-09-05T13:53:54Z"));
}

TEST(UserData, LociIsFixedPoint) {
  const std::string place = be(4, static_cast<std::uint32_t>(-74 * 65'536 - 32'768)) +
                            be(4, 40 * 65'536 + 16'384) + be(4, 655'360);
  const std::string loci = full_box("loci", be(2, 0x15c7) + std::string("home") + '\0' + be(1, 0) +
                                                place + "earth" + '\0' + '\0');
  const auto places = positions_of(found_in(movie({}, box("udta", loci))), "loci");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_DOUBLE_EQ(places[0].longitude_deg, -74.5);
  EXPECT_DOUBLE_EQ(places[0].latitude_deg, 40.25);
  EXPECT_EQ(places[0].altitude_m, 10);
  EXPECT_EQ(places[0].value, "-4882432 2637824 655360");
}

TEST(UserData, TextsThatClaimTooMuchAreNone) {
  const std::string lies =
      box("udta", box("\251day", be(2, 500) + be(2, 0) + "2026") + box("\251xyz", "+5") +
                      full_box("loci", be(2, 0) + "no end"));
  const std::string keys =
      full_box("keys", be(4, 0xffffffff) + be(4, 7) + "mdta") + box("ilst", item(1, "2026"));
  const Found found = found_in(movie({}, lies + box("meta", keys)));
  EXPECT_TRUE(times_of(found, "udta:day").empty());
  EXPECT_TRUE(found.tracks().empty());
}

}  // namespace
}  // namespace hansom::ingest
