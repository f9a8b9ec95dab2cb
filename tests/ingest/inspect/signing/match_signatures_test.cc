// Signed streams, whole and meddled with: what is told of each picture, and of the signatures.
#include "ingest/inspect/inspector/signing/match_signatures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/ingest/inspect/signing/test_signer.h"

namespace hansom::ingest {
namespace {

using test::gather;
using test::SignedPackets;
using test::SigningStyle;
using test::TestSigner;

struct Told {
  std::string pictures;  // of each in order: . valid, N broken, u unsigned
  Matched matched;
};

Told told_of(const std::vector<std::string>& packets, bool is_hevc = false) {
  const SignedPictures pictures = gather(packets, is_hevc);
  Told told;
  told.matched = match_signatures(pictures);
  for (std::size_t i = 0; i < pictures.units.size(); ++i) {
    if (pictures.units[i].is_message) continue;
    const UnitState state = told.matched.states[i];
    told.pictures += state == UnitState::kValid ? '.' : state == UnitState::kBroken ? 'N' : 'u';
  }
  return told;
}

// Every style of signing, in a line that a failure can name.
struct NamedStyle {
  std::string name;
  SigningStyle style;
};
std::vector<NamedStyle> styles() {
  const SigningStyle axis;
  SigningStyle legacy;
  legacy.scheme = SigningScheme::kAxisLegacy;
  SigningStyle onvif;
  onvif.scheme = SigningScheme::kOnvif;
  onvif.with_chain = true;
  std::vector<NamedStyle> all{{"axis", axis}, {"legacy", legacy}, {"onvif", onvif}};
  for (std::size_t i = 0; i < 3; ++i) {
    NamedStyle bare = all[i];
    bare.name += " without lists";
    bare.style.with_list = false;
    all.push_back(bare);
  }
  NamedStyle hevc{"hevc", onvif};
  hevc.style.is_hevc = true;
  all.push_back(hevc);
  NamedStyle rsa{"rsa", axis};
  rsa.style.is_rsa = true;
  all.push_back(rsa);
  NamedStyle late_key{"key in the second message", axis};
  late_key.style.with_key = false;
  all.push_back(late_key);
  return all;
}

TEST(MatchSignatures, WhatIsAsSignedIsValid) {
  for (const auto& [name, style] : styles()) {
    SCOPED_TRACE(name);
    const Told told = told_of(TestSigner(style).sign().packets, style.is_hevc);
    EXPECT_EQ(told.pictures, std::string(24, '.'));
    EXPECT_GE(told.matched.signatures, 4U);
    EXPECT_EQ(told.matched.signatures_wrong, 0U);
    EXPECT_EQ(told.matched.signatures_missing, 0U);
    EXPECT_EQ(told.matched.signatures_elsewhere, 0U);
    EXPECT_EQ(told.matched.signatures_unread, 0U);
    EXPECT_EQ(told.matched.units_missing, 0U);
    EXPECT_EQ(told.matched.out_of_place, 0U);
  }
}

TEST(MatchSignatures, AFlippedBitIsFoundInItsPicture) {
  for (const auto& [name, style] : styles()) {
    SignedPackets stream = TestSigner(style).sign();
    stream.packets[9].back() ^= 1;  // of the second group's fourth picture
    SCOPED_TRACE(name);
    const Told told = told_of(stream.packets, style.is_hevc);
    if (style.with_list) {
      EXPECT_EQ(told.pictures, ".........N..............");
    } else {
      EXPECT_EQ(told.pictures.substr(6, 6), "NNNNNN");
      EXPECT_EQ(told.pictures.substr(0, 6) + told.pictures.substr(12), std::string(18, '.'));
    }
    EXPECT_EQ(told.matched.units_missing, 0U);
  }
}

TEST(MatchSignatures, AFlippedBitInAFirstPictureBreaksItsGroup) {
  for (const auto& [name, style] : styles()) {
    SignedPackets stream = TestSigner(style).sign();
    for (const std::size_t gop : {0U, 1U, 3U}) {
      std::vector<std::string> packets = stream.packets;
      packets[stream.gop_at[gop]].back() ^= 1;
      SCOPED_TRACE(name + ", group " + std::to_string(gop));
      const Told told = told_of(packets, style.is_hevc);
      std::string expected(24, '.');
      expected.replace(gop * 6, 6, "NNNNNN");
      // The one signature of an old signer's group is of the next one's first picture, too.
      const bool is_chained = style.scheme == SigningScheme::kAxisLegacy && !style.with_list;
      if (is_chained && gop > 0) expected.replace(gop * 6 - 6, 6, "NNNNNN");
      EXPECT_EQ(told.pictures, expected);
    }
  }
}

TEST(MatchSignatures, ADroppedPictureIsMissed) {
  for (const auto& [name, style] : styles()) {
    for (const std::size_t picture : {9U, 11U}) {
      std::vector<std::string> packets = TestSigner(style).sign().packets;
      packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(picture));
      SCOPED_TRACE(name + ", picture " + std::to_string(picture));
      const Told told = told_of(packets, style.is_hevc);
      if (style.with_list) {
        EXPECT_EQ(told.pictures, std::string(23, '.'));
        EXPECT_EQ(told.matched.units_missing, 1U);
      } else {
        EXPECT_EQ(told.pictures.substr(6, 5), "NNNNN");
      }
    }
  }
}

TEST(MatchSignatures, APictureThatWasPutInIsBroken) {
  for (const auto& [name, style] : styles()) {
    std::vector<std::string> packets = TestSigner(style).sign().packets;
    packets.insert(packets.begin() + 9, packets[15]);
    SCOPED_TRACE(name);
    const Told told = told_of(packets, style.is_hevc);
    if (style.with_list) {
      EXPECT_EQ(told.pictures, ".........N...............");
      EXPECT_EQ(told.matched.units_missing, 0U);
    } else {
      EXPECT_NE(told.pictures.find('N'), std::string::npos);
    }
  }
}

TEST(MatchSignatures, ADroppedMessageLeavesItsPicturesUnsigned) {
  for (const auto& [name, style] : styles()) {
    if (!style.with_key) continue;  // it would be gone, too
    SignedPackets stream = TestSigner(style).sign();
    // The message of the second group; old signers make one of the first picture beside.
    const std::size_t number = stream.message_at.size() - 3;
    std::string& packet = stream.packets[stream.message_at[number]];
    packet = test::without_first_unit(packet);
    SCOPED_TRACE(name);
    const Told told = told_of(stream.packets, style.is_hevc);
    EXPECT_EQ(told.pictures, "......uuuuuu............");
    EXPECT_EQ(told.matched.signatures_missing, 1U);
    EXPECT_EQ(told.matched.signatures_wrong, 0U);
    EXPECT_EQ(told.matched.out_of_place, 0U);
  }
}

TEST(MatchSignatures, AMessageThatWasChangedBreaksWhatItCovers) {
  for (const auto& [name, style] : styles()) {
    SignedPackets stream = TestSigner(style).sign();
    const std::size_t number = stream.message_at.size() - 3;
    std::string& packet = stream.packets[stream.message_at[number]];
    const std::size_t maker = packet.find("Maker");
    ASSERT_NE(maker, std::string::npos);
    packet[maker] = 'F';
    SCOPED_TRACE(name);
    const Told told = told_of(stream.packets, style.is_hevc);
    EXPECT_EQ(told.matched.signatures_wrong, 1U);
    EXPECT_EQ(told.pictures, "......NNNNNN............");
  }
}

// The packets of a group, and what of them goes along: from its first picture to the next one's.
std::vector<std::string> without_group(const SignedPackets& stream, std::size_t gop) {
  std::vector<std::string> packets = stream.packets;
  packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(stream.gop_at[gop]),
                packets.begin() + static_cast<std::ptrdiff_t>(stream.gop_at[gop + 1]));
  return packets;
}

TEST(MatchSignatures, AGroupThatWasCutOutIsNoticed) {
  for (const auto& [name, style] : styles()) {
    const Told told = told_of(without_group(TestSigner(style).sign(), 1), style.is_hevc);
    SCOPED_TRACE(name);
    const Matched& matched = told.matched;
    EXPECT_GT(
        matched.units_missing + matched.out_of_place + matched.signatures_wrong +
            static_cast<std::uint64_t>(std::count(told.pictures.begin(), told.pictures.end(), 'N')),
        0U);
  }
}

TEST(MatchSignatures, SwappedGroupsAreNoticed) {
  for (const auto& [name, style] : styles()) {
    const SignedPackets stream = TestSigner(style).sign();
    std::vector<std::string> packets = stream.packets;
    std::rotate(packets.begin() + 6, packets.begin() + 12, packets.begin() + 18);
    SCOPED_TRACE(name);
    const Told told = told_of(packets, style.is_hevc);
    EXPECT_NE(told.pictures.find('N'), std::string::npos) << told.pictures;
  }
}

TEST(MatchSignatures, ARepeatedGroupIsNoticed) {
  const SignedPackets stream = TestSigner().sign();
  std::vector<std::string> packets = stream.packets;
  const std::vector<std::string> group(packets.begin() + 6, packets.begin() + 12);
  packets.insert(packets.begin() + 12, group.begin(), group.end());
  const Told told = told_of(packets);
  EXPECT_NE(told.pictures.find('N'), std::string::npos) << told.pictures;
}

TEST(MatchSignatures, AClipCutFromALongerStreamIsValid) {
  for (const auto& [name, style] : styles()) {
    SCOPED_TRACE(name);
    const SignedPackets stream = TestSigner(style).sign();
    // From the third group's first picture to before the last message.
    const Told told =
        told_of({stream.packets.begin() + 12, stream.packets.end() - 1}, style.is_hevc);
    EXPECT_EQ(told.pictures, "......uuuuuu");
    EXPECT_EQ(told.matched.signatures_missing, 0U);
    EXPECT_EQ(told.matched.signatures_wrong, 0U);
    EXPECT_EQ(told.matched.out_of_place, 0U);
    EXPECT_EQ(told.matched.units_missing, 0U);
  }
  // From the middle of a group on: that group's first picture is not there, so none of it fits.
  const SignedPackets stream = TestSigner().sign();
  const Told told = told_of({stream.packets.begin() + 9, stream.packets.end()});
  EXPECT_EQ(told.pictures, "uuu............");
  EXPECT_EQ(told.matched.signatures_elsewhere, 1U);
  EXPECT_EQ(told.matched.signatures_wrong, 0U);
}

TEST(MatchSignatures, AnotherKeyIsNotBelieved) {
  std::vector<std::string> packets = TestSigner().sign().packets;
  const std::vector<std::string> others = TestSigner().sign().packets;
  packets.resize(12);
  packets.insert(packets.end(), others.begin() + 12, others.end());
  const Told told = told_of(packets);
  EXPECT_GT(told.matched.signatures_wrong, 0U);
  EXPECT_NE(told.pictures.find('N'), std::string::npos);
}

TEST(MatchSignatures, PartsOfGroupsAreMatchedOneByOne) {
  SigningStyle style;
  style.part = 2;
  const TestSigner signer(style);
  EXPECT_EQ(told_of(signer.sign().packets).pictures, std::string(24, '.'));
  std::vector<std::string> packets = signer.sign().packets;
  packets[9].back() ^= 1;
  EXPECT_EQ(told_of(packets).pictures, ".........N..............");
  packets = signer.sign().packets;
  packets.erase(packets.begin() + 10);  // with the message of the part before
  const Told told = told_of(packets);
  // The part behind was signed to follow the picture that is gone.
  EXPECT_EQ(told.pictures, "........uuuNN..........");
  EXPECT_EQ(told.matched.out_of_place, 1U);
  EXPECT_EQ(told.matched.signatures_missing, 1U);
}

TEST(MatchSignatures, ALaterMessageAnswersForThoseWithoutASignature) {
  SigningStyle style;
  style.scheme = SigningScheme::kOnvif;
  style.gops = 6;
  style.sign_every = 3;
  const TestSigner signer(style);
  const Told whole = told_of(signer.sign().packets);
  EXPECT_EQ(whole.pictures, std::string(36, '.'));
  EXPECT_EQ(whole.matched.signatures, 2U);
  std::vector<std::string> packets = signer.sign().packets;
  packets[3].back() ^= 1;  // of the first group, whose message has no signature
  EXPECT_EQ(told_of(packets).pictures, "...N" + std::string(32, '.'));
  // A message without a signature that is changed speaks for nobody.
  packets = signer.sign().packets;
  const std::size_t maker = packets[7].find("Maker");
  ASSERT_NE(maker, std::string::npos);
  packets[7][maker] = 'F';
  EXPECT_NE(told_of(packets).pictures.substr(0, 6), "......");
  // Without the last signature nothing is left of the second half.
  packets = signer.sign().packets;
  packets.pop_back();
  EXPECT_EQ(told_of(packets).pictures.substr(0, 18), std::string(18, '.'));
  EXPECT_EQ(told_of(packets).pictures.substr(24), std::string(12, 'u'));
}

TEST(MatchSignatures, AStreamWithoutASignerIsLetGoOf) {
  std::vector<std::string> packets;
  SigningStyle style;
  style.gops = 600;
  for (const std::string& packet : TestSigner(style).sign().packets) {
    if (packet.find("Signed Video") == std::string::npos) packets.push_back(packet);
  }
  const SignedPictures pictures = gather(packets);
  EXPECT_GT(pictures.pictures_passed, 0U);
  EXPECT_LT(pictures.units.size(), packets.size());
  EXPECT_EQ(pictures.pictures_passed + pictures.units.size(), packets.size());
  EXPECT_TRUE(pictures.messages.empty());
}

TEST(MatchSignatures, WhatHasNoSignerIsCountedAlikeUnhashed) {
  std::vector<std::string> packets;
  for (const std::string& packet : TestSigner().sign().packets) {
    const bool has_signer =
        holds_signers_uuid({reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size()});
    EXPECT_EQ(has_signer, packet.find("Signed Video") != std::string::npos);
    if (!has_signer) packets.push_back(packet);
  }
  const SignedPictures hashed = gather(packets);
  const SignedPictures counted = gather(packets, false, false);
  ASSERT_EQ(counted.units.size(), hashed.units.size());
  for (std::size_t i = 0; i < counted.units.size(); ++i) {
    EXPECT_EQ(counted.units[i].hash, Hash{});
    EXPECT_NE(hashed.units[i].hash, Hash{});
    EXPECT_EQ(counted.units[i].picture, hashed.units[i].picture);
    EXPECT_EQ(counted.units[i].media_us, hashed.units[i].media_us);
  }
  EXPECT_EQ(counted.gops.size(), hashed.gops.size());
  EXPECT_EQ(counted.uncovered, hashed.uncovered);
}

TEST(MatchSignatures, TheSignerIsTold) {
  SigningStyle style;
  style.scheme = SigningScheme::kOnvif;
  style.with_chain = true;
  const TestSigner signer(style);
  const SignedPictures pictures = gather(signer.sign().packets);
  ASSERT_EQ(pictures.keys.size(), 1U);
  EXPECT_EQ(pictures.keys[0].sha256(), signer.key_sha256());
  EXPECT_EQ(pictures.keys[0].kind(), "EC P-256");
  EXPECT_EQ(pictures.maker, "Maker");
  EXPECT_EQ(pictures.serial, "cam-7");
  EXPECT_EQ(pictures.messages[0].message.start_unix_us, 1'774'746'000'000'000);
  EXPECT_EQ(pictures.messages[0].message.end_unix_us, 1'774'746'001'000'000);
  const Certificates chain = read_certificates(pictures.certificates);
  ASSERT_EQ(chain.facts.size(), 2U);
  EXPECT_EQ(chain.facts[0].subject, "CN=camera 7");
  EXPECT_EQ(chain.facts[1].subject, "CN=maker");
  EXPECT_TRUE(chain.chained);
  EXPECT_TRUE(chain.complete);
  EXPECT_TRUE(chain.facts[0].not_after_us);
}

}  // namespace
}  // namespace hansom::ingest
