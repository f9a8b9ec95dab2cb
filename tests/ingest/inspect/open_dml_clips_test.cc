// AVIs of several RIFFs that play: their packets are those of the AVI they were made of, and
// ffprobe's; half-written ones get a copy that plays.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/ingest/inspect/inspect_support.h"
#include "tests/ingest/inspect/run_program.h"
#include "tests/ingest/inspect/structure/open_dml.h"
#include "tests/support/temp_dir.h"

namespace hansom::ingest {
namespace {

using evidence::Report;

// Four seconds of picture and sound.
std::optional<Bytes> make_avi() {
  return test::make_clip(
      {"-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=4", "-f", "lavfi", "-i",
       "sine=frequency=440:duration=4:sample_rate=16000", "-c:v", "libx264", "-preset", "ultrafast",
       "-g", "25", "-bf", "0", "-c:a", "pcm_s16le"},
      ".avi");
}

std::vector<std::uint64_t> packets_of(const Report& report) {
  std::vector<std::uint64_t> packets;
  for (const evidence::Stream& stream : report.streams()) packets.push_back(stream.packets());
  return packets;
}

std::vector<std::uint64_t> ask_ffprobe(ByteSpan clip) {
  const test::TempDir folder;
  const std::string path = folder / "clip.avi";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(clip.data()), static_cast<std::streamsize>(clip.size()));
  const test::ProgramResult said =
      test::run_program({test::find_program("ffprobe").value(), "-v", "error", "-count_packets",
                         "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", path});
  EXPECT_EQ(said.status, 0);
  std::vector<std::uint64_t> packets;
  std::istringstream lines(said.output);
  for (std::string line; std::getline(lines, line);) packets.push_back(std::stoull(line));
  return packets;
}

TEST(OpenDmlClips, AWholeOneHasAllPacketsAndNeedsNoRepair) {
  const auto avi = make_avi();
  if (!avi) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  const Report one = test::inspect_at("full", *avi);
  const test::OpenDml made = test::make_open_dml(*avi, 3);
  const Report report = test::inspect_at("full", made.clip);
  EXPECT_EQ(report.outcome(), Report::DECODABLE);
  EXPECT_FALSE(report.has_repair()) << report.repair().missing();
  EXPECT_EQ(report.decode_errors(), 0U);
  EXPECT_EQ(packets_of(report), packets_of(one));
  EXPECT_EQ(packets_of(report), ask_ffprobe(made.clip));
  EXPECT_EQ(report.duration_us(), one.duration_us());
}

TEST(OpenDmlClips, AHalfWrittenOnePlaysUpToItsLastWholeChunk) {
  const auto avi = make_avi();
  if (!avi) GTEST_SKIP() << "ffmpeg is not installed: no clip was made";
  test::OpenDml made = test::make_open_dml(*avi, 3);
  // Power is lost in the last part: its sizes were not written, its index neither.
  for (const std::size_t list : {made.parts[2], made.parts[2] + 12}) {
    std::fill_n(made.clip.begin() + static_cast<std::ptrdiff_t>(list) + 4, 4, std::uint8_t{0xff});
  }
  const std::size_t last_bytes = made.clip.size() - made.parts[2];
  made.clip.resize(made.parts[2] + last_bytes / 2);
  const Report report = test::inspect_at("headers", made.clip);
  ASSERT_TRUE(report.has_repair());
  EXPECT_EQ(report.repair().method(), "index_rebuilt");
  EXPECT_GT(report.repair().playable_bytes(), made.parts[2] + last_bytes / 3);
  Bytes copy;
  for (const evidence::RepairPiece& piece : report.repair().pieces()) {
    const ByteSpan part = piece.literal().empty()
                              ? ByteSpan(made.clip).subspan(piece.offset(), piece.bytes())
                              : as_bytes(piece.literal());
    copy.insert(copy.end(), part.begin(), part.end());
  }
  const Report repaired = test::inspect_at("full", copy);
  EXPECT_EQ(repaired.outcome(), Report::DECODABLE);
  EXPECT_FALSE(repaired.has_repair()) << repaired.repair().missing();
  EXPECT_EQ(repaired.decode_errors(), 0U);
  EXPECT_EQ(packets_of(repaired), ask_ffprobe(copy));
  ASSERT_EQ(repaired.streams_size(), 2);
  EXPECT_GT(repaired.streams(0).packets(), 75U) << "two parts of three, and some of the third";
  EXPECT_LT(repaired.streams(0).packets(), 100U);
}

}  // namespace
}  // namespace hansom::ingest
