// AVIs of several RIFFs, on bytes made by hand: a whole one is not damaged, and of any prefix of it
// the copy has every chunk that is whole.
#include "tests/ingest/inspect/structure/open_dml.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/structure/avi_lists.h"
#include "ingest/inspect/inspector/structure/structure.h"
#include "tests/ingest/inspect/structure/repaired_bytes.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kPictures = 12;

// The pictures that idx1 of a copy of one part names, by the byte they are filled with.
std::string pictures_of(ByteSpan copy) {
  const Avi avi = read_avi_lists(copy);
  std::string pictures;
  if (!avi.movi) return "no movi";
  const auto index = chunk_at(copy, avi.movi->end());
  if (!index || index->id != code("idx1")) return "no idx1";
  for (std::size_t at = index->payload(); at < index->end(); at += 16) {
    std::size_t place = avi.movi->payload();
    for (std::size_t i = 0; i < 4; ++i) place += std::size_t{copy[at + 8 + i]} << (8 * i);
    const auto chunk = chunk_at(copy, place);
    if (!chunk || chunk->id != code("00dc") || chunk->end() > copy.size()) return "no chunk";
    pictures.push_back(static_cast<char>('a' + copy[chunk->payload()] - 0x80));
  }
  return pictures;
}

bool has(const Structure& structure, std::string_view kind) {
  for (const Finding& finding : structure.findings) {
    if (finding.kind == kind) return true;
  }
  return false;
}

TEST(OpenDml, AWholeOneIsNotDamaged) {
  EXPECT_FALSE(read_avi(test::make_small_avi(kPictures)).is_damaged);
  for (const std::size_t parts : {1U, 2U, 3U}) {
    const test::OpenDml made = test::make_open_dml(test::make_small_avi(kPictures), parts);
    const Structure structure = read_avi(made.clip);
    EXPECT_FALSE(structure.is_damaged) << parts << ": " << structure.missing;
    EXPECT_TRUE(structure.findings.empty()) << parts;
    EXPECT_EQ(read_avi_lists(made.clip).parts, parts);
  }
}

TEST(OpenDml, WhatFollowsThatIsNoPartIsItsMakers) {
  test::OpenDml made = test::make_open_dml(test::make_small_avi(kPictures), 2);
  const Bytes more = test::make_small_avi(2);
  made.clip.insert(made.clip.end(), more.begin(), more.end());
  EXPECT_FALSE(read_avi(made.clip).is_damaged);
}

TEST(OpenDml, OfEveryPrefixTheCopyHasEachWholePicture) {
  const test::OpenDml made = test::make_open_dml(test::make_small_avi(kPictures), 3);
  const Avi avi = read_avi_lists(made.clip);
  std::vector<std::size_t> ends;
  for (std::size_t at = avi.movi->payload() + 4; at + 8 <= made.clip.size();) {
    const Chunk chunk = chunk_at(made.clip, at).value();
    const bool opens = chunk.id == code("RIFF") || chunk.id == code("LIST");
    at = opens ? chunk.payload() + 4 : chunk.end();
    if (chunk.id == code("00dc")) ends.push_back(chunk.end());
  }
  ASSERT_EQ(ends.size(), kPictures);
  std::string all;
  for (std::size_t i = 0; i < kPictures; ++i) all.push_back(static_cast<char>('a' + i));
  for (std::size_t size = ends[0]; size + 1 < made.clip.size(); ++size) {
    const ByteSpan cut = ByteSpan(made.clip).first(size);
    std::size_t whole = 0;
    while (whole < kPictures && ends[whole] <= size) ++whole;
    const Structure structure = read_avi(cut);
    ASSERT_TRUE(structure.is_damaged) << size;
    EXPECT_TRUE(has(structure, "cut_off")) << size;
    EXPECT_EQ(structure.playable_bytes, ends[whole - 1]) << size;
    ASSERT_EQ(structure.method, "index_rebuilt") << size;
    const Bytes copy = test::repaired_bytes(cut, structure);
    EXPECT_EQ(pictures_of(copy), all.substr(0, whole)) << size;
    const Structure again = read_avi(copy);
    ASSERT_FALSE(again.is_damaged) << size << ": " << again.missing;
  }
}

// A writer that lost its power in a later part: that has no sizes, the ones before are closed.
TEST(OpenDml, APartThatWasNeverClosedIsReadToItsLastWholePicture) {
  for (const std::uint8_t unwritten : {std::uint8_t{0}, std::uint8_t{0xff}}) {
    test::OpenDml made = test::make_open_dml(test::make_small_avi(kPictures), 3);
    for (const std::size_t list : {made.parts[2], made.parts[2] + 12}) {
      std::fill_n(made.clip.begin() + static_cast<std::ptrdiff_t>(list) + 4, 4, unwritten);
    }
    made.clip.resize(made.parts[2] + 24 + 26 + 28 + 5);  // two pictures, and five bytes
    const Structure structure = read_avi(made.clip);
    EXPECT_TRUE(structure.is_damaged);
    EXPECT_NE(structure.missing.find("3 parts as one"), std::string::npos) << structure.missing;
    EXPECT_EQ(pictures_of(test::repaired_bytes(made.clip, structure)), "abcdefghij");
    EXPECT_EQ(structure.playable_bytes, made.clip.size() - 5);
  }
}

// idx1 knows the first part alone.
TEST(OpenDml, WithoutASuperIndexTheLaterPartsHaveNone) {
  test::OpenDml made = test::make_open_dml(test::make_small_avi(kPictures), 2);
  const std::size_t super_index = read_avi_lists(made.clip).streams.at(0).super_index;
  ASSERT_NE(super_index, 0U);
  const Bytes junk = to_bytes("JUNK");
  std::copy(junk.begin(), junk.end(), made.clip.begin() + static_cast<std::ptrdiff_t>(super_index));
  const Structure structure = read_avi(made.clip);
  EXPECT_TRUE(has(structure, "no_index"));
  EXPECT_FALSE(has(structure, "cut_off"));
  EXPECT_EQ(pictures_of(test::repaired_bytes(made.clip, structure)), "abcdefghijkl");
}

// More parts than a copy is put together of: what is told is that it ends before the clip does.
TEST(OpenDml, TheCopyStaysUnderItsBounds) {
  const Bytes avi = test::make_small_avi(kPictures);
  const test::OpenDml one = test::make_open_dml(avi, 1);
  const Avi lists = read_avi_lists(one.clip);
  Bytes clip(one.clip.begin(),
             one.clip.begin() + static_cast<std::ptrdiff_t>(lists.movi->payload() + 4 + 18));
  for (std::size_t i = 0; i < 2 * kRepairPiecesMax; ++i) {
    const Bytes part = to_bytes(std::string("RIFF\0\0\0\0AVIXLIST\0\0\0\0movi00dc\2\0\0\0xx", 34));
    clip.insert(clip.end(), part.begin(), part.end());
  }
  const Structure structure = read_avi(clip);
  EXPECT_EQ(structure.pieces.size(), kRepairPiecesMax);
  EXPECT_LT(structure.playable_bytes, clip.size());
  EXPECT_NE(structure.missing.find("the copy ends there"), std::string::npos) << structure.missing;
}

}  // namespace
}  // namespace hansom::ingest
