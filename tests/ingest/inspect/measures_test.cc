// Measures of synthetic pictures, and what follows from a row of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "ingest/inspect/inspector/finding.h"
#include "ingest/inspect/inspector/finding_rules.h"
#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/picture_findings.h"
#include "ingest/inspect/inspector/picture_measures.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kWidth = 320;
constexpr std::size_t kRows = 96;

template <typename Value>
SampledPlane plane(std::size_t width, std::size_t rows, Value value) {
  SampledPlane out{width, rows, std::vector<std::uint8_t>(width * rows)};
  for (std::size_t y = 0; y < rows; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      out.samples[y * width + x] = static_cast<std::uint8_t>(std::clamp(value(x, y), 0, 255));
    }
  }
  return out;
}

template <typename Value>
SampledPicture picture(Value luma, int colour = 20) {
  const auto chroma = [colour](std::size_t, std::size_t) { return 128 + colour; };
  return {plane(kWidth, kRows, luma), plane(kWidth / 2, kRows / 2, chroma),
          plane(kWidth / 2, kRows / 2, chroma), false};
}

SampledPicture flat(int luma) {
  return picture([luma](std::size_t, std::size_t) { return luma; });
}

// A street as far as measures go: dark and bright parts with hard edges, moved by `shift`.
SampledPicture street(std::size_t shift, int colour = 20) {
  return picture(
      [shift](std::size_t x, std::size_t y) {
        const std::size_t across = (x + shift) / 23;
        return static_cast<int>(40 + (across * 57 + y / 9 * 31) % 150);
      },
      colour);
}

// The same out of focus: the mean of 33 neighbours in the row, taken twice.
SampledPicture blurred(SampledPicture sharp) {
  for (int pass = 0; pass < 2; ++pass) {
    const std::vector<std::uint8_t> before = sharp.luma.samples;
    for (std::size_t y = 0; y < kRows; ++y) {
      for (std::size_t x = 0; x < kWidth; ++x) {
        int sum = 0;
        for (int d = -16; d <= 16; ++d) {
          const int at = std::clamp(static_cast<int>(x) + d, 0, static_cast<int>(kWidth) - 1);
          sum += before[y * kWidth + static_cast<std::size_t>(at)];
        }
        sharp.luma.samples[y * kWidth + x] = static_cast<std::uint8_t>(sum / 33);
      }
    }
  }
  return sharp;
}

TEST(PictureMeasures, ABlackPictureIsBlackInBothRanges) {
  EXPECT_DOUBLE_EQ(measure_picture(flat(16)).measures.brightness, 0);
  SampledPicture full = flat(0);
  full.full_range = true;
  EXPECT_DOUBLE_EQ(measure_picture(full).measures.brightness, 0);
  EXPECT_DOUBLE_EQ(measure_picture(flat(235)).measures.brightness, 255);
}

TEST(PictureMeasures, AFlatPictureHasNeitherContrastNorEdges) {
  const PictureMeasures measures = measure_picture(flat(120)).measures;
  EXPECT_DOUBLE_EQ(measures.contrast, 0);
  EXPECT_DOUBLE_EQ(measures.fine, 0);
  EXPECT_DOUBLE_EQ(measures.flat_share, 1);
  EXPECT_DOUBLE_EQ(measures.sharpness(), 0);
  EXPECT_DOUBLE_EQ(measures.colour, 40);
}

TEST(PictureMeasures, EdgesAreSharpAndBlurIsNot) {
  EXPECT_GT(measure_picture(street(0)).measures.sharpness(), 3.5);
  const PictureMeasures soft = measure_picture(blurred(street(0))).measures;
  EXPECT_LT(soft.sharpness(), kDefocusSharpnessMax);
  EXPECT_GT(soft.contrast, kDefocusContrastMin) << "and it still shows something";
}

TEST(PictureMeasures, ARampIsAsSmoothAsCanBe) {
  const auto ramp = [](std::size_t x, std::size_t) { return static_cast<int>(x / 2); };
  EXPECT_LT(measure_picture(picture(ramp)).measures.sharpness(), 2.1);
}

TEST(PictureMeasures, TheBrightPartIsWhatFiveInAHundredExceed) {
  const auto lamp = [](int share) {
    return picture([share](std::size_t x, std::size_t) {
      return static_cast<int>(x * 100 / kWidth) < share ? 235 : 16;
    });
  };
  EXPECT_LT(measure_picture(lamp(3)).measures.bright_part, 16);
  EXPECT_GT(measure_picture(lamp(8)).measures.bright_part, 200);
}

TEST(PictureMeasures, SmallPicturesAreNotMeasured) {
  SampledPicture small = flat(100);
  small.luma = plane(35, kRows, [](std::size_t, std::size_t) { return 1; });
  EXPECT_FALSE(is_measurable(small));
  EXPECT_FALSE(is_measurable({}));
  EXPECT_TRUE(is_measurable(flat(1)));
}

TEST(PictureChange, TheSamePictureHasNotChanged) {
  const MeasuredPicture one = measure_picture(street(0));
  const PictureChange change = compare_pictures(one, measure_picture(street(0)));
  EXPECT_DOUBLE_EQ(change.difference, 0);
  EXPECT_DOUBLE_EQ(change.histogram, 0);
  EXPECT_NEAR(change.likeness, 1, 1e-12);
}

TEST(PictureChange, OneStepOfEverySampleIsOne) {
  const PictureChange change =
      compare_pictures(measure_picture(flat(100)), measure_picture(flat(101)));
  EXPECT_DOUBLE_EQ(change.difference, 1);
}

TEST(PictureChange, ANegativeIsTheOppositeAndAnotherSizeIsAnother) {
  const MeasuredPicture one = measure_picture(street(0));
  SampledPicture inverse = street(0);
  for (auto& sample : inverse.luma.samples) sample = static_cast<std::uint8_t>(255 - sample);
  EXPECT_NEAR(compare_pictures(one, measure_picture(inverse)).likeness, -1, 1e-9);
  SampledPicture wide = flat(100);
  wide.luma = plane(640, kRows, [](std::size_t, std::size_t) { return 100; });
  EXPECT_DOUBLE_EQ(compare_pictures(one, measure_picture(wide)).histogram, 1);
}

constexpr std::int64_t kFrameUs = 40'000;

std::vector<Finding> of_kind(const std::vector<Finding>& findings, std::string_view kind) {
  std::vector<Finding> out;
  std::copy_if(findings.begin(), findings.end(), std::back_inserter(out),
               [kind](const Finding& finding) { return finding.kind == kind; });
  return out;
}

// 25 pictures a second for six seconds; those of `special` from 2 s to 5 s.
template <typename Special>
std::vector<Finding> six_seconds(Special special) {
  PictureFindings found(0, PictureFindings::Seen::kAll);
  for (std::size_t i = 0; i < 150; ++i) {
    const bool inside = i >= 50 && i < 125;
    found.add(static_cast<std::int64_t>(i) * kFrameUs, i % 25 == 0,
              inside ? special(i) : street(3 * i));
  }
  return found.findings(6'000'000);
}

TEST(PictureFindings, AMovingStreetIsNothing) {
  EXPECT_TRUE(six_seconds([](std::size_t i) { return street(3 * i); }).empty());
}

TEST(PictureFindings, EachStateIsASpan) {
  struct Case {
    std::string_view kind;
    SampledPicture (*make)(std::size_t);
  };
  const Case cases[] = {
      {"dark", [](std::size_t i) { return flat(18 + static_cast<int>(i % 2)); }},
      {"covered", [](std::size_t i) { return flat(90 + static_cast<int>(i % 2)); }},
      {"defocused", [](std::size_t i) { return blurred(street(3 * i)); }},
      {"no_colour", [](std::size_t i) { return street(3 * i, 0); }},
      {"frozen", [](std::size_t) { return street(150); }},
  };
  for (const Case& test : cases) {
    const auto found = of_kind(six_seconds(test.make), test.kind);
    ASSERT_EQ(found.size(), 1U) << test.kind;
    EXPECT_NEAR(static_cast<double>(found[0].start_us), 2e6, 1.1 * kFrameUs) << test.kind;
    EXPECT_NEAR(static_cast<double>(found[0].end_us), 5e6, 1.1 * kFrameUs) << test.kind;
    EXPECT_GE(found[0].count, 74U) << test.kind;
  }
}

TEST(PictureFindings, ADarkPictureIsNeitherCoveredNorFrozen) {
  const auto found = six_seconds([](std::size_t) { return flat(16); });
  EXPECT_EQ(of_kind(found, "dark").size(), 1U);
  EXPECT_TRUE(of_kind(found, "covered").empty());
  EXPECT_TRUE(of_kind(found, "frozen").empty());
}

TEST(PictureFindings, ACutIsAJump) {
  PictureFindings found(0, PictureFindings::Seen::kAll);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto other = [](std::size_t x, std::size_t) { return x < kWidth / 2 ? 220 : 60; };
    found.add(static_cast<std::int64_t>(i) * kFrameUs, i == 0, i < 25 ? street(i) : picture(other));
  }
  const auto jumps = of_kind(found.findings(2'000'000), "scene_jump");
  ASSERT_EQ(jumps.size(), 1U);
  EXPECT_EQ(jumps[0].start_us, 24 * kFrameUs);
  EXPECT_EQ(jumps[0].end_us, 25 * kFrameUs);
}

TEST(PictureFindings, ARepeatedPictureInMotionIsADuplicate) {
  const auto repeats = [](PictureFindings::Seen seen) {
    PictureFindings found(0, seen);
    for (std::size_t i = 0; i < 50; ++i) {
      found.add(static_cast<std::int64_t>(i) * kFrameUs, i == 0, street(3 * (i == 30 ? 29 : i)));
    }
    return of_kind(found.findings(2'000'000), "duplicate_frames");
  };
  const auto found = repeats(PictureFindings::Seen::kAll);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].start_us, 30 * kFrameUs);
  EXPECT_EQ(found[0].count, 1U);
  EXPECT_TRUE(repeats(PictureFindings::Seen::kKeyFrames).empty()) << "key frames cannot tell";
}

TEST(PictureFindings, FrozenBetweenKeyFramesProvesLess) {
  const auto confidence = [](std::size_t key_every) {
    PictureFindings found(0, PictureFindings::Seen::kAll);
    for (std::size_t i = 0; i < 100; ++i) {
      found.add(static_cast<std::int64_t>(i) * kFrameUs, i % key_every == 0, street(0));
    }
    return of_kind(found.findings(4'000'000), "frozen").at(0).confidence;
  };
  EXPECT_LT(confidence(1000), confidence(25));
}

// The only picture of a clip says what it shows, at half the confidence.
TEST(PictureFindings, OnePictureIsTheWholeClip) {
  PictureFindings found(0, PictureFindings::Seen::kKeyFrames);
  found.add(0, true, flat(16));
  const auto dark = of_kind(found.findings(40'000), "dark");
  ASSERT_EQ(dark.size(), 1U);
  EXPECT_DOUBLE_EQ(dark[0].confidence, 0.4);
}

TEST(PictureFindings, TimesThatGoBackAreNotCompared) {
  PictureFindings found(0, PictureFindings::Seen::kAll);
  for (std::int64_t i = 100; i > 0; --i) found.add(i * kFrameUs, true, street(0));
  EXPECT_TRUE(of_kind(found.findings(0), "frozen").empty());
  for (const Finding& finding : found.findings(0)) EXPECT_LE(finding.start_us, finding.end_us);
}

Finding span(std::string_view kind, std::int32_t stream, std::int64_t start_us,
             std::int64_t end_us) {
  Finding finding;
  finding.kind = kind;
  finding.stream = stream;
  finding.start_us = start_us;
  finding.end_us = end_us;
  finding.confidence = 0.8;
  finding.measure = static_cast<double>(start_us);
  finding.count = 1;
  return finding;
}

TEST(Bounded, FewStayAsTheyAreInOrder) {
  const auto out =
      bounded({span("sound", 1, 9, 10), span("dark", 0, 5, 6), span("dark", 0, 1, 2)}, 10);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out[0].kind, "dark");
  EXPECT_EQ(out[0].start_us, 1);
  EXPECT_EQ(out[2].kind, "sound");
}

TEST(Bounded, TooManyAreJoinedAndNoneIsLost) {
  std::vector<Finding> many;
  for (std::int64_t i = 0; i < 1000; ++i) {
    many.push_back(
        span("time_gap", static_cast<std::int32_t>(i % 2), i * 3'000'000, i * 3'000'000 + 1'000));
  }
  many.push_back(span("dark", 0, 0, 1));
  const auto out = bounded(many, 100);
  EXPECT_LE(out.size(), 101U);
  EXPECT_EQ(out[0].kind, "dark");
  std::uint64_t count = 0;
  for (const Finding& finding : out) count += finding.count;
  EXPECT_EQ(count, 1001U);
  EXPECT_EQ(out.back().stream, 1);
  EXPECT_EQ(out.back().end_us, 999 * std::int64_t{3'000'000} + 1'000);
}

TEST(Bounded, TimesAsFarApartAsTheyMayBeAreJoinedToo) {
  std::vector<Finding> far;
  for (std::int64_t i = 0; i < 40; ++i) {
    far.push_back(span("sound", static_cast<std::int32_t>(i % 32),
                       i < 20 ? -kClipTimeUsMax : kClipTimeUsMax, kClipTimeUsMax));
  }
  EXPECT_EQ(bounded(far, 32).size(), 32U);
}

}  // namespace
}  // namespace hansom::ingest
