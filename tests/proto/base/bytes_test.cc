// Encodings refuse what an encoder would not have made; digests equal the published ones.
#include "proto/base/bytes.h"

#include <gtest/gtest.h>

#include "proto/base/secret.h"
#include "proto/base/sha256.h"

namespace hansom {
namespace {

// RFC 4648 section 10.
TEST(Base64, GivesThePublishedVectors) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    ASSERT_TRUE(from_base64(encoded)) << encoded;
    EXPECT_EQ(to_text(*from_base64(encoded)), plain);
  }
}

TEST(Base64, RefusesWhatAnEncoderWouldNotHaveMade) {
  for (const char* bad : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z", "Zm9v\n", " Zm9v", "Zm9-", "=",
                          "====", "Zg==Zg=="}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
  EXPECT_TRUE(from_base64("Zg", Padding::kNone));
  EXPECT_FALSE(from_base64("Zg==", Padding::kNone));
  EXPECT_FALSE(from_base64url("Zm9v+"));
  EXPECT_TRUE(from_base64url("_-8"));
}

TEST(Hex, RoundTripsAndRefusesDamage) {
  const Bytes bytes = {0x00, 0x7f, 0x80, 0xff};
  EXPECT_EQ(to_hex(bytes), "007f80ff");
  EXPECT_EQ(*from_hex("007F80ff"), bytes);
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(BigEndian, RoundTripsAtTheEdges) {
  for (const std::uint64_t value : {0ULL, 1ULL, 0xffULL, 0x100ULL, ~0ULL, 1ULL << 63}) {
    Bytes out;
    append_u64be(out, value);
    EXPECT_EQ(read_u64be(out), value);
  }
}

// FIPS 180-4 examples.
TEST(Sha256, GivesThePublishedDigestsHoweverTheBytesCome) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 running;
  for (const char c : std::string("abc")) running.update(as_bytes(std::string_view(&c, 1)));
  EXPECT_EQ(running.peek(), sha256("abc"));
  EXPECT_EQ(running.finish(), sha256("abc"));
  EXPECT_EQ(running.finish(), sha256(""));
}

TEST(Digest, RefusesAnythingButSixtyFourHexDigits) {
  EXPECT_TRUE(Digest::from_hex(sha256("x").hex()));
  EXPECT_FALSE(Digest::from_hex(""));
  EXPECT_FALSE(Digest::from_hex(sha256("x").hex() + "00"));
  EXPECT_FALSE(Digest::from_hex(sha256("x").hex().substr(1) + "g"));
}

TEST(Secret, IsEmptyOnceMovedFrom) {
  Secret first(std::string_view("key"));
  const Secret second = std::move(first);
  EXPECT_EQ(second.text(), "key");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): the promise under test
}

TEST(ConstantTime, ComparesContentAndLength) {
  EXPECT_TRUE(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("ab")));
}

}  // namespace
}  // namespace hansom
