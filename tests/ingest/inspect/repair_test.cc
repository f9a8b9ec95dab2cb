// Damaged clips: how much plays is said, and where a copy is made, it plays as the clip did.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "tests/ingest/inspect/inspect_support.h"
#include "tests/support/temp_dir.h"

namespace hansom::ingest {
namespace {

using evidence::Report;
using Words = std::vector<std::string>;

#define HANSOM_CLIP_OR_SKIP(name, ...)           \
  const std::optional<Bytes> name = __VA_ARGS__; \
  if (!(name)) GTEST_SKIP() << "ffmpeg is not installed: no clip was made"

// Four seconds of picture and sound.
std::optional<Bytes> make(const std::string& suffix, const Words& more) {
  Words words{"-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=4",
              "-f", "lavfi", "-i", "sine=frequency=440:duration=4:sample_rate=16000"};
  words.insert(words.end(), more.begin(), more.end());
  return test::make_clip(words, suffix);
}
const Words kH264{"-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"};

Words join(const Words& a, const Words& b) {
  Words all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

Bytes copy_of(ByteSpan clip, const evidence::Repair& repair) {
  Bytes copy;
  for (const evidence::RepairPiece& piece : repair.pieces()) {
    const ByteSpan part = piece.literal().empty() ? clip.subspan(piece.offset(), piece.bytes())
                                                  : as_bytes(piece.literal());
    copy.insert(copy.end(), part.begin(), part.end());
  }
  return copy;
}

bool has(const Report& report, const std::string& kind) {
  return std::any_of(report.findings().begin(), report.findings().end(),
                     [&](const evidence::Finding& finding) { return finding.kind() == kind; });
}

// The packets of the pictures in a copy, which has to be whole and decode without a fault.
std::uint64_t packets_of_copy(ByteSpan clip, const Report& report) {
  EXPECT_GT(report.repair().pieces_size(), 0);
  const Report copy = test::inspect_at("full", copy_of(clip, report.repair()));
  EXPECT_EQ(copy.outcome(), Report::DECODABLE) << copy.reason();
  EXPECT_FALSE(copy.has_repair()) << copy.repair().missing();
  EXPECT_EQ(copy.decode_errors(), 0U);
  return copy.streams_size() == 0 ? 0 : copy.streams(0).packets();
}

TEST(Repair, WholeClipsNeedNone) {
  const std::pair<const char*, Words> cases[] = {
      {".mp4", join(kH264, {"-c:a", "aac"})},
      {".mp4", join(kH264, {"-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"})},
      {".mov", join(kH264, {"-c:a", "pcm_s16le"})},
      {".ts", join(kH264, {"-c:a", "aac"})},
      {".vob", join(kH264, {"-c:a", "ac3"})},
      {".avi", join(kH264, {"-c:a", "pcm_s16le"})},
      {".mkv", join(kH264, {"-c:a", "aac"})},
  };
  for (const auto& [suffix, words] : cases) {
    HANSOM_CLIP_OR_SKIP(clip, make(suffix, words));
    const Report report = test::inspect_at("headers", *clip);
    EXPECT_FALSE(report.has_repair()) << suffix << report.repair().missing();
    EXPECT_FALSE(has(report, "cut_off") || has(report, "no_index")) << suffix;
  }
}

TEST(Repair, ACutTransportStreamEndsAtItsLastWholePacket) {
  HANSOM_CLIP_OR_SKIP(clip, make(".ts", join(kH264, {"-c:a", "aac"})));
  const ByteSpan cut = ByteSpan(*clip).first(clip->size() / 2 / 188 * 188 + 77);
  const Report report = test::inspect_at("keyframes", cut);
  ASSERT_TRUE(report.has_repair());
  EXPECT_EQ(report.repair().playable_bytes(), cut.size() - 77);
  EXPECT_GT(report.repair().playable_us(), 1'000'000);
  EXPECT_LT(report.repair().playable_us(), 3'500'000);
  EXPECT_EQ(report.repair().method(), "prefix");
  EXPECT_TRUE(has(report, "cut_off"));
  EXPECT_EQ(copy_of(cut, report.repair()).size(), cut.size() - 77);
}

TEST(Repair, ACutProgramStreamEndsAtItsLastWholePacket) {
  HANSOM_CLIP_OR_SKIP(clip, make(".vob", join(kH264, {"-c:a", "ac3"})));
  const ByteSpan cut = ByteSpan(*clip).first(clip->size() / 2 + 3);
  const Report report = test::inspect_at("headers", cut);
  ASSERT_TRUE(report.has_repair());
  EXPECT_EQ(report.repair().method(), "prefix");
  EXPECT_GT(report.repair().playable_bytes(), clip->size() / 2 - 4096);
  EXPECT_LT(report.repair().playable_bytes(), cut.size());
  EXPECT_FALSE(test::inspect_at("headers", copy_of(cut, report.repair())).has_repair());
}

TEST(Repair, FragmentsArePlayedUpToTheLastWholeOne) {
  HANSOM_CLIP_OR_SKIP(
      clip, make(".mp4", join(kH264, {"-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"})));
  const ByteSpan cut = ByteSpan(*clip).first(clip->size() * 7 / 10);
  const Report report = test::inspect_at("keyframes", cut);
  ASSERT_TRUE(report.has_repair());
  EXPECT_EQ(report.repair().method(), "prefix");
  EXPECT_LT(report.repair().playable_bytes(), cut.size());
  EXPECT_GE(report.repair().playable_us(), 1'900'000);
  EXPECT_EQ(packets_of_copy(cut, report) % 25, 0U) << "fragments of a second each";
}

// The index of a progressive clip in front of its media data: what is there plays as it is.
TEST(Repair, ACutMovieWithItsIndexInFrontPlaysItself) {
  HANSOM_CLIP_OR_SKIP(clip, make(".mp4", join(kH264, {"-c:a", "aac", "-movflags", "+faststart"})));
  const ByteSpan cut = ByteSpan(*clip).first(clip->size() * 6 / 10);
  const Report report = test::inspect_at("headers", cut);
  EXPECT_EQ(report.outcome(), Report::DECODABLE);
  ASSERT_TRUE(report.has_repair());
  EXPECT_EQ(report.repair().method(), "");
  EXPECT_EQ(report.repair().playable_bytes(), cut.size());
  EXPECT_GT(report.repair().playable_us(), 1'000'000);
  EXPECT_FALSE(report.repair().missing().empty());
}

// What a recorder leaves that loses its power: sizes and counts never written, no index, half a
// chunk at the end.
TEST(Repair, AHalfWrittenAviGetsItsIndex) {
  const std::pair<Words, const char*> cases[] = {
      {join(kH264, {"-c:a", "pcm_s16le"}), "h264"},
      {{"-c:v", "mjpeg", "-c:a", "pcm_mulaw", "-ar", "8000"}, "mjpeg"},
      {{"-c:v", "mpeg4", "-vtag", "XVID", "-c:a", "mp3"}, "mpeg4"},
  };
  for (const auto& [words, codec] : cases) {
    SCOPED_TRACE(codec);
    HANSOM_CLIP_OR_SKIP(clip, make(".avi", words));
    Bytes half(clip->begin(), clip->begin() + static_cast<std::ptrdiff_t>(clip->size() * 6 / 10));
    std::fill_n(half.begin() + 4, 4, 0);
    const Bytes list = to_bytes("movi");
    const auto movi = std::search(half.begin(), half.end(), list.begin(), list.end());
    ASSERT_NE(movi, half.end());
    std::fill_n(movi - 4, 4, 0);
    const Report report = test::inspect_at("headers", half);
    ASSERT_TRUE(report.has_repair());
    EXPECT_EQ(report.repair().method(), "index_rebuilt");
    EXPECT_TRUE(has(report, "no_index"));
    EXPECT_GT(report.repair().playable_bytes(), half.size() * 9 / 10);
    const Bytes copy = copy_of(half, report.repair());
    const Report repaired = test::inspect_at("full", copy);
    EXPECT_EQ(repaired.outcome(), Report::DECODABLE);
    EXPECT_FALSE(repaired.has_repair()) << repaired.repair().missing();
    EXPECT_EQ(repaired.decode_errors(), 0U);
    ASSERT_EQ(repaired.streams_size(), 2);
    EXPECT_GT(repaired.streams(0).packets(), 40U);
    EXPECT_LT(repaired.streams(0).packets(), 75U);
    EXPECT_GT(repaired.duration_us(), 1'600'000);
    EXPECT_LT(repaired.duration_us(), 3'100'000);
  }
}

// With sizes, as a writer that can go back leaves them, and without, as one of a stream does.
TEST(Repair, ACutMatroskaEndsAtItsLastWholeBlock) {
  for (const Words& live : {Words{}, Words{"-live", "1"}}) {
    HANSOM_CLIP_OR_SKIP(clip, make(".mkv", join(join(kH264, {"-bf", "0", "-c:a", "aac"}), live)));
    const Report whole = test::inspect_at("headers", *clip);
    EXPECT_FALSE(whole.has_repair()) << whole.repair().missing();
    EXPECT_EQ(has(whole, "no_index"), !live.empty()) << "a stream is written without Cues";
    const ByteSpan cut = ByteSpan(*clip).first(clip->size() * 6 / 10);
    const Report report = test::inspect_at("headers", cut);
    ASSERT_TRUE(report.has_repair());
    EXPECT_EQ(report.repair().method(), "prefix");
    EXPECT_TRUE(has(report, "cut_off"));
    EXPECT_TRUE(has(report, "no_index"));
    EXPECT_GT(report.repair().playable_bytes(), cut.size() * 9 / 10);
    EXPECT_GT(report.repair().playable_us(), 1'000'000);
    const std::uint64_t packets = packets_of_copy(cut, report);
    EXPECT_GT(packets, 40U);
    EXPECT_LT(packets, 75U);
  }
}

TEST(Repair, ShiftedChunkOffsetsAreMovedBack) {
  for (const char* suffix : {".mp4", ".mov"}) {
    HANSOM_CLIP_OR_SKIP(clip, make(suffix, join(kH264, {"-c:a", "aac"})));
    const Report whole = test::inspect_at("full", *clip);
    // A box of another maker's, put before the media data without a thought for the index behind.
    const Bytes box = to_bytes(std::string("\0\0\x01\0skip", 8) + std::string(248, 'x'));
    Bytes shifted = *clip;
    const Bytes name = to_bytes("mdat");
    const auto mdat = std::search(shifted.begin(), shifted.end(), name.begin(), name.end());
    ASSERT_NE(mdat, shifted.end());
    shifted.insert(mdat - 4, box.begin(), box.end());
    const Report report = test::inspect_at("headers", shifted);
    ASSERT_TRUE(report.has_repair()) << suffix;
    EXPECT_EQ(report.repair().method(), "offsets_shifted");
    EXPECT_TRUE(has(report, "wrong_offsets"));
    EXPECT_EQ(packets_of_copy(shifted, report), whole.streams(0).packets()) << suffix;
  }
}

// Everything before the moov of a clip that has it at its end.
Bytes without_moov(const Bytes& clip) {
  const Bytes name = to_bytes("moov");
  const auto moov = std::search(clip.begin(), clip.end(), name.begin(), name.end());
  return moov == clip.end() ? Bytes() : Bytes(clip.begin(), moov - 4);
}

TEST(Repair, AMovieWhoseParameterSetsStoodInItsIndexSaysWhatIsMissing) {
  HANSOM_CLIP_OR_SKIP(clip, make(".mp4", join(kH264, {"-c:a", "aac"})));
  const Report report = test::inspect_at("keyframes", without_moov(*clip));
  EXPECT_EQ(report.outcome(), Report::UNDECODABLE);
  EXPECT_TRUE(has(report, "no_index"));
  ASSERT_TRUE(report.has_repair());
  EXPECT_EQ(report.repair().method(), "");
  EXPECT_NE(report.repair().missing().find("how to decode them"), std::string::npos)
      << report.repair().missing();
}

// As recorders write it: parameter sets before every key frame. An MP4 made of a transport stream
// keeps them.
std::optional<Bytes> with_parameter_sets(const Words& pictures, const Words& sound) {
  const auto stream = make(".ts", join(pictures, {"-bf", "0", "-c:a", "aac"}));
  if (!stream) return std::nullopt;
  const test::TempDir folder;
  std::ofstream(folder / "clip.ts", std::ios::binary)
      .write(reinterpret_cast<const char*>(stream->data()),
             static_cast<std::streamsize>(stream->size()));
  return test::make_clip(join({"-i", (folder / "clip.ts").string(), "-c:v", "copy"}, sound),
                         ".mp4");
}

const Words kHevc{"-c:v",     "libx265", "-preset",      "ultrafast",
                  "-pix_fmt", "yuv420p", "-x265-params", "keyint=25:bframes=0:repeat-headers=1"};

TEST(Repair, AMovieWithoutAnIndexGetsOneOfItsPictures) {
  const std::pair<Words, Words> cases[] = {
      {kH264, {"-an"}}, {kH264, {"-c:a", "copy"}}, {kHevc, {"-an"}}, {kHevc, {"-c:a", "copy"}}};
  for (const auto& [pictures, sound] : cases) {
    SCOPED_TRACE(pictures[1] + " " + sound.back());
    HANSOM_CLIP_OR_SKIP(clip, with_parameter_sets(pictures, sound));
    const Bytes lost = without_moov(*clip);
    ASSERT_FALSE(lost.empty());
    const Report report = test::inspect_at("keyframes", lost);
    EXPECT_EQ(report.outcome(), Report::UNDECODABLE);
    ASSERT_TRUE(report.has_repair());
    EXPECT_EQ(report.repair().method(), "moov_rebuilt") << report.repair().missing();
    EXPECT_EQ(packets_of_copy(lost, report), 100U);
    const Report copy = test::inspect_at("full", copy_of(lost, report.repair()));
    EXPECT_EQ(copy.streams_size(), 1);
    EXPECT_EQ(copy.streams(0).codec(), pictures == kH264 ? "h264" : "hevc");
    EXPECT_EQ(copy.streams(0).width_px(), 320U);
    EXPECT_EQ(copy.streams(0).height_px(), 240U);
    EXPECT_EQ(copy.duration_us(), 4'000'000);
  }
}

// A recorder that loses its power leaves the size of mdat as it was when it began, too.
TEST(Repair, AnMdatThatWasNeverClosedIsReadToTheEnd) {
  HANSOM_CLIP_OR_SKIP(clip, with_parameter_sets(kH264, {"-an"}));
  Bytes lost = without_moov(*clip);
  lost.resize(lost.size() * 7 / 10);
  const Bytes name = to_bytes("mdat");
  const auto mdat = std::search(lost.begin(), lost.end(), name.begin(), name.end());
  ASSERT_NE(mdat, lost.end());
  std::fill_n(mdat - 4, 4, 0);
  const Report report = test::inspect_at("keyframes", lost);
  ASSERT_TRUE(report.has_repair());
  EXPECT_EQ(report.repair().method(), "moov_rebuilt") << report.repair().missing();
  EXPECT_GT(packets_of_copy(lost, report), 50U);
}

TEST(Repair, ZerosInTheMediaDataHaveATime) {
  HANSOM_CLIP_OR_SKIP(clip, make(".mp4", join(kH264, {"-c:a", "aac", "-crf", "5"})));
  Bytes holed = *clip;
  const std::size_t at = holed.size() / 2;
  std::fill_n(holed.begin() + static_cast<std::ptrdiff_t>(at), 20'000, 0);
  const Report report = test::inspect_at("headers", holed);
  const auto found = std::find_if(report.findings().begin(), report.findings().end(),
                                  [](const auto& finding) { return finding.kind() == "zero_run"; });
  ASSERT_NE(found, report.findings().end());
  EXPECT_LE(found->clip_offset(), at);
  EXPECT_GE(found->clip_offset() + found->clip_bytes(), at + 20'000);
  EXPECT_GT(found->start_us(), 1'000'000);
  EXPECT_LT(found->end_us(), 3'000'000);
  EXPECT_LT(found->start_us(), found->end_us());
}

}  // namespace
}  // namespace hansom::ingest
