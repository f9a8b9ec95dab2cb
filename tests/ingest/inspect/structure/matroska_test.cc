// Matroska, on bytes made by hand: where it is cut off, what a copy has, and whether it has Cues.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "ingest/inspect/inspector/structure/ebml.h"
#include "ingest/inspect/inspector/structure/structure.h"
#include "tests/ingest/inspect/structure/repaired_bytes.h"

namespace hansom::ingest {
namespace {

constexpr const char* kFormat = "matroska,webm";

void append(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

// `id` with its marker; a size of four bytes, or the one that says nothing.
Bytes element(const Bytes& id, const Bytes& payload, bool has_size = true) {
  Bytes out = id;
  const auto size = static_cast<std::uint32_t>(payload.size());
  append_u32be(out, has_size ? 0x10000000U | size : 0x1fffffffU);
  append(out, payload);
  return out;
}
Bytes block(std::size_t number) {
  return element({0xa3}, Bytes(20 + number, static_cast<std::uint8_t>(number)));
}
Bytes cluster(std::size_t first, bool has_size) {
  Bytes payload = element({0xe7}, {0, 0});
  for (std::size_t i = 0; i < 3; ++i) append(payload, block(first + i));
  return element({0x1f, 0x43, 0xb6, 0x75}, payload, has_size);
}
const Bytes kCuesId{0x1c, 0x53, 0xbb, 0x6b};

struct Form {
  bool has_sizes = true;
  bool has_seek_head = true;
  bool has_cues = true;
};

Bytes make(const Form& form) {
  Bytes parts = element({0x16, 0x54, 0xae, 0x6b}, Bytes(30, 0x11));
  for (std::size_t i = 0; i < 3; ++i) append(parts, cluster(10 * i, form.has_sizes));
  const Bytes cues = element(kCuesId, Bytes(25, 0x22));
  Bytes payload;
  if (form.has_seek_head) {
    Bytes seek = element({0x53, 0xab}, kCuesId);
    Bytes position;
    append_u32be(position, static_cast<std::uint32_t>(8 + 6 + 10 + 10 + parts.size()));
    append(seek, element({0x53, 0xac}, position));
    append(payload, element({0x11, 0x4d, 0x9b, 0x74}, element({0x4d, 0xbb}, seek)));
  }
  append(payload, parts);
  if (form.has_cues) append(payload, cues);
  Bytes clip = element({0x1a, 0x45, 0xdf, 0xa3}, Bytes(16, 0x33));
  append(clip, element({0x18, 0x53, 0x80, 0x67}, payload, form.has_sizes));
  return clip;
}

const Finding* find(const Structure& structure, std::string_view kind) {
  const auto found = std::find_if(structure.findings.begin(), structure.findings.end(),
                                  [kind](const Finding& finding) { return finding.kind == kind; });
  return found == structure.findings.end() ? nullptr : &*found;
}

// How many of the blocks lie whole in these bytes.
std::size_t blocks_in(ByteSpan bytes) {
  std::size_t count = 0;
  for (const std::size_t number : {0U, 1U, 2U, 10U, 11U, 12U, 20U, 21U, 22U}) {
    const Bytes whole = block(number);
    count += std::search(bytes.begin(), bytes.end(), whole.begin(), whole.end()) != bytes.end();
  }
  return count;
}

TEST(Matroska, AWholeOneIsNotDamaged) {
  for (const bool has_sizes : {true, false}) {
    const Structure structure = read_structure(make({has_sizes, true, true}), kFormat, false);
    EXPECT_FALSE(structure.is_damaged) << structure.missing;
    EXPECT_TRUE(structure.findings.empty());
  }
}

TEST(Matroska, CuesThatASeekHeadNamesAndThatAreNotThereAreMissing) {
  Bytes clip = make({true, true, true});
  const auto cues = std::find_end(clip.begin(), clip.end(), kCuesId.begin(), kCuesId.end());
  const Bytes tags{0x12, 0x54, 0xc3, 0x67};
  std::copy(tags.begin(), tags.end(), cues);
  const Structure structure = read_structure(clip, kFormat, false);
  const Finding* found = find(structure, "no_index");
  ASSERT_NE(found, nullptr);
  EXPECT_DOUBLE_EQ(found->confidence, 0.9);
  EXPECT_EQ(found->clip_offset, static_cast<std::uint64_t>(cues - clip.begin()));
  EXPECT_FALSE(structure.is_damaged) << "it plays as it is, from front to end";
}

TEST(Matroska, CuesThatNobodyNamesMayBeMissingInAStream) {
  const Bytes clip = make({false, false, false});
  const Structure structure = read_structure(clip, kFormat, false);
  const Finding* found = find(structure, "no_index");
  ASSERT_NE(found, nullptr);
  EXPECT_DOUBLE_EQ(found->confidence, 0.5);
  EXPECT_EQ(found->clip_offset, clip.size());
  EXPECT_FALSE(structure.is_damaged);
}

TEST(Matroska, OfEveryPrefixTheCopyHasEachWholeBlock) {
  for (const bool has_sizes : {true, false}) {
    const Bytes clip = make({has_sizes, true, true});
    const Bytes first = block(0);
    const auto from =
        static_cast<std::size_t>(std::search(clip.begin(), clip.end(), first.begin(), first.end()) -
                                 clip.begin() + static_cast<std::ptrdiff_t>(first.size()));
    std::size_t whole = 0;
    for (std::size_t size = from; size < clip.size(); ++size) {
      const ByteSpan cut = ByteSpan(clip).first(size);
      const Structure structure = read_structure(cut, kFormat, false);
      EXPECT_NE(find(structure, "no_index"), nullptr) << size;
      if (!has_sizes && !structure.is_damaged) {  // it ends where an element or a block does
        ++whole;
        continue;
      }
      ASSERT_TRUE(structure.is_damaged) << size;
      EXPECT_NE(find(structure, "cut_off"), nullptr) << size;
      ASSERT_EQ(structure.method, "prefix") << size;
      EXPECT_LE(structure.playable_bytes, size);
      const Bytes copy = test::repaired_bytes(cut, structure);
      EXPECT_EQ(copy.size(), structure.playable_bytes) << size;
      EXPECT_EQ(blocks_in(copy), blocks_in(cut)) << size;
      const Structure again = read_structure(copy, kFormat, false);
      ASSERT_FALSE(again.is_damaged) << size << ": " << again.missing;
    }
    // Without sizes: behind each block but the last, each of two clusters' heads and timestamps,
    // and before the Cues.
    EXPECT_EQ(whole, has_sizes ? 0U : 9U + 2 * 2);
  }
}

TEST(Matroska, WhatWasReservedAndNeverWrittenIsNoBlock) {
  Bytes clip = make({false, false, false});
  const std::size_t written = clip.size();
  clip.resize(written + 5'000, 0);
  const Structure structure = read_structure(clip, kFormat, false);
  EXPECT_TRUE(structure.is_damaged);
  EXPECT_EQ(structure.playable_bytes, written);
  EXPECT_EQ(test::repaired_bytes(clip, structure), make({false, false, false}));
}

TEST(Matroska, DamageInTheMiddleIsNotTheEnd) {
  for (const bool has_sizes : {true, false}) {
    Bytes clip = make({has_sizes, true, true});
    const Bytes damaged = block(10);
    const auto at = std::search(clip.begin(), clip.end(), damaged.begin(), damaged.end());
    ASSERT_NE(at, clip.end());
    std::fill_n(at, damaged.size(), std::uint8_t{0});
    EXPECT_FALSE(read_structure(clip, kFormat, false).is_damaged) << has_sizes;
  }
}

TEST(Matroska, AHeaderWithoutABlockIsNoCopy) {
  const Bytes clip = make({true, true, true});
  const Bytes first = block(0);
  const auto from = std::search(clip.begin(), clip.end(), first.begin(), first.end());
  const ByteSpan cut = ByteSpan(clip).first(static_cast<std::size_t>(from - clip.begin()) + 4);
  const Structure structure = read_structure(cut, kFormat, false);
  EXPECT_TRUE(structure.is_damaged);
  EXPECT_EQ(structure.method, "");
  EXPECT_EQ(structure.playable_bytes, 0U);
  EXPECT_EQ(find(structure, "no_index"), nullptr) << "there is nothing to seek in";
}

TEST(Ebml, SizesKeepTheirWidth) {
  for (std::size_t width = 1; width <= 8; ++width) {
    Bytes head{0xec};
    head.resize(1 + width, 0);
    head[1] = static_cast<std::uint8_t>(0x80U >> (width - 1));
    head.back() |= 0x55U;
    const auto element = element_at(head, 0, head.size());
    ASSERT_TRUE(element) << width;
    EXPECT_EQ(element->bytes, 0x55U);
    Bytes again{0xec};
    append(again, size_field(*element, 0x33));
    const auto smaller = element_at(again, 0, again.size());
    ASSERT_TRUE(smaller) << width;
    EXPECT_EQ(smaller->bytes, 0x33U);
    EXPECT_EQ(smaller->payload, element->payload);
    EXPECT_FALSE(element_at(head, 0, head.size() - 1)) << "half a head";
  }
}

}  // namespace
}  // namespace hansom::ingest
