// Two hashes at once are the two hashes, whatever their lengths; and each is SHA-256.
#include "proto/base/running_sha256.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace hansom {
namespace {

// FIPS 180-4's examples of NIST (csrc.nist.gov, "Examples with Intermediate Values", SHA256).
struct Vector {
  std::string text;
  std::string digest;
};
std::vector<Vector> vectors() {
  return {{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
          {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
          {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
          {std::string(1'000'000, 'a'),
           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
}

TEST(RunningSha256, EachVectorAloneAndBesideEachOther) {
  for (const Vector& one : vectors()) {
    for (const Vector& other : vectors()) {
      RunningSha256 a, b, alone;
      RunningSha256::update_both(a, as_bytes(one.text), b, as_bytes(other.text));
      alone.update(as_bytes(one.text));
      EXPECT_EQ(a.digest().hex(), one.digest);
      EXPECT_EQ(b.digest().hex(), other.digest);
      EXPECT_EQ(alone.digest().hex(), one.digest);
    }
  }
}

TEST(RunningSha256, AnyPiecesGiveTheDigestOfTheWhole) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 dice(seed);
  for (int round = 0; round < 200; ++round) {
    struct One {
      RunningSha256 hash;
      Bytes all;
      Bytes next;
    };
    std::array<One, 2> both;
    for (int pieces = 0; pieces < 5; ++pieces) {
      for (One& one : both) {
        one.next.resize(dice() % 2 == 0 ? dice() % 20'000 : 64 * (dice() % 300));
        for (std::uint8_t& byte : one.next) byte = static_cast<std::uint8_t>(dice());
        one.all.insert(one.all.end(), one.next.begin(), one.next.end());
      }
      RunningSha256::update_both(both[0].hash, both[0].next, both[1].hash, both[1].next);
      for (const One& one : both) ASSERT_EQ(one.hash.digest(), sha256(one.all));
    }
  }
}

TEST(RunningSha256, ACopyGoesItsOwnWay) {
  RunningSha256 hash;
  hash.update(as_bytes("ab"));
  RunningSha256 copy = hash;
  copy.update(as_bytes("x"));
  hash.update(as_bytes("c"));
  EXPECT_EQ(hash.digest(), sha256("abc"));
  EXPECT_EQ(copy.digest(), sha256("abx"));
}

// The length is in bits and crosses 32 of them, and the path of two must carry it over.
TEST(RunningSha256, LengthsBeyond512MiB) {
  const Bytes block(std::size_t{1} << 20, 7);
  RunningSha256 a, b;
  Sha256 reference;
  for (int mib = 0; mib < 520; ++mib) {
    RunningSha256::update_both(a, block, b, block);
    reference.update(block);
  }
  const Digest wanted = reference.finish();
  EXPECT_EQ(a.digest(), wanted);
  EXPECT_EQ(b.digest(), wanted);
}

}  // namespace
}  // namespace hansom
