// Every format and codec on the lists decodes, and every other is reported by its name.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::ingest {
namespace {

using evidence::Report;
using Words = std::vector<std::string>;

// One second of picture and sound.
std::optional<Bytes> make(const std::string& suffix, const Words& more) {
  Words words{"-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=1",
              "-f", "lavfi", "-i", "sine=frequency=440:duration=1:sample_rate=8000"};
  words.insert(words.end(), more.begin(), more.end());
  return test::make_clip(words, suffix);
}

std::string codecs_of(const Report& report) {
  std::string out;
  for (const evidence::Stream& stream : report.streams()) {
    out += (out.empty() ? "" : " ") + stream.codec();
  }
  return out;
}

struct Case {
  std::string suffix;
  std::string container;
  std::string codecs;
  Words words;
};

const Words kH264{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"};
const Words kHevc{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"};
const Words kMpeg4{"-c:v", "mpeg4"};
const Words kMjpeg{"-c:v", "mjpeg", "-pix_fmt", "yuvj420p"};

Words join(const Words& a, const Words& b) {
  Words all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

std::vector<Case> cases() {
  const std::string mov = "mov,mp4,m4a,3gp,3g2,mj2";
  const std::string mkv = "matroska,webm";
  return {
      {".mp4", mov, "h264 aac", join(kH264, {"-c:a", "aac"})},
      {".mp4", mov, "h264 aac",
       join(kH264, {"-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"})},
      {".mp4", mov, "hevc ac3", join(kHevc, {"-c:a", "ac3", "-ar", "48000"})},
      {".mp4", mov, "mpeg4 mp3", join(kMpeg4, {"-c:a", "mp3", "-ar", "16000"})},
      {".mov", mov, "mjpeg pcm_s16le", join(kMjpeg, {"-c:a", "pcm_s16le"})},
      {".mov", mov, "h264 adpcm_ima_qt", join(kH264, {"-c:a", "adpcm_ima_qt"})},
      {".mov", mov, "h264 pcm_mulaw", join(kH264, {"-c:a", "pcm_mulaw"})},
      {".ts", "mpegts", "h264 aac", join(kH264, {"-c:a", "aac"})},
      {".ts", "mpegts", "hevc ac3", join(kHevc, {"-c:a", "ac3", "-ar", "48000"})},
      {".ts", "mpegts", "mpeg4 mp3", join(kMpeg4, {"-c:a", "mp3", "-ar", "16000"})},
      {".vob", "mpeg", "h264 ac3", join(kH264, {"-c:a", "ac3", "-ar", "48000"})},
      {".vob", "mpeg", "h264 mp3", join(kH264, {"-c:a", "mp3", "-ar", "44100"})},
      {".avi", "avi", "h264 pcm_s16le", join(kH264, {"-c:a", "pcm_s16le"})},
      {".avi", "avi", "mpeg4 mp3", join(kMpeg4, {"-c:a", "mp3", "-ar", "16000"})},
      {".avi", "avi", "mjpeg adpcm_ima_wav", join(kMjpeg, {"-c:a", "adpcm_ima_wav"})},
      {".avi", "avi", "mjpeg adpcm_ms", join(kMjpeg, {"-c:a", "adpcm_ms"})},
      {".avi", "avi", "h264 adpcm_g726", join(kH264, {"-c:a", "g726"})},
      {".mkv", mkv, "h264 pcm_alaw", join(kH264, {"-c:a", "pcm_alaw"})},
      {".mkv", mkv, "hevc aac", join(kHevc, {"-c:a", "aac"})},
      {".mkv", mkv, "mpeg4 pcm_mulaw", join(kMpeg4, {"-c:a", "pcm_mulaw"})},
      {".mkv", mkv, "mjpeg ac3", join(kMjpeg, {"-c:a", "ac3", "-ar", "48000"})},
      {".h264", "h264", "h264", join(kH264, {"-an"})},
      {".hevc", "hevc", "hevc", join(kHevc, {"-an"})},
  };
}

TEST(Formats, EveryOneOnTheListsDecodes) {
  for (const Case& made : cases()) {
    SCOPED_TRACE(made.suffix + " " + made.codecs);
    const auto clip = make(made.suffix, made.words);
    if (!clip) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
    const Report report = test::inspect_at("full", *clip);
    EXPECT_EQ(report.outcome(), Report::DECODABLE) << report.reason();
    EXPECT_EQ(report.container(), made.container);
    EXPECT_EQ(codecs_of(report), made.codecs);
    EXPECT_EQ(report.decode_errors(), 0U);
    EXPECT_EQ(report.thumbnails_size(), 1);
    EXPECT_EQ(report.sound_size() > 0, report.streams_size() > 1) << "a tone";
  }
}

TEST(Formats, AnotherContainerIsNamedAndNotOpened) {
  const std::pair<const char*, Words> others[] = {
      {".flv", join(kH264, {"-c:a", "aac"})},
      {".wmv", {"-c:v", "wmv2", "-c:a", "wmav2", "-ar", "44100"}},
      {".wav", {"-vn", "-c:a", "pcm_s16le"}},
  };
  for (const auto& [suffix, words] : others) {
    const auto clip = make(suffix, words);
    if (!clip) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
    const Report report = test::inspect_at("keyframes", *clip);
    EXPECT_EQ(report.outcome(), Report::UNDECODABLE) << suffix;
    EXPECT_EQ(report.reason_token(), "unsupported_format") << suffix;
    EXPECT_FALSE(report.container().empty()) << suffix;
    EXPECT_NE(report.reason().find(report.container()), std::string::npos) << report.reason();
  }
}

TEST(Formats, AnotherCodecIsNamedAndItsPacketsAreCounted) {
  const auto neither = make(".mkv", {"-c:v", "mpeg2video", "-c:a", "flac"});
  if (!neither) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  const Report report = test::inspect_at("full", *neither);
  EXPECT_EQ(report.reason_token(), "unsupported_codec");
  EXPECT_NE(report.reason().find("mpeg2video"), std::string::npos) << report.reason();
  EXPECT_NE(report.reason().find("flac"), std::string::npos) << report.reason();
  EXPECT_EQ(report.streams(0).packets(), 25U);
  const auto sound = make(".mkv", join(kH264, {"-c:a", "flac"}));
  ASSERT_TRUE(sound);
  const Report half = test::inspect_at("full", *sound);
  EXPECT_EQ(half.outcome(), Report::DECODABLE);
  EXPECT_EQ(half.streams(1).codec(), "flac");
  EXPECT_EQ(half.sound_size(), 0);
  ASSERT_GE(half.findings_size(), 1);
  const auto& findings = half.findings();
  EXPECT_EQ(findings.Get(findings.size() - 1).kind(), "unsupported_codec");
  EXPECT_EQ(findings.Get(findings.size() - 1).stream(), 1);
}

}  // namespace
}  // namespace hansom::ingest
