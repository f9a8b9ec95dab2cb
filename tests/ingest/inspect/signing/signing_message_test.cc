// Messages of signers taken to pieces: cut, changed, and with or without emulation prevention; NAL
// units in both of their forms; keys that are none.
#include "ingest/inspect/inspector/signing/signing_message.h"

#include <gtest/gtest.h>

#include <string>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/signing/container_marks.h"
#include "tests/ingest/inspect/signing/test_signer.h"
#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using test::be;
using test::box;
using test::le;
using test::SigningStyle;
using test::TestSigner;
using test::zeros;

ByteSpan bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::optional<SigningMessage> read(std::string_view nal) {
  Hasher hasher;
  return read_signing_message(NalCodec::kH264, bytes_of(nal), hasher);
}

// The first message of a stream, as a NAL unit.
std::string first_message(const SigningStyle& style) {
  const test::SignedPackets stream = TestSigner(style).sign();
  const std::string& packet = stream.packets[stream.message_at.front()];
  return packet.substr(4, packet.size() - 4 - test::without_first_unit(packet).size());
}

TEST(SigningMessage, EveryCutIsIllegibleOrNone) {
  for (const SigningScheme scheme :
       {SigningScheme::kAxis, SigningScheme::kAxisLegacy, SigningScheme::kOnvif}) {
    SigningStyle style;
    style.scheme = scheme;
    const std::string whole = first_message(style);
    ASSERT_TRUE(read(whole));
    EXPECT_TRUE(read(whole)->legible);
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
      const auto message = read(std::string_view(whole).substr(0, size));
      EXPECT_FALSE(message && message->legible) << size;
    }
  }
}

// As a signer writes it who knows nothing of emulation prevention: 00 00 03 stands for itself.
TEST(SigningMessage, RawBytesAreToldFromEscapedOnes) {
  const std::string general = be(1, 1) + be(4, 3) + be(2, 0) + zeros(3);  // 00 00 00 03 in it
  const std::string signature = be(1, 1) + be(2, 0x0100) + be(2, 1) + "s";
  const std::string body = "Signed Video...0" + be(1, 0) + "\x01" + be(1, general.size()) +
                           general + "\x05" + be(2, signature.size()) + signature;
  const std::string head = "\x06\x05" + be(1, body.size());
  std::string escaped = head;
  test::append_escaped(escaped, body);
  ASSERT_GT(escaped.size(), head.size() + body.size());
  for (const std::string& nal : {head + body + "\x80", escaped + "\x80"}) {
    const auto message = read(nal);
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->legible);
    EXPECT_EQ(message->counter, 3U);
    // What is signed is plain in both.
    EXPECT_EQ(
        message->document,
        Hasher().of(bytes_of((head + body).substr(0, head.size() + 17 + 2 + general.size()))));
  }
}

TEST(SigningMessage, NothingMayStandBehindASignature) {
  const std::string general = be(1, 1) + be(4, 3) + be(2, 1) + be(3, 0x020202);
  const std::string signature = be(1, 2) + be(1, 1) + be(2, 1) + "s";
  const std::string tags =
      "\x01" + be(1, general.size()) + general + "\x05" + be(2, signature.size()) + signature;
  const auto nal = [](const std::string& more) {
    const std::string body = "Signed Video...0" + be(1, 0) + more;
    return "\x06\x05" + be(1, body.size()) + body + "\x80";
  };
  EXPECT_TRUE(read(nal(tags))->legible);
  EXPECT_FALSE(read(nal(tags + "\x06" + be(2, 1) + "x"))->legible);
  EXPECT_FALSE(read(nal("\x63" + be(2, 1) + "x" + tags))->legible) << "a tag that nobody knows";
}

TEST(SigningMessage, OtherMessagesAreNone) {
  EXPECT_FALSE(read(std::string("\x06\x05\x10") + std::string(16, 'u') + "\x80"));
  EXPECT_FALSE(read(std::string("\x06\x01\x10") + "Signed Video...0\x80"));
  EXPECT_FALSE(read("\x06"));
  EXPECT_FALSE(read(std::string(kSigningMessageBytesMax + 1, '\xff')));
  const auto short_one = read(std::string("\x06\x05\x10") + "Signed Video...0\x80");
  ASSERT_TRUE(short_one);
  EXPECT_FALSE(short_one->legible);
}

TEST(NalKind, IsThatOfTheTables) {
  const auto h264 = [](const char* nal) { return nal_kind(NalCodec::kH264, bytes_of(nal)); };
  EXPECT_EQ(h264("\x65\x88"), NalKind::kFirstOfGop);
  EXPECT_EQ(h264("\x65\x40"), NalKind::kPicture) << "not the first slice";
  EXPECT_EQ(h264("\x05\x88"), NalKind::kOther) << "an IDR picture is a reference";
  EXPECT_EQ(h264("\x41\x9a"), NalKind::kPicture);
  EXPECT_EQ(h264("\x42\x9a"), NalKind::kUncovered);
  EXPECT_EQ(h264("\x06\x05"), NalKind::kMessage);
  EXPECT_EQ(h264("\xe5\x88"), NalKind::kOther) << "forbidden bit";
  const auto hevc = [](const char* nal) { return nal_kind(NalCodec::kHevc, bytes_of(nal)); };
  EXPECT_EQ(hevc("\x26\x01\x80"), NalKind::kFirstOfGop);
  EXPECT_EQ(hevc("\x02\x01\x80"), NalKind::kPicture);
  EXPECT_EQ(hevc("\x06\x02\x80"), NalKind::kUncovered) << "TSA_R";
  EXPECT_EQ(hevc("\x4e\x01\x05"), NalKind::kMessage);
}

TEST(SignatureCheck, IsReadyAfterPreparing) {
  EXPECT_TRUE(prepare_signature_check());
}

TEST(SignatureCheck, WhatIsNoKeyIsNone) {
  EXPECT_FALSE(SigningKey::from_pem({}));
  EXPECT_FALSE(SigningKey::from_pem(bytes_of("-----BEGIN PUBLIC KEY-----\nAAAA\n")));
  EXPECT_FALSE(
      SigningKey::from_pem(bytes_of("-----BEGIN CERTIFICATE-----\nAAAA\n"
                                    "-----END CERTIFICATE-----\n")));
  // RSA of 512 bits.
  EXPECT_FALSE(SigningKey::from_pem(
      bytes_of("-----BEGIN PUBLIC KEY-----\n"
               "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMEqXbL3OtMJC4/VsdSKEsoXs6vJA+z+\n"
               "ZadpEympoyKnC0jVGlt30Sxxg169m2UBbTy7mHKbxV8xPRn/3JCdbU0CAwEAAQ==\n"
               "-----END PUBLIC KEY-----\n")));
  EXPECT_TRUE(read_certificates(bytes_of("no certificate")).facts.empty());
}

TEST(ContainerMarks, C2paIsKnownByName) {
  const std::string uuid("\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81", 16);
  const std::vector<std::string> c2pa{"c2pa"};
  EXPECT_EQ(signatures_of_container(bytes_of(box("ftyp", "isom") + box("uuid", uuid + zeros(4)))),
            c2pa);
  EXPECT_TRUE(signatures_of_container(bytes_of(box("uuid", std::string(20, 'u')))).empty());
  const std::string chunk = "junk" + le(4, 3) + "abc" + zeros(1);
  EXPECT_EQ(
      signatures_of_container(bytes_of("RIFF" + le(4, 99) + "AVI " + chunk + "C2PA" + le(4, 0))),
      c2pa);
  EXPECT_TRUE(signatures_of_container(bytes_of("RIFF" + le(4, 99) + "AVI " + chunk)).empty());
  EXPECT_TRUE(signatures_of_container({}).empty());
}

}  // namespace
}  // namespace hansom::ingest
