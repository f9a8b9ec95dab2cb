// True start and export time of ONVIF's export files.
#include <gtest/gtest.h>

#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

constexpr std::uint64_t k1601To1970 = 116'444'736'000'000'000;  // in 100 ns
constexpr std::uint64_t kStart = k1601To1970 + 17'747'459'995'000'000;

TEST(OnvifExport, StartTimesStandInMetaAndInEverySigning) {
  TrackSpec track;
  track.id = 3;
  const std::string cstb = box("cstb", be(4, 2) + be(4, 3) + be(8, kStart) + be(4, 9) + be(8, 0));
  const std::string again = box("cstb", be(4, 1) + be(4, 3) + be(8, kStart + 10));
  const std::string ipro =
      full_box("ipro", be(2, 1) + box("sinf", box("schm", zeros(12)) + box("schi", cstb)) +
                           box("sinf", again));
  const std::string meta = full_box("meta", full_box("hdlr", zeros(20)) + cstb + ipro);
  const auto times = times_of(found_in(meta + movie({track})), "cstb");
  ASSERT_EQ(times.size(), 5U);
  EXPECT_EQ(times[0].stream, 0);
  EXPECT_EQ(times[0].value, std::to_string(kStart));
  EXPECT_EQ(times[0].unix_us, 1'774'745'999'500'000);
  EXPECT_EQ(times[0].media_us, 0);
  EXPECT_EQ(times[0].offset, 12 + 32 + 8 + 4 + 4);
  EXPECT_EQ(times[2].unix_us, 1'774'745'999'500'001);
  // Of a track that is not there; never set.
  EXPECT_EQ(times[4].stream, -1);
  EXPECT_FALSE(times[4].unix_us);
}

TEST(OnvifExport, ACountThatLiesReadsWhatIsThere) {
  const std::string cstb = box("cstb", be(4, 0xffffffff) + be(4, 1) + be(8, kStart) + be(4, 1));
  const auto times = times_of(found_in(full_box("meta", cstb)), "cstb");
  EXPECT_EQ(times.size(), 1U);
}

TEST(OnvifExport, TheExportTimeStandsAfterThreeTexts) {
  const std::string texts = std::string("NVR-2") + '\0' + '\0' + "08:00:27:00:0C:15" + '\0';
  const std::string suep =
      full_box("suep", texts + be(8, 2'082'844'800ULL + 1'774'745'999ULL) + '\0' + be(4, 0), 1);
  const std::string clip = full_box("meta", suep);
  const auto times = times_of(found_in(clip), "suep");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].unix_us, utc_us("2026-03-29T00:59:59Z"));
  EXPECT_EQ(times[0].offset, 12 + 8 + 4 + texts.size());
  EXPECT_TRUE(times_of(found_in(clip.substr(0, 12 + 8 + 4 + texts.size() + 7)), "suep").empty());
}

}  // namespace
}  // namespace hansom::ingest
