// Clips that mean harm: whatever comes, there is a report with a reason, soon, and nothing of ours
// crashed.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>

#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::ingest {
namespace {

constexpr std::chrono::seconds kSoon{20};

// Inspects, expects an end by the inspector's own choice, and tells the outcome in a word.
std::string outcome_of(ByteSpan clip, const std::string& what) {
  const auto start = std::chrono::steady_clock::now();
  const evidence::Report report = test::inspect_bytes(clip).report;
  EXPECT_LT(std::chrono::steady_clock::now() - start, kSoon) << what;
  EXPECT_FALSE(report.inspector_version().empty())
      << what << ": died: " << report.reason_token() << " " << report.reason();
  if (report.outcome() == evidence::Report::DECODABLE) return "decodable";
  EXPECT_FALSE(report.reason_token().empty()) << what;
  return report.reason_token();
}

void append_box(Bytes& out, std::uint32_t size, std::string_view type) {
  append_u32be(out, size);
  out.insert(out.end(), type.begin(), type.end());
}

TEST(Hostile, NoBytes) {
  EXPECT_EQ(outcome_of({}, "nothing"), "empty");
}

TEST(Hostile, OneByte) {
  EXPECT_EQ(outcome_of(Bytes{0}, "one byte"), "unsupported_format");
}

TEST(Hostile, FiftyMegabytesOfZeros) {
  const std::string outcome = outcome_of(Bytes(50'000'000), "zeros");
  EXPECT_NE(outcome, "decodable");
}

TEST(Hostile, APlaylistOpensNoFile) {
  const Bytes clip = to_bytes(
      "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n");
  EXPECT_EQ(outcome_of(clip, "playlist"), "unsupported_format");
  const Bytes list = to_bytes("ffconcat version 1.0\nfile /etc/passwd\n");
  EXPECT_EQ(outcome_of(list, "concat"), "unsupported_format");
}

TEST(Hostile, BoxesThatLeadNowhere) {
  // Size 0 ("to the end"), size 1 with a 64-bit size of 0, sizes below a header, and a box in
  // itself.
  for (const std::uint32_t size : {0U, 1U, 7U, 8U, 0xffffffffU}) {
    Bytes clip;
    append_box(clip, 16, "ftyp");
    const Bytes brand = to_bytes("isom\0\0\0\1");
    clip.insert(clip.end(), brand.begin(), brand.end());
    clip.resize(16);
    for (int i = 0; i < 2000; ++i) {
      append_box(clip, size, i % 2 == 0 ? "moov" : "trak");
      append_u64be(clip, 0);
    }
    EXPECT_NE(outcome_of(clip, "box of size " + std::to_string(size)), "decodable");
  }
}

TEST(Hostile, RandomBytes) {
  std::mt19937 random(20261122);
  for (int i = 0; i < 20; ++i) {
    Bytes clip(1U << (i % 18));
    for (auto& byte : clip) byte = static_cast<std::uint8_t>(random());
    if (i % 2 == 0) {  // with a start that some demuxer believes
      const Bytes start = to_bytes(i % 4 == 0 ? "\x1a\x45\xdf\xa3" : "RIFF....AVI LIST");
      std::copy_n(start.begin(), std::min(start.size(), clip.size()), clip.begin());
    }
    static_cast<void>(outcome_of(clip, "random " + std::to_string(i)));
  }
}

TEST(Hostile, CutAtManyPlaces) {
  const auto whole = test::make_small_clip();
  if (!whole) GTEST_SKIP() << "ffmpeg is not installed: no clip was cut";
  for (std::size_t part = 0; part < 16; ++part) {
    const std::size_t size = part < 8 ? part * 37 : whole->size() * (part - 7) / 9;
    static_cast<void>(outcome_of(ByteSpan(*whole).first(size), "cut at " + std::to_string(size)));
  }
}

// Flips, overwrites and repeats pieces of good clips. HANSOM_SEED repeats a run;
// HANSOM_FUZZ_SECONDS makes it longer.
TEST(Hostile, MutatedClips) {
  std::vector<Bytes> seeds;
  for (const char* suffix : {".mp4", ".mkv", ".ts", ".avi"}) {
    auto made = test::make_clip(
        {"-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1", "-f", "lavfi", "-i",
         "sine=duration=1", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-c:a", "aac"},
        suffix);
    if (!made) GTEST_SKIP() << "ffmpeg is not installed: no clip was mutated";
    seeds.push_back(*std::move(made));
  }
  const char* seed_text = std::getenv("HANSOM_SEED");
  const char* seconds_text = std::getenv("HANSOM_FUZZ_SECONDS");
  const unsigned seed = seed_text == nullptr ? 1 : static_cast<unsigned>(std::atoi(seed_text));
  const std::chrono::seconds budget(seconds_text == nullptr ? 15 : std::atoi(seconds_text));
  std::cout << "HANSOM_SEED=" << seed << "\n";
  std::mt19937 random(seed);
  std::map<std::string, int> outcomes;
  const auto end = std::chrono::steady_clock::now() + budget;
  for (int i = 0; std::chrono::steady_clock::now() < end; ++i) {
    Bytes clip = seeds[static_cast<std::size_t>(i) % seeds.size()];
    const std::size_t faults = 1 + random() % 24;
    for (std::size_t fault = 0; fault < faults; ++fault) {
      // Half of the faults go where the headers are.
      const std::size_t at = random() % (random() % 2 == 0 ? clip.size() : clip.size() / 16);
      const std::size_t length = std::min<std::size_t>(random() % 9, clip.size() - at);
      const std::size_t from = random() % (clip.size() - length);
      switch (random() % 4) {
        case 0:
          clip[at] ^= static_cast<std::uint8_t>(1U << (random() % 8));
          break;
        case 1:
          std::fill_n(clip.begin() + static_cast<std::ptrdiff_t>(at), length, 0xff);
          break;
        case 2:
          std::fill_n(clip.begin() + static_cast<std::ptrdiff_t>(at), length, 0);
          break;
        default:
          std::copy_n(clip.begin() + static_cast<std::ptrdiff_t>(from), length,
                      clip.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    ++outcomes[outcome_of(clip, "mutation " + std::to_string(i))];
  }
  for (const auto& [outcome, count] : outcomes) std::cout << count << " " << outcome << "\n";
}

}  // namespace
}  // namespace hansom::ingest
