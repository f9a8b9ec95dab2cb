// The signed clips of the footage folder, through the real program: the genuine are told from the
// one with a changed picture, and changes made here are found where they were made.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ingest/inspect/footage.h"
#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::ingest {
namespace {

using evidence::SignedMedia;

class SignedFootage : public testing::Test {
 protected:
  void SetUp() override {
    if (test::inspected_footage().empty()) {
      GTEST_SKIP() << "HANSOM_SHARED is not set: no footage folder, no signed clip was inspected";
    }
  }
  static Bytes clip_of(const std::string& name) {
    for (const auto& inspected : test::inspected_footage()) {
      if (test::name_in_footage(inspected.file) == "signed-video/" + name) {
        return test::read_whole(inspected.file);
      }
    }
    ADD_FAILURE() << "there is no " << name;
    return {};
  }
  static SignedMedia media_of(ByteSpan clip) {
    const evidence::Report report = test::inspect_bytes(clip).report;
    EXPECT_FALSE(report.inspector_version().empty()) << report.reason_token();
    return report.signed_media();
  }
};

const char* const kAxis = "axis_signed_h264.mp4";
const char* const kOnvif = "onvif_signed_h264.mp4";

// How many of the pictures are what, at least one stream being there.
void expect_counts(const SignedMedia& media, std::uint64_t valid, std::uint64_t broken,
                   std::uint64_t without) {
  ASSERT_EQ(media.streams_size(), 1);
  EXPECT_EQ(media.streams(0).pictures_valid(), valid);
  EXPECT_EQ(media.streams(0).pictures_broken(), broken);
  EXPECT_EQ(media.streams(0).pictures_unsigned(), without);
}

TEST_F(SignedFootage, TheGenuineAreValid) {
  for (const char* name : {kAxis, kOnvif}) {
    SCOPED_TRACE(name);
    const SignedMedia media = media_of(clip_of(name));
    EXPECT_EQ(media.state(), SignedMedia::VALID) << media.DebugString();
    expect_counts(media, 256, 0, 0);  // and one packet with nothing but a message
    const evidence::SignedStream& stream = media.streams(0);
    EXPECT_EQ(stream.signatures(), 5U);
    EXPECT_EQ(stream.key_kind(), "EC P-256");
    EXPECT_EQ(stream.key_sha256().size(), 32U);
    ASSERT_EQ(stream.spans_size(), 1);
    EXPECT_EQ(stream.spans(0).start_us(), 0);
    EXPECT_GT(stream.spans(0).end_us(), 9'000'000);
    EXPECT_TRUE(stream.spans(0).has_signed_from_unix_us());
  }
  const SignedMedia onvif = media_of(clip_of(kOnvif));
  ASSERT_EQ(onvif.streams(0).chain().certificates_size(), 1);
  EXPECT_EQ(onvif.streams(0).scheme(), "onvif_media_signing");
  EXPECT_NE(onvif.streams(0).chain().certificates(0).issuer().find("SomeOrg"), std::string::npos);
  EXPECT_FALSE(onvif.streams(0).chain().complete()) << "its issuer's certificate is not there";
}

TEST_F(SignedFootage, TheChangedPictureIsFound) {
  const SignedMedia media = media_of(clip_of("axis_signed_h264_TAMPERED_frame137.mp4"));
  EXPECT_EQ(media.state(), SignedMedia::BROKEN);
  expect_counts(media, 255, 1, 0);
  const evidence::SignedStream& stream = media.streams(0);
  ASSERT_EQ(stream.broken_size(), 1);
  EXPECT_EQ(stream.broken(0).picture(), 137U);
  EXPECT_EQ(stream.first_broken_us(), stream.broken(0).media_us());
  EXPECT_EQ(stream.signatures_wrong(), 0U);
}

TEST_F(SignedFootage, TheOthersAreUnsignedOrNotVerified) {
  const SignedMedia without = media_of(clip_of("onvif_unsigned_h264.mp4"));
  EXPECT_EQ(without.state(), SignedMedia::UNSIGNED);
  EXPECT_EQ(without.streams_size(), 0);
  const SignedMedia c2pa = media_of(clip_of("c2pa_video1.mp4"));
  EXPECT_EQ(c2pa.state(), SignedMedia::NOT_VERIFIED);
  ASSERT_EQ(c2pa.not_verified_size(), 1);
  EXPECT_EQ(c2pa.not_verified(0), "c2pa");
}

// Where the NAL units of the one track lie in a clip: found by their lengths, from the first on.
struct Unit {
  std::size_t at = 0;  // of its header
  std::size_t size = 0;
  unsigned type = 0;
};
std::vector<Unit> units_of(const Bytes& clip) {
  constexpr std::string_view kMediaData = "mdat";
  const auto mdat = std::search(clip.begin(), clip.end(), kMediaData.begin(), kMediaData.end());
  auto at = static_cast<std::size_t>(mdat - clip.begin());
  const std::size_t end = at - 4 + read_u32be(ByteSpan(clip).subspan(at - 4));
  std::vector<Unit> units;
  for (at += kMediaData.size(); at + 4 < end; at += units.back().size) {
    const std::size_t size = read_u32be(ByteSpan(clip).subspan(at));
    at += 4;
    units.push_back({at, size, clip[at] & 31U});
  }
  return units;
}

constexpr unsigned kSlice = 1;
constexpr unsigned kMessage = 6;

std::vector<Unit> of_type(const Bytes& clip, unsigned type) {
  std::vector<Unit> units = units_of(clip);
  units.erase(std::remove_if(units.begin(), units.end(),
                             [type](const Unit& unit) { return unit.type != type; }),
              units.end());
  return units;
}

// Makes a unit one that no decoder and no signer looks at, where it lies.
void blank(Bytes& clip, const Unit& unit) {
  clip[unit.at] = 0x0c;  // filler data
}

TEST_F(SignedFootage, AFlippedBitIsFoundInItsPicture) {
  for (const char* name : {kAxis, kOnvif}) {
    SCOPED_TRACE(name);
    Bytes clip = clip_of(name);
    const std::vector<Unit> slices = of_type(clip, kSlice);
    ASSERT_EQ(slices.size(), 251U);
    const Unit& unit = slices[100];
    clip[unit.at + unit.size - 2] ^= 1;
    const SignedMedia media = media_of(clip);
    EXPECT_EQ(media.state(), SignedMedia::BROKEN);
    expect_counts(media, 255, 1, 0);
    EXPECT_EQ(media.streams(0).broken(0).picture(), 102U);  // two groups begin before it
  }
}

TEST_F(SignedFootage, ADroppedPictureIsMissed) {
  for (const char* name : {kAxis, kOnvif}) {
    SCOPED_TRACE(name);
    Bytes clip = clip_of(name);
    blank(clip, of_type(clip, kSlice)[100]);
    const SignedMedia media = media_of(clip);
    EXPECT_EQ(media.state(), SignedMedia::BROKEN);
    expect_counts(media, 255, 0, 0);
    EXPECT_EQ(media.streams(0).units_missing(), 1U);
  }
}

TEST_F(SignedFootage, DroppedMessagesAreToldFromNone) {
  for (const char* name : {kAxis, kOnvif}) {
    SCOPED_TRACE(name);
    const Bytes whole = clip_of(name);
    const std::vector<Unit> messages = of_type(whole, kMessage);
    ASSERT_EQ(messages.size(), 5U);
    Bytes clip = whole;
    blank(clip, messages[1]);
    const SignedMedia one = media_of(clip);
    EXPECT_EQ(one.state(), SignedMedia::STRIPPED);
    expect_counts(one, 194, 0, 62);
    EXPECT_EQ(one.streams(0).signatures_missing(), 1U);
    for (const Unit& unit : messages) blank(clip, unit);
    EXPECT_EQ(media_of(clip).state(), SignedMedia::UNSIGNED) << "nothing is left that tells";
  }
}

TEST_F(SignedFootage, AChangedMessageIsBroken) {
  for (const char* name : {kAxis, kOnvif}) {
    SCOPED_TRACE(name);
    Bytes clip = clip_of(name);
    const Unit message = of_type(clip, kMessage)[2];
    clip[message.at + message.size / 2] ^= 1;  // within the list of hashes
    const SignedMedia media = media_of(clip);
    EXPECT_EQ(media.state(), SignedMedia::BROKEN);
    EXPECT_EQ(media.streams(0).signatures_wrong(), 1U);
    expect_counts(media, 194, 62, 0);
  }
}

}  // namespace
}  // namespace hansom::ingest
