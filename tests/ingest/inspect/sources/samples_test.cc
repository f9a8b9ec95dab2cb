// The samples of a track: where they lie and when they come, whatever the tables claim.
#include <gtest/gtest.h>

#include "ingest/inspect/inspector/sources/samples.h"
#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

struct Seen {
  std::string bytes;
  std::int64_t media_us = 0;
};

std::vector<Seen> samples_of(const std::string& clip, LookBudget budget = LookBudget::whole()) {
  const ByteSpan bytes(reinterpret_cast<const std::uint8_t*>(clip.data()), clip.size());
  const Movie movie = read_movie(bytes, budget);
  std::vector<Seen> seen;
  for (const MovieTrack& track : movie.tracks) {
    for_each_sample(bytes, track, budget, [&seen](const Sample& sample) {
      seen.push_back(
          {std::string(sample.bytes.begin(), sample.bytes.end()), sample.media_us.value_or(-1)});
      return true;
    });
  }
  return seen;
}

// A track whose tables are given; its samples lie at `where`.
std::string tables(const std::string& stts, const std::string& stsc, const std::string& stsz,
                   const std::string& chunks) {
  const std::string stbl =
      full_box("stts", stts) + full_box("stsc", stsc) + full_box("stsz", stsz) + chunks;
  const std::string mdia =
      full_box("mdhd", zeros(8) + be(4, 1000) + zeros(8)) + box("minf", box("stbl", stbl));
  return box("moov", box("trak", box("mdia", mdia)));
}

TEST(Samples, ComeInOrderWithTheirTimes) {
  TrackSpec track;
  track.samples = {"one", "two2", "t"};
  track.sample_duration = 500;
  const auto seen = samples_of(movie({track}));
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[1].bytes, "two2");
  EXPECT_EQ(seen[2].media_us, 1'000'000);
}

TEST(Samples, ChunksHoldSeveralAndOffsetsMayBeWide) {
  const std::string head = "abcdefghij";
  const std::string co64 = full_box("co64", be(4, 2) + be(8, 8) + be(8, 14));
  const std::string clip =
      box("free", head) +
      tables(be(4, 2) + be(4, 2) + be(4, 40) + be(4, 9) + be(4, 100),
             be(4, 2) + be(4, 1) + be(4, 3) + be(4, 1) + be(4, 2) + be(4, 2) + be(4, 1),
             be(4, 2) + be(4, 5), co64);
  const auto seen = samples_of(clip);
  ASSERT_EQ(seen.size(), 5U);
  EXPECT_EQ(seen[2].bytes, "ef");
  EXPECT_EQ(seen[3].bytes, "gh");
  EXPECT_EQ(seen[3].media_us, 180'000);
  EXPECT_EQ(seen[4].media_us, 280'000);
}

TEST(Samples, TablesThatLieEndOrAreCut) {
  const std::string stts = be(4, 1) + be(4, 1) + be(4, 40);
  const std::string one_chunk = full_box("stco", be(4, 1) + be(4, 8));
  const std::string all = be(4, 1) + be(4, 1) + be(4, 0xffffffff) + be(4, 1);
  // Counts without entries.
  EXPECT_TRUE(
      samples_of(box("free", "abc") + tables(stts, all, be(4, 0) + be(4, 0xffffffff), one_chunk))
          .empty());
  EXPECT_TRUE(samples_of(box("free", "abc") + tables(stts, all, be(4, 1) + be(4, 9),
                                                     full_box("stco", be(4, 0xffffffff))))
                  .empty());
  // More samples than the clip has bytes: those that lie in it.
  const std::string clip =
      box("free", "abc") + tables(stts, all, be(4, 0x7fffffff) + be(4, 0xffffffff), one_chunk);
  const auto seen = samples_of(clip);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].bytes.size(), clip.size() - 8);
  // A sample beyond the end is none.
  EXPECT_TRUE(samples_of(tables(stts, all, be(4, 4) + be(4, 1),
                                full_box("stco", be(4, 1) + be(4, 100'000))))
                  .empty());
}

TEST(Samples, TheBudgetEndsTheWork) {
  TrackSpec track;
  track.samples.assign(100, "x");
  EXPECT_EQ(samples_of(movie({track}), {1000, 40, 1000}).size(), 39U + 1);
  EXPECT_EQ(samples_of(movie({track}), {1000, 1000, 7}).size(), 7U) << "bytes, too";
  EXPECT_TRUE(samples_of(movie({track}), {3, 40, 1000}).empty()) << "boxes are counted, too";
}

}  // namespace
}  // namespace hansom::ingest
