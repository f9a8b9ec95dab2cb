// How closely a clip is looked at: what each level decodes, and what it must not claim.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "ingest/inspect/sealed_memfd.h"
#include "ingest/inspect/warm_parent.h"
#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::ingest {
namespace {

using evidence::Report;

constexpr int kSlice = 1;     // of a picture that refers to others
constexpr int kIdrSlice = 5;  // of a key frame

// Spoils the `number`th NAL unit of a type, from 0, past its slice header. In MP4 as ffmpeg writes
// it the pictures follow one another in mdat, each unit behind its length.
void spoil(Bytes& clip, int nal_type, int number) {
  const auto mdat = std::search(clip.begin(), clip.end(), std::begin("mdat"), std::end("mdat") - 1);
  ASSERT_NE(mdat, clip.end());
  for (auto at = mdat + 4; clip.end() - at > 5;) {
    const std::size_t size = (std::size_t{at[0]} << 24U) | (std::size_t{at[1]} << 16U) |
                             (std::size_t{at[2]} << 8U) | at[3];
    if ((at[4] & 0x1f) == nal_type && number-- == 0) {
      ASSERT_GT(size, 100U);
      std::fill_n(at + 12, 60, 0xff);
      return;
    }
    at += static_cast<std::ptrdiff_t>(4 + size);
  }
  FAIL() << "there is no such unit";
}

// Pictures alone, in the order in which they are shown; `key_every` of them to a key frame.
Bytes pictures(const char* key_every) {
  const auto made = test::make_clip(
      {"-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=2", "-c:v", "libx264",
       "-preset", "ultrafast", "-g", key_every, "-bf", "0", "-threads", "1", "-pix_fmt", "yuv420p"},
      ".mp4");
  return made ? *made : Bytes();
}

TEST(Levels, HeadersCountPacketsAndDecodeNothing) {
  const auto clip = test::make_small_clip();
  if (!clip) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  const Report headers = test::inspect_at("headers", *clip);
  const Report keyframes = test::inspect_at("keyframes", *clip);
  EXPECT_EQ(headers.level(), Report::HEADERS);
  EXPECT_EQ(headers.outcome(), Report::DECODABLE);
  EXPECT_EQ(headers.thumbnails_size(), 0);
  EXPECT_EQ(headers.sound_size(), 0);
  EXPECT_GT(keyframes.thumbnails_size(), 0);
  EXPECT_EQ(keyframes.sound_size(), 1);
  ASSERT_EQ(headers.streams_size(), keyframes.streams_size());
  for (int i = 0; i < headers.streams_size(); ++i) {
    EXPECT_EQ(headers.streams(i).SerializeAsString(), keyframes.streams(i).SerializeAsString());
  }
}

TEST(Levels, KeyFramesAreTheDefault) {
  const auto clip = test::make_small_clip();
  if (!clip) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  EXPECT_EQ(test::inspect_bytes(*clip).report.SerializeAsString(),
            test::inspect_at("keyframes", *clip).SerializeAsString());
}

TEST(Levels, OnlyFullSeesDamageBetweenKeyFrames) {
  Bytes clip = pictures("25");
  if (clip.empty()) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  const Report whole = test::inspect_at("full", clip);
  EXPECT_EQ(whole.level(), Report::FULL);
  EXPECT_EQ(whole.decode_errors(), 0U);
  ASSERT_NO_FATAL_FAILURE(spoil(clip, kSlice, 0));
  EXPECT_EQ(test::inspect_at("keyframes", clip).decode_errors(), 0U);
  const Report full = test::inspect_at("full", clip);
  EXPECT_EQ(full.outcome(), Report::DECODABLE);
  ASSERT_GE(full.damage_size(), 1);
  EXPECT_EQ(full.damage(0).kind(), "decode_error");
  EXPECT_EQ(full.damage(0).start_us(), 40'000) << "the second picture";
}

// Key frames closer together than a second are all decoded: one in five pictures.
TEST(Levels, EveryKeyFrameIsDecoded) {
  Bytes clip = pictures("5");
  if (clip.empty()) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  EXPECT_EQ(test::inspect_at("keyframes", clip).decode_errors(), 0U);
  ASSERT_NO_FATAL_FAILURE(spoil(clip, kIdrSlice, 2));
  const Report report = test::inspect_at("keyframes", clip);
  ASSERT_EQ(report.damage_size(), 1);
  EXPECT_EQ(report.damage(0).start_us(), 400'000);
}

TEST(Levels, SameBytesSameLevelSameReport) {
  const auto clip = test::make_small_clip();
  if (!clip) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  for (const char* level : {"headers", "keyframes", "full"}) {
    const std::string first = test::inspect_at(level, *clip).SerializeAsString();
    EXPECT_EQ(test::inspect_at(level, *clip).SerializeAsString(), first) << level;
  }
}

TEST(Levels, NoLevelStartsNothing) {
  InspectorOptions options = test::real_inspector();
  options.level = evidence::Report::LEVEL_UNKNOWN;
  const auto memfd = bytes_to_memfd(to_bytes("clip"));
  ASSERT_TRUE(memfd);
  const StopSignal never;
  const auto parent = make_parent(options);
  const auto answer = inspect(*parent, *memfd, options, never);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace hansom::ingest
