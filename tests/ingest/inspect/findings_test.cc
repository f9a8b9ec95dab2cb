// Clips made with one fault each: the report finds it where it is, and nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::ingest {
namespace {

using evidence::Finding;
using evidence::Report;
using Words = std::vector<std::string>;

// Six seconds of 25 moving pictures, a key frame a second, changed by a filter of ffmpeg.
std::optional<Bytes> moving(const std::string& filter, const std::string& suffix = ".mp4",
                            const Words& more = {}) {
  Words words{"-f",        "lavfi",       "-i",   "mandelbrot=size=320x240:rate=25",
              "-t",        "6",           "-vf",  filter,
              "-fps_mode", "passthrough", "-c:v", "libx264",
              "-preset",   "veryfast",    "-qp",  "20",
              "-bf",       "0",           "-g",   "25",
              "-pix_fmt",  "yuv420p"};
  words.insert(words.end(), more.begin(), more.end());
  return test::make_clip(words, suffix);
}

std::vector<Finding> of_kind(const Report& report, const std::string& kind) {
  std::vector<Finding> out;
  std::copy_if(report.findings().begin(), report.findings().end(), std::back_inserter(out),
               [&](const Finding& finding) { return finding.kind() == kind; });
  return out;
}

std::set<std::string> kinds(const Report& report) {
  std::set<std::string> out;
  for (const Finding& finding : report.findings()) out.insert(finding.kind());
  return out;
}

void expect_span(const Report& report, const std::string& kind, std::int64_t start_us,
                 std::int64_t end_us, std::int64_t tolerance_us) {
  const auto found = of_kind(report, kind);
  ASSERT_EQ(found.size(), 1U) << kind;
  EXPECT_LE(std::abs(found[0].start_us() - start_us), tolerance_us) << kind << found[0].start_us();
  EXPECT_LE(std::abs(found[0].end_us() - end_us), tolerance_us) << kind << found[0].end_us();
  EXPECT_GT(found[0].confidence(), 0);
  EXPECT_FALSE(found[0].unit().empty());
  EXPECT_GT(found[0].count(), 0U);
}

#define HANSOM_CLIP_OR_SKIP(name, ...)           \
  const std::optional<Bytes> name = __VA_ARGS__; \
  if (!(name)) GTEST_SKIP() << "ffmpeg is not installed: no clip was made"

TEST(Findings, ACleanClipHasNone) {
  HANSOM_CLIP_OR_SKIP(clip, moving("null"));
  for (const char* level : {"headers", "keyframes", "full"}) {
    EXPECT_EQ(kinds(test::inspect_at(level, *clip)), std::set<std::string>()) << level;
  }
}

// From 2 s to 5 s each; key frames alone see it to the second, all frames to the frame.
TEST(Findings, StatesOfThePictureAreSpans) {
  const std::pair<const char*, const char*> cases[] = {
      {"dark", "drawbox=color=black:t=fill:enable='between(t,2,4.99)'"},
      {"covered", "drawbox=color=0x605040:t=fill:enable='between(t,2,4.99)'"},
      {"no_colour", "hue=s=0:enable='between(t,2,4.99)'"},
      {"defocused", "gblur=sigma=5:enable='between(t,2,4.99)'"},
  };
  for (const auto& [kind, filter] : cases) {
    HANSOM_CLIP_OR_SKIP(clip, moving(filter));
    SCOPED_TRACE(kind);
    expect_span(test::inspect_at("keyframes", *clip), kind, 2'000'000, 5'000'000, 0);
    expect_span(test::inspect_at("full", *clip), kind, 2'000'000, 5'000'000, 40'000);
    EXPECT_TRUE(of_kind(test::inspect_at("headers", *clip), kind).empty());
  }
}

TEST(Findings, FrozenIsSurerFromAllFrames) {
  HANSOM_CLIP_OR_SKIP(clip, moving("trim=end=2,tpad=stop_mode=clone:stop_duration=4"));
  const Report keyframes = test::inspect_at("keyframes", *clip);
  const Report full = test::inspect_at("full", *clip);
  ASSERT_EQ(of_kind(keyframes, "frozen").size(), 1U);
  ASSERT_EQ(of_kind(full, "frozen").size(), 1U);
  expect_span(keyframes, "frozen", 2'000'000, 6'000'000, 40'000);
  expect_span(full, "frozen", 1'960'000, 6'000'000, 40'000);
  EXPECT_LT(of_kind(keyframes, "frozen")[0].confidence(), of_kind(full, "frozen")[0].confidence());
}

TEST(Findings, ACutIsAJump) {
  HANSOM_CLIP_OR_SKIP(clip, moving("drawbox=color=black:t=fill:enable='gte(t,3)',"
                                   "drawgrid=w=80:h=80:t=40:color=white:enable='gte(t,3)'"));
  const Report full = test::inspect_at("full", *clip);
  ASSERT_EQ(of_kind(full, "scene_jump").size(), 1U);
  EXPECT_EQ(of_kind(full, "scene_jump")[0].end_us(), 3'000'000);
  EXPECT_LE(of_kind(test::inspect_at("keyframes", *clip), "scene_jump").size(), 1U);
}

TEST(Findings, AMissingFrameIsMissedAtEveryLevel) {
  HANSOM_CLIP_OR_SKIP(clip, moving("select='not(eq(n,60)+eq(n,61))'"));
  for (const char* level : {"headers", "keyframes", "full"}) {
    const Report report = test::inspect_at(level, *clip);
    expect_span(report, "dropped_frames", 2'400'000, 2'480'000, 1'000);
    EXPECT_DOUBLE_EQ(of_kind(report, "dropped_frames")[0].measure(), 2);
  }
}

TEST(Findings, ARepeatedFrameIsADuplicateToFullOnly) {
  HANSOM_CLIP_OR_SKIP(clip, moving("select='not(eq(n,60))',fps=25"));
  EXPECT_TRUE(of_kind(test::inspect_at("keyframes", *clip), "duplicate_frames").empty());
  expect_span(test::inspect_at("full", *clip), "duplicate_frames", 2'400'000, 2'440'000, 40'000);
}

TEST(Findings, AHoleIsAGap) {
  HANSOM_CLIP_OR_SKIP(clip, moving("select='not(between(n,50,99))'"));
  expect_span(test::inspect_at("headers", *clip), "time_gap", 2'000'000, 4'000'000, 1'000);
}

TEST(Findings, SilenceIsWhereSoundIsNot) {
  HANSOM_CLIP_OR_SKIP(
      clip, test::make_clip({"-f", "lavfi", "-i",
                             "aevalsrc='if(between(t,3,5),0.05*sin(2*PI*440*t),0)':d=8:s=16000",
                             "-c:a", "pcm_s16le"},
                            ".mkv"));
  const Report report = test::inspect_at("keyframes", *clip);
  expect_span(report, "sound", 3'000'000, 5'000'000, 100'000);
  const auto silences = of_kind(report, "silence");
  ASSERT_EQ(silences.size(), 2U);
  EXPECT_EQ(silences[0].start_us(), 0);
  EXPECT_LE(std::abs(silences[1].end_us() - 8'000'000), 100'000);
  EXPECT_DOUBLE_EQ(silences[1].measure(), -120) << "nothing but zeros";
}

TEST(Findings, ACutClipIsShorterThanItsIndexClaims) {
  HANSOM_CLIP_OR_SKIP(clip, moving("null", ".mp4", {"-movflags", "+faststart"}));
  const Report report = test::inspect_at("headers", ByteSpan(*clip).first(clip->size() * 6 / 10));
  const auto found = of_kind(report, "picture_short");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].end_us(), 6'000'000);
  EXPECT_GT(found[0].measure(), 1e6);
}

}  // namespace
}  // namespace hansom::ingest
