// How clips are built, on bytes made by hand: ends, indexes, zeros, places in time.
#include <gtest/gtest.h>

#include <string>

#include "ingest/inspect/inspector/finding_rules.h"
#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/places_in_time.h"
#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::ingest {
namespace {

constexpr const char* kMovie = "mov,mp4,m4a,3gp,3g2,mj2";

void append(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

Bytes box(std::string_view type, const Bytes& payload) {
  Bytes out;
  append_u32be(out, static_cast<std::uint32_t>(8 + payload.size()));
  out.insert(out.end(), type.begin(), type.end());
  append(out, payload);
  return out;
}

std::size_t count_of(const Structure& structure, std::string_view kind) {
  std::size_t count = 0;
  for (const Finding& finding : structure.findings) count += finding.kind == kind ? 1 : 0;
  return count;
}

Bytes packets(std::size_t count, std::size_t bytes) {
  Bytes clip(count * bytes, 0x55);
  for (std::size_t i = 0; i < count; ++i) clip[i * bytes] = 0x47;
  return clip;
}

TEST(ZeroRuns, AreFoundWhereverTheyBegin) {
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{1}, std::size_t{2047}, std::size_t{2049}, std::size_t{5'000}}) {
    Bytes bytes(20'000, 0xaa);
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), kZeroRunBytes, 0);
    std::vector<Finding> found;
    find_zero_runs(bytes, 100, 0.9, found);
    ASSERT_EQ(found.size(), 1U) << at;
    EXPECT_EQ(found[0].clip_offset, 100 + at);
    EXPECT_EQ(found[0].clip_bytes, kZeroRunBytes);
  }
}

TEST(ZeroRuns, ShorterOnesAreNot) {
  Bytes bytes(20'000, 0xaa);
  std::fill_n(bytes.begin() + 3'000, kZeroRunBytes - 1, 0);
  std::vector<Finding> found;
  find_zero_runs(bytes, 0, 0.9, found);
  EXPECT_TRUE(found.empty());
}

TEST(ZeroRuns, StayUnderTheirBound) {
  Bytes bytes;
  for (std::size_t i = 0; i < kPlacesMax + 50; ++i) {
    bytes.insert(bytes.end(), 2 * kZeroRunBytes, 0);
    bytes.push_back(1);
  }
  std::vector<Finding> found;
  find_zero_runs(bytes, 0, 0.9, found);
  EXPECT_EQ(found.size(), kPlacesMax);
}

TEST(TransportStream, AWholeOneIsNotDamaged) {
  EXPECT_FALSE(read_structure(packets(10, 188), "mpegts", false).is_damaged);
  EXPECT_FALSE(read_structure(packets(10, 204), "mpegts", false).is_damaged);
  EXPECT_FALSE(read_structure(Bytes(5000, 0x55), "mpegts", false).is_damaged) << "no grid at all";
}

TEST(TransportStream, EndsAtTheLastWholePacket) {
  Bytes clip = packets(10, 188);
  clip.resize(9 * 188 + 100);
  const Structure cut = read_structure(clip, "mpegts", false);
  EXPECT_TRUE(cut.is_damaged);
  EXPECT_EQ(cut.playable_bytes, 9U * 188);
  EXPECT_EQ(cut.method, "prefix");
  ASSERT_EQ(cut.pieces.size(), 1U);
  EXPECT_EQ(cut.pieces[0].offset, 0U);
  EXPECT_EQ(cut.pieces[0].bytes, 9U * 188);
  EXPECT_EQ(count_of(cut, "cut_off"), 1U);
}

TEST(TransportStream, WhatWasReservedAndNeverWrittenIsNoPacket) {
  Bytes clip = packets(10, 188);
  clip.resize(20UL * 188, 0);
  EXPECT_EQ(read_structure(clip, "mpegts", false).playable_bytes, 10U * 188);
}

Bytes pack() {
  return {0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xf8};
}
Bytes packet(std::uint8_t code, std::size_t bytes) {
  Bytes out{
      0, 0, 1, code, static_cast<std::uint8_t>(bytes >> 8U), static_cast<std::uint8_t>(bytes)};
  out.resize(out.size() + bytes, 0x66);
  return out;
}

TEST(ProgramStream, EndsAtTheLastWholePacket) {
  Bytes clip;
  for (int i = 0; i < 5; ++i) {
    append(clip, pack());
    append(clip, packet(0xe0, 1000));
  }
  EXPECT_FALSE(read_structure(clip, "mpeg", false).is_damaged);
  const std::size_t whole = clip.size();
  append(clip, pack());
  append(clip, packet(0xe0, 1000));
  clip.resize(clip.size() - 300);
  const Structure cut = read_structure(clip, "mpeg", false);
  EXPECT_TRUE(cut.is_damaged);
  EXPECT_EQ(cut.playable_bytes, whole + pack().size());
  EXPECT_EQ(cut.method, "prefix");
}

TEST(ProgramStream, DamageInTheMiddleIsNotTheEnd) {
  Bytes clip = pack();
  append(clip, packet(0xe0, 1000));
  append(clip, Bytes(50, 0x77));
  append(clip, pack());
  append(clip, packet(0xe0, 1000));
  EXPECT_FALSE(read_structure(clip, "mpeg", false).is_damaged);
}

TEST(MovieStructure, WithoutAnIndexThereIsNone) {
  Bytes clip = box("ftyp", Bytes(8, 'a'));
  append(clip, box("mdat", Bytes(5000, 0x11)));
  const Structure structure = read_structure(clip, kMovie, false);
  EXPECT_TRUE(structure.is_damaged);
  EXPECT_EQ(count_of(structure, "no_index"), 1U);
  EXPECT_EQ(structure.method, "");
  EXPECT_FALSE(structure.missing.empty());
}

TEST(MovieStructure, AFragmentIsWholeOrNotPlayed) {
  Bytes clip = box("ftyp", Bytes(8, 'a'));
  append(clip, box("moov", Bytes(100, 0)));
  for (int i = 0; i < 2; ++i) {
    append(clip, box("moof", Bytes(40, 0)));
    append(clip, box("mdat", Bytes(500, 0x11)));
  }
  EXPECT_FALSE(read_structure(clip, kMovie, false).is_damaged);
  const std::size_t whole = clip.size();
  append(clip, box("moof", Bytes(40, 0)));
  for (const std::size_t more : {std::size_t{0}, std::size_t{8}, std::size_t{200}}) {
    Bytes cut = clip;
    if (more == 0) {
      cut.resize(cut.size() - 10);  // inside the moof
    } else {
      append(cut, box("mdat", Bytes(500, 0x11)));
      cut.resize(clip.size() + more);
    }
    const Structure structure = read_structure(cut, kMovie, false);
    EXPECT_TRUE(structure.is_damaged) << more;
    EXPECT_EQ(structure.playable_bytes, whole) << more;
    EXPECT_EQ(structure.method, "prefix") << more;
    EXPECT_EQ(count_of(structure, "cut_off"), 1U) << more;
  }
}

TEST(MovieStructure, ZerosInsideTheMediaDataAreToldAndThoseInFreeBoxesAreNot) {
  Bytes media(30'000, 0x11);
  std::fill_n(media.begin() + 10'000, 9'000, 0);
  Bytes clip = box("ftyp", Bytes(8, 'a'));
  append(clip, box("free", Bytes(20'000, 0)));
  append(clip, box("moov", Bytes(100, 0)));
  const std::size_t at = clip.size() + 8 + 10'000;
  append(clip, box("mdat", media));
  const Structure structure = read_structure(clip, kMovie, false);
  ASSERT_EQ(count_of(structure, "zero_run"), 1U);
  EXPECT_EQ(structure.findings[0].clip_offset, at);
  EXPECT_GT(structure.findings[0].confidence,
            read_structure(clip, kMovie, true).findings[0].confidence)
      << "sound that is not compressed may be zeros";
}

// Lists in an order that no recorder writes them in.
TEST(Avi, AHeaderBehindTheChunksIsNone) {
  Bytes clip = to_bytes(std::string("RIFF\0\0\0\0AVI ", 12));
  const Bytes movi = to_bytes(std::string("LIST\x0c\0\0\0movi00dc\0\0\0\0", 20));
  const Bytes hdrl = to_bytes(std::string("LIST\x24\0\0\0hdrlavih\x18\0\0\0", 20));
  append(clip, movi);
  append(clip, hdrl);
  append(clip, Bytes(200, 0));
  const Structure structure = read_structure(clip, "avi", false);
  EXPECT_TRUE(structure.is_damaged);
  EXPECT_EQ(structure.method, "");
}

TEST(MovieStructure, BytesThatMakeNoSenseAreReadToTheirEnd) {
  for (const char* format : {kMovie, "mpegts", "mpeg", "avi", "matroska,webm", ""}) {
    for (std::size_t size = 0; size < 64; ++size) {
      for (const int fill : {0x00, 0x01, 0x47, 0xff}) {
        const Bytes clip(size, static_cast<std::uint8_t>(fill));
        const Structure structure = read_structure(clip, format, false);
        EXPECT_LE(structure.playable_bytes, size);
        for (const Piece& piece : structure.pieces) EXPECT_LE(piece.offset + piece.bytes, size);
      }
    }
  }
}

TEST(PlacesInTime, APlaceHasTheTimesOfItsPackets) {
  PlacesInTime places(
      {place("zero_run", 0.9, 1, "bytes", 1000, 500), place("zero_run", 0.9, 1, "bytes", 9000, 10)},
      2000);
  for (std::uint64_t i = 0; i < 20; ++i) {
    places.add(i * 200, 200, static_cast<std::int64_t>(i) * 40'000);
  }
  EXPECT_EQ(places.findings()[0].start_us, 5 * 40'000);
  EXPECT_EQ(places.findings()[0].end_us, 7 * 40'000);
  EXPECT_EQ(places.findings()[1].end_us, 0) << "no packet lies there";
  EXPECT_EQ(places.whole_us(), 9 * 40'000);
}

}  // namespace
}  // namespace hansom::ingest
