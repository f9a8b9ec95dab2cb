// Clips made for the purpose: what the report says of streams, sound, gaps, thumbnails, times.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include "ingest/inspect/inspector/limits.h"
#include "tests/ingest/inspect/inspect_support.h"
#include "tests/support/temp_dir.h"

namespace hansom::ingest {
namespace {

using Words = std::vector<std::string>;

const Words kH264{"-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"};

Words join(std::initializer_list<Words> lists) {
  Words all;
  for (const Words& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

#define HANSOM_CLIP_OR_SKIP(name, ...)           \
  const std::optional<Bytes> name = __VA_ARGS__; \
  if (!(name)) GTEST_SKIP() << "ffmpeg is not installed: no clip was made"

void expect_near_us(std::int64_t value, std::int64_t expected, std::int64_t tolerance) {
  EXPECT_LE(std::abs(value - expected), tolerance) << value << " against " << expected;
}

TEST(Clips, PictureAndSoundAreCountedAndTimed) {
  HANSOM_CLIP_OR_SKIP(clip, test::make_small_clip());
  const evidence::Report report = test::inspect_bytes(*clip).report;
  EXPECT_EQ(report.outcome(), evidence::Report::DECODABLE) << report.reason();
  EXPECT_EQ(report.container(), "mov,mp4,m4a,3gp,3g2,mj2");
  ASSERT_EQ(report.streams_size(), 2);
  const evidence::Stream& picture = report.streams(0);
  EXPECT_EQ(picture.codec(), "h264");
  EXPECT_EQ(picture.packets(), 50);
  EXPECT_EQ(picture.key_frames(), 2);
  ASSERT_EQ(picture.packet_timeline_size(), 1);
  EXPECT_EQ(picture.packet_timeline(0).first_pts_us(), 0);
  EXPECT_EQ(picture.packet_timeline(0).spacing_us(), 40'000);
  EXPECT_EQ(picture.packet_timeline(0).packets(), 50);
  EXPECT_EQ(report.streams(1).codec(), "aac");
  EXPECT_EQ(report.decode_errors(), 0);
  EXPECT_EQ(report.gaps_size(), 0);
  EXPECT_EQ(report.damage_size(), 0);
}

TEST(Clips, SoundIsWhereTheToneIs) {
  // Silence, a tone at a twentieth of full scale from 3 s to 5 s, silence to 8 s.
  HANSOM_CLIP_OR_SKIP(
      clip, test::make_clip({"-f", "lavfi", "-i",
                             "aevalsrc='if(between(t,3,5),0.05*sin(2*PI*440*t),0)':d=8:s=16000",
                             "-c:a", "pcm_s16le"},
                            ".mkv"));
  const evidence::Report report = test::inspect_bytes(*clip).report;
  ASSERT_EQ(report.sound_size(), 1);
  expect_near_us(report.sound(0).start_us(), 3'000'000, 100'000);
  expect_near_us(report.sound(0).end_us(), 5'000'000, 100'000);
  EXPECT_NEAR(report.sound(0).measure(), -29.0, 0.5);  // 20 log10(0.05) - 3.01
  EXPECT_EQ(report.sound(0).kind(), "sound");
}

TEST(Clips, AacAndAlawAreHeardToo) {
  const std::string two_tones =
      "aevalsrc='if(between(t,1,2)+between(t,4,5),0.5*sin(880*PI*t),0)':d=6:s=16000";
  for (const auto& [codec, suffix] : {std::pair{"aac", ".mp4"}, std::pair{"pcm_alaw", ".mkv"}}) {
    HANSOM_CLIP_OR_SKIP(clip,
                        test::make_clip({"-f", "lavfi", "-i", two_tones, "-c:a", codec}, suffix));
    const evidence::Report report = test::inspect_bytes(*clip).report;
    ASSERT_EQ(report.sound_size(), 2) << codec;
    expect_near_us(report.sound(0).start_us(), 1'000'000, 200'000);
    expect_near_us(report.sound(0).end_us(), 2'000'000, 200'000);
    expect_near_us(report.sound(1).start_us(), 4'000'000, 200'000);
    EXPECT_NEAR(report.sound(1).measure(), -9.0, 1.5);
  }
}

TEST(Clips, SilenceIsASoundStreamWithoutSound) {
  HANSOM_CLIP_OR_SKIP(clip, test::make_clip({"-f", "lavfi", "-i", "anullsrc=d=3:r=16000"}, ".mp4"));
  const evidence::Report report = test::inspect_bytes(*clip).report;
  EXPECT_EQ(report.outcome(), evidence::Report::DECODABLE);
  EXPECT_EQ(report.streams_size(), 1);
  EXPECT_EQ(report.sound_size(), 0);
}

TEST(Clips, AHoleInThePicturesIsAGap) {
  // 12 s at 10 pictures a second; those from 4 s to 7 s never were.
  HANSOM_CLIP_OR_SKIP(
      clip,
      test::make_clip(join({{"-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=12",
                             "-vf", "select='not(between(t,4,6.95))'", "-fps_mode", "passthrough"},
                            kH264}),
                      ".mp4"));
  const evidence::Report report = test::inspect_bytes(*clip).report;
  ASSERT_EQ(report.gaps_size(), 1);
  expect_near_us(report.gaps(0).start_us(), 4'000'000, 1'000);
  expect_near_us(report.gaps(0).end_us(), 7'000'000, 1'000);
  EXPECT_NEAR(report.gaps(0).measure(), 3e6, 2e3);
  EXPECT_EQ(report.streams(0).packet_timeline_size(), 2);
}

TEST(Clips, ThumbnailsComeAtMostOnceInTenSeconds) {
  HANSOM_CLIP_OR_SKIP(
      clip, test::make_clip(
                join({{"-f", "lavfi", "-i", "testsrc2=size=640x360:rate=10:duration=35"}, kH264}),
                ".ts"));
  const evidence::Report report = test::inspect_bytes(*clip).report;
  ASSERT_EQ(report.thumbnails_size(), 4);
  for (int i = 0; i < report.thumbnails_size(); ++i) {
    const evidence::Thumbnail& thumbnail = report.thumbnails(i);
    EXPECT_EQ(thumbnail.width_px(), 320);
    EXPECT_EQ(thumbnail.height_px(), 180);
    EXPECT_EQ(thumbnail.media_type(), "image/jpeg");
    EXPECT_EQ(thumbnail.image().size(), thumbnail.image_bytes());
    if (i > 0) {
      EXPECT_GE(thumbnail.pts_us() - report.thumbnails(i - 1).pts_us(), 10'000'000);
    }
  }
  // The picture is a picture: it goes through the inspector itself.
  const evidence::Report again = test::inspect_bytes(as_bytes(report.thumbnails(0).image())).report;
  EXPECT_NE(again.reason_token(), "damaged");
}

TEST(Clips, TimesAreReportedAsFound) {
  HANSOM_CLIP_OR_SKIP(
      clip, test::make_clip(join({{"-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=1",
                                   "-metadata", "creation_time=2026-03-29T00:59:59Z"},
                                  kH264}),
                            ".mp4"));
  const evidence::Report report = test::inspect_bytes(*clip).report;
  ASSERT_GE(report.times_size(), 1);
  EXPECT_EQ(report.times(0).source(), "mvhd");
  EXPECT_EQ(report.times(0).value(), "3857590799") << "seconds since 1904, as they stand";
  EXPECT_EQ(report.times(0).unix_us(), 1'774'745'999'000'000);
  EXPECT_EQ(report.times(0).stream(), -1);
  ASSERT_TRUE(report.times(0).has_clip_offset());
  const auto at = static_cast<std::ptrdiff_t>(report.times(0).clip_offset());
  const Bytes told(clip->begin() + at, clip->begin() + at + 4);
  EXPECT_EQ(to_hex(told), "e5ee2a0f");
  EXPECT_EQ(report.times_found(), static_cast<std::uint64_t>(report.times_size()));
}

TEST(Clips, PositionsAreReportedAsFound) {
  HANSOM_CLIP_OR_SKIP(
      clip, test::make_clip(join({{"-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=1",
                                   "-metadata", "location=+53.4302-001.3568/"},
                                  kH264}),
                            ".mov"));
  const evidence::Report report = test::inspect_bytes(*clip).report;
  ASSERT_EQ(report.tracks_size(), 1);
  EXPECT_EQ(report.tracks(0).source(), "udta:xyz");
  EXPECT_EQ(report.tracks(0).found(), 1U);
  ASSERT_EQ(report.tracks(0).positions_size(), 1);
  const evidence::RawPosition& position = report.tracks(0).positions(0);
  EXPECT_EQ(position.value(), "+53.4302-001.3568/");
  EXPECT_DOUBLE_EQ(position.latitude_deg(), 53.4302);
  EXPECT_DOUBLE_EQ(position.longitude_deg(), -1.3568);
  EXPECT_EQ(as_text(*clip).substr(position.clip_offset(), 8), "+53.4302");
}

TEST(Clips, MessagesBetweenPicturesAreReadInEveryContainer) {
  for (const char* suffix : {".mp4", ".ts", ".mkv", ".avi", ".h264"}) {
    const std::string text = "5369676e-6564-2056-6964-656f2e2e2e31+2026-03-29 00\\\\:59\\\\:59";
    HANSOM_CLIP_OR_SKIP(
        clip,
        test::make_clip(join({{"-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=1"},
                              kH264,
                              {"-bsf:v", "h264_metadata=sei_user_data=" + text}}),
                        suffix));
    const evidence::Report report = test::inspect_bytes(*clip).report;
    const evidence::RawTime* told = nullptr;
    for (const evidence::RawTime& time : report.times()) {
      if (time.source() == "sei") told = &time;
    }
    ASSERT_NE(told, nullptr) << suffix;
    EXPECT_EQ(told->value(), "2026-03-29 00:59:59") << suffix;
    EXPECT_EQ(told->stream(), 0) << suffix;
    EXPECT_FALSE(told->has_unix_us()) << suffix;
    ASSERT_TRUE(told->has_clip_offset()) << suffix;
    if (std::string(suffix) == ".mp4") {
      EXPECT_EQ(clip->at(told->clip_offset()), 6) << "the NAL unit's type";
    }
  }
}

TEST(Clips, SubtitlesTellWhereTheClipWas) {
  const test::TempDir folder;
  const std::filesystem::path subtitles = folder / "places.srt";
  std::ofstream(subtitles) << "1\n00:00:00,500 --> 00:00:00,900\n"
                              "$GPRMC,005959,A,5325.8125,N,00121.40625,W,10.0,084.5,290326,,,A\n";
  for (const char* suffix : {".mkv", ".mp4"}) {
    HANSOM_CLIP_OR_SKIP(
        clip,
        test::make_clip(join({{"-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=1",
                               "-i", subtitles.string()},
                              kH264,
                              {"-c:s", suffix[2] == 'k' ? "srt" : "mov_text"}}),
                        suffix));
    const evidence::Report report = test::inspect_bytes(*clip).report;
    ASSERT_EQ(report.tracks_size(), 1) << suffix;
    EXPECT_EQ(report.tracks(0).source(), "nmea:RMC");
    EXPECT_EQ(report.tracks(0).stream(), 1);
    const evidence::RawPosition& position = report.tracks(0).positions(0);
    EXPECT_EQ(position.unix_us(), 1'774'745'999'000'000) << suffix;
    EXPECT_EQ(position.media_us(), 500'000) << suffix;
    EXPECT_NEAR(position.latitude_deg(), 53.430208, 1e-6) << suffix;
  }
}

TEST(Clips, ACodecOffTheListIsCountedButNotDecoded) {
  HANSOM_CLIP_OR_SKIP(
      clip, test::make_clip(
                {"-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=1", "-c:v", "ffv1"},
                ".mkv"));
  const evidence::Report report = test::inspect_bytes(*clip).report;
  EXPECT_EQ(report.outcome(), evidence::Report::UNDECODABLE);
  EXPECT_EQ(report.reason_token(), "unsupported_codec");
  ASSERT_EQ(report.streams_size(), 1);
  EXPECT_EQ(report.streams(0).codec(), "ffv1");
  EXPECT_EQ(report.streams(0).packets(), 10);
}

TEST(Clips, TheSameBytesGiveTheSameReport) {
  HANSOM_CLIP_OR_SKIP(clip, test::make_small_clip());
  const std::string first = test::inspect_bytes(*clip).report.SerializeAsString();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(test::inspect_bytes(*clip).report.SerializeAsString(), first);
  }
}

// An hour's clip: what is reported stays small, and thumbnails stay under their bound.
TEST(Clips, ALongClipMakesASmallReport) {
  HANSOM_CLIP_OR_SKIP(
      clip,
      test::make_clip(
          join({{"-f", "lavfi", "-i", "color=gray:size=64x48:rate=5:duration=5400", "-f", "lavfi",
                 "-i", "sine=frequency=440:sample_rate=8000:duration=5400", "-c:a", "pcm_mulaw"},
                kH264}),
          ".mkv"));
  const evidence::Report report = test::inspect_bytes(*clip).report;
  EXPECT_EQ(report.outcome(), evidence::Report::DECODABLE) << report.reason();
  EXPECT_EQ(report.streams(0).packets(), 27'000);
  EXPECT_LE(static_cast<std::size_t>(report.thumbnails_size()), kThumbnailsMax);
  EXPECT_GT(report.thumbnails_size(), 200);
  EXPECT_EQ(report.sound_size(), 1);
  std::uint64_t timed = 0;
  for (const auto& run : report.streams(0).packet_timeline()) timed += run.packets();
  EXPECT_EQ(timed, report.streams(0).packets());
  EXPECT_LE(report.ByteSizeLong(), kAnswerBytesMax);
}

}  // namespace
}  // namespace hansom::ingest
