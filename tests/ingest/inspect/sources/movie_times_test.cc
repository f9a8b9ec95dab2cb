// Creation and modification times of movie boxes, and producer reference times.
#include <gtest/gtest.h>

#include "ingest/inspect/inspector/sources/epochs.h"
#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

constexpr std::uint64_t kFrom1904To1970 = 2'082'844'800;
constexpr std::uint64_t kMarch = kFrom1904To1970 + 1'774'745'999;  // 2026-03-29T00:59:59Z

TEST(MovieTimes, HeadersOfVersion0And1AreReadAsTheyStand) {
  const std::string head = box("ftyp", "isom");
  const std::string mvhd = full_box("mvhd", be(4, kMarch) + be(4, kMarch + 60) + zeros(92));
  const std::string tkhd = full_box("tkhd", be(8, kMarch) + be(8, kMarch + 1) + zeros(80), 1);
  const std::string mdhd = full_box("mdhd", be(8, kMarch) + be(8, 1ULL << 60) + zeros(20), 1);
  const std::string clip = head + box("moov", mvhd + box("trak", tkhd + box("mdia", mdhd)));
  const Found found = found_in(clip);

  const auto created = times_of(found, "mvhd");
  ASSERT_EQ(created.size(), 1U);
  EXPECT_EQ(created[0].value, std::to_string(kMarch));
  EXPECT_EQ(created[0].unix_us, utc_us("2026-03-29T00:59:59Z"));
  EXPECT_EQ(created[0].stream, -1);
  EXPECT_EQ(created[0].offset, head.size() + 8 + 8 + 4);
  EXPECT_EQ(times_of(found, "mvhd:modification")[0].unix_us, utc_us("2026-03-29T01:00:59Z"));
  EXPECT_EQ(times_of(found, "tkhd")[0].unix_us, utc_us("2026-03-29T00:59:59Z"));
  EXPECT_EQ(times_of(found, "tkhd")[0].stream, 0);
  const auto modified = times_of(found, "mdhd:modification");
  ASSERT_EQ(modified.size(), 1U);
  EXPECT_EQ(modified[0].value, "1152921504606846976");
  EXPECT_FALSE(modified[0].unix_us) << "no such year";
  EXPECT_EQ(modified[0].offset, clip.size() - 28);
}

TEST(MovieTimes, ZeroIsFoundAndMeansNothing) {
  const auto times = times_of(found_in(movie({})), "mvhd");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].value, "0");
  EXPECT_FALSE(times[0].unix_us);
}

TEST(MovieTimes, ACutHeaderTellsWhatIsThere) {
  const std::string whole = box("moov", full_box("mvhd", be(4, kMarch) + be(4, 5) + zeros(92)));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Found found = found_in(whole.substr(0, size));
    EXPECT_EQ(times_of(found, "mvhd").size(), size >= 24 ? 1U : 0U) << size;
    EXPECT_EQ(times_of(found, "mvhd:modification").size(), size >= 28 ? 1U : 0U) << size;
  }
}

TEST(MovieTimes, BoxesThatLieAboutTheirSizeEndTheWalk) {
  const std::string mvhd = full_box("mvhd", be(4, kMarch) + zeros(96));
  EXPECT_TRUE(times_of(found_in(be(4, 4) + "free" + box("moov", mvhd)), "mvhd").empty());
  EXPECT_TRUE(
      times_of(found_in(be(4, 1) + "free" + be(8, 15) + box("moov", mvhd)), "mvhd").empty());
  EXPECT_EQ(times_of(found_in(be(4, 1) + "free" + be(8, 16) + box("moov", mvhd)), "mvhd").size(),
            1U);
  EXPECT_EQ(times_of(found_in(be(4, 0) + "moov" + mvhd), "mvhd").size(), 1U);
  EXPECT_EQ(times_of(found_in(be(4, 0xffffffff) + "moov" + mvhd), "mvhd").size(), 1U);
}

TEST(ReferenceTimes, ANtpTimeStandsAtAMediaTime) {
  TrackSpec track;
  track.id = 7;
  track.timescale = 90'000;
  // 2026-03-01T10:00:00.5Z in seconds since 1900.
  const std::string ntp = be(4, 3'981'348'000) + be(4, 0x80000000);
  const std::string prft = full_box("prft", be(4, 7) + ntp + be(8, 135'000), 1, 24);
  const std::string clip = movie({track});
  const auto times = times_of(found_in(clip + prft), "prft");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].unix_us, (3'981'348'000LL - 2'208'988'800LL) * 1'000'000 + 500'000);
  EXPECT_EQ(times[0].media_us, 1'500'000);
  EXPECT_EQ(times[0].stream, 0);
  EXPECT_EQ(times[0].value, "17099759456142491648 flags 24 media 135000");
  EXPECT_EQ(times[0].offset, clip.size() + 16);

  const std::string narrow = full_box("prft", be(4, 9) + ntp + be(4, 1));
  const auto stray = times_of(found_in(clip + narrow), "prft");
  ASSERT_EQ(stray.size(), 1U);
  EXPECT_EQ(stray[0].stream, -1) << "of a track that is not there";
  EXPECT_FALSE(stray[0].media_us);
}

TEST(Epochs, AreWhereTheirStandardsPutThem) {
  EXPECT_EQ(from_1904(kFrom1904To1970), 0);
  EXPECT_EQ(from_ntp(2'208'988'800ULL << 32), 0);
  EXPECT_EQ(from_ntp(0), utc_us("2036-02-07T06:28:16Z")) << "the next era";
  EXPECT_EQ(from_1601(116'444'736'000'000'000ULL), 0);
  EXPECT_FALSE(from_1904(~0ULL));
  EXPECT_FALSE(from_1601(~0ULL));
  EXPECT_EQ(from_civil(2026, 3, 29, 0, 59, 60), utc_us("2026-03-29T01:00:00Z"));
  EXPECT_FALSE(from_civil(2026, 2, 29, 0, 0, 0));
  EXPECT_FALSE(from_civil(2026, 1, 1, 24, 0, 0));
}

}  // namespace
}  // namespace hansom::ingest
