// Pictures of a movie that lost its index, on bytes made by hand.
#include <gtest/gtest.h>

#include <algorithm>

#include "ingest/inspect/inspector/structure/hevc_parameters.h"
#include "ingest/inspect/inspector/structure/lost_index.h"

namespace hansom::ingest {
namespace {

void append(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

TEST(LostIndex, ReadsTheSizeOutOfAParameterSet) {
  // x264, high profile, 1920 x 1080: 68 rows of macroblocks, cropped by eight lines.
  const Bytes sps{0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02,
                  0x27, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04,
                  0x00, 0x00, 0x03, 0x00, 0xca, 0x3c, 0x60, 0xc6, 0x58};
  const auto size = picture_size(NalCodec::kH264, sps);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width_px, 1920U);
  EXPECT_EQ(size->height_px, 1080U);
  EXPECT_FALSE(picture_size(NalCodec::kH264, ByteSpan(sps).first(6)));
  EXPECT_FALSE(picture_size(NalCodec::kH264, {}));
}

TEST(LostIndex, FindsPicturesBetweenOtherBytes) {
  const auto unit = [](std::uint8_t head, std::size_t bytes) {
    Bytes out;
    append_u32be(out, static_cast<std::uint32_t>(bytes));
    out.push_back(head);
    out.resize(4 + bytes, 0x88);  // a slice header: first macroblock 0, slice type 7, PPS 0
    if (bytes > 1) out[5] = 0x88;
    if (bytes > 2) out[6] = 0x84;
    return out;
  };
  Bytes media(100, 0xee);
  const std::size_t first = media.size();
  append(media, unit(0x67, 20));
  append(media, unit(0x68, 6));
  append(media, unit(0x65, 900));
  const std::size_t second = media.size();
  append(media, unit(0x41, 300));
  append(media, Bytes(200, 0xdd));  // sound
  append(media, unit(0x09, 2));
  append(media, unit(0x41, 300));
  const FoundPictures found = find_pictures(NalCodec::kH264, media, 0, media.size());
  ASSERT_EQ(found.pictures.size(), 3U);
  EXPECT_EQ(found.pictures[0].offset, first);
  EXPECT_EQ(found.pictures[0].bytes, second - first);
  EXPECT_TRUE(found.pictures[0].is_key);
  EXPECT_EQ(found.pictures[1].offset, second);
  EXPECT_FALSE(found.pictures[1].is_key);
  EXPECT_EQ(found.pictures[2].offset, second + 304 + 200);
  EXPECT_EQ(found.sps.size(), 20U);
  EXPECT_EQ(found.pps.size(), 6U);
}

// x265, main profile, 322 x 180: coded as 328 x 184.
const Bytes kHevcSps{0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00,
                     0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3c, 0xa0, 0x0a, 0x48, 0x0b,
                     0x9c, 0x97, 0x96, 0x56, 0x69, 0x24, 0xca, 0xf0, 0x16, 0x80, 0x80,
                     0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x0c, 0x84};

TEST(LostIndex, ReadsWhatAParameterSetOfHevcSays) {
  const auto parameters = read_hevc_parameters(kHevcSps);
  ASSERT_TRUE(parameters);
  const std::array<std::uint8_t, 12> profile{0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0x3c};
  EXPECT_EQ(parameters->profile, profile);
  EXPECT_EQ(parameters->temporal_layers, 1U);
  EXPECT_TRUE(parameters->temporal_nesting);
  EXPECT_EQ(parameters->chroma_format, 1U);
  EXPECT_EQ(parameters->luma_bits_over_8, 0U);
  EXPECT_EQ(parameters->width_px, 322U);
  EXPECT_EQ(parameters->height_px, 180U);
  const auto size = picture_size(NalCodec::kHevc, kHevcSps);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width_px, 322U);
  for (std::size_t bytes = 0; bytes < 20; ++bytes) {
    EXPECT_FALSE(read_hevc_parameters(ByteSpan(kHevcSps).first(bytes))) << bytes;
  }
  Bytes layers = kHevcSps;
  layers[2] = 0x0f;  // eight layers, of which there are seven at most
  EXPECT_FALSE(read_hevc_parameters(layers));
}

TEST(LostIndex, FindsPicturesOfHevcBetweenOtherBytes) {
  const auto unit = [](unsigned type, std::size_t bytes, std::uint8_t slice = 0) {
    Bytes out;
    append_u32be(out, static_cast<std::uint32_t>(bytes));
    out.push_back(static_cast<std::uint8_t>(type << 1U));
    out.push_back(1);
    out.resize(4 + bytes, 0xaa);
    if (slice != 0) out.at(6) = slice;
    return out;
  };
  constexpr std::uint8_t kFirst = 0xe0;  // the first slice of its picture, PPS 0
  constexpr std::uint8_t kNext = 0x60;
  Bytes media(100, 0xee);
  append(media, unit(1, 400, kFirst));  // before the first key frame: nothing to decode it with
  const std::size_t first = media.size();
  append(media, unit(32, 24));
  Bytes sps = unit(33, kHevcSps.size());
  std::copy(kHevcSps.begin(), kHevcSps.end(), sps.begin() + 4);
  append(media, sps);
  append(media, unit(34, 7));
  append(media, unit(20, 900, kFirst));
  append(media, unit(20, 700, kNext));
  append(media, unit(40, 12));  // messages of the picture before
  const std::size_t second = media.size();
  append(media, unit(39, 12));
  append(media, unit(1, 300, kFirst));
  const std::size_t third_before = media.size();
  append(media, Bytes(200, 0xdd));  // sound
  append(media, unit(0, 300, kFirst));
  const FoundPictures found = find_pictures(NalCodec::kHevc, media, 0, media.size());
  ASSERT_EQ(found.pictures.size(), 3U);
  EXPECT_EQ(found.pictures[0].offset, first);
  EXPECT_EQ(found.pictures[0].bytes, second - first);
  EXPECT_TRUE(found.pictures[0].is_key);
  EXPECT_EQ(found.pictures[1].offset, second);
  EXPECT_EQ(found.pictures[1].bytes, third_before - second);
  EXPECT_FALSE(found.pictures[1].is_key);
  EXPECT_EQ(found.pictures[2].offset, third_before + 200);
  EXPECT_EQ(found.vps.size(), 24U);
  EXPECT_EQ(found.sps, kHevcSps);
  EXPECT_EQ(found.pps.size(), 7U);
  EXPECT_TRUE(find_pictures(NalCodec::kH264, media, 0, media.size()).pictures.empty());
}

}  // namespace
}  // namespace hansom::ingest
