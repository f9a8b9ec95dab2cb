// Every range of a sealed object equals the same range of the plaintext, whatever its size and
// wherever it starts.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "proto/age/age.h"

namespace hansom::age {
namespace {

class Ranges : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Ranges, EqualTheWhole) {
  const auto random = seeded_random(GetParam());
  std::vector<Identity> identities;
  identities.push_back(Identity::generate(*random));
  identities.push_back(Identity::generate(*random));
  const std::vector<Recipient> recipients = {identities[1].recipient(), identities[0].recipient()};
  Bytes plain(GetParam());
  random->fill(plain);
  const Bytes object = seal(plain, recipients, *random).value();

  std::uint64_t read_bytes = 0;
  const auto read = [&](std::uint64_t offset, MutableByteSpan out) -> Status {
    EXPECT_LE(offset + out.size(), object.size());
    read_bytes += out.size();
    std::copy_n(object.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  };
  auto opener = Opener::open(read, object.size(), std::span(identities).first(1));
  ASSERT_TRUE(opener) << opener.error().message;
  ASSERT_EQ(opener->size(), plain.size());

  const auto expect_range = [&](std::size_t first, std::size_t size) {
    Bytes out(size);
    ASSERT_TRUE(opener->read(first, out));
    EXPECT_TRUE(
        std::equal(out.begin(), out.end(), plain.begin() + static_cast<std::ptrdiff_t>(first)))
        << first << " +" << size;
  };
  expect_range(0, plain.size());
  expect_range(plain.size(), 0);
  std::mt19937_64 engine(GetParam());
  for (int i = 0; i < 300; ++i) {
    const std::size_t first = engine() % (plain.size() + 1);
    expect_range(first, engine() % (plain.size() - first + 1));
  }
  for (std::size_t edge = 0; edge + 1 < plain.size(); edge += kChunkBytes) {
    if (edge > 0) expect_range(edge - 1, 2);
    expect_range(edge, 1);
  }
}

TEST_P(Ranges, SealedSizeIsAsComputed) {
  const auto random = seeded_random(GetParam());
  std::vector<Identity> identities;
  identities.push_back(Identity::generate(*random));
  const Recipient recipient = identities[0].recipient();
  const Bytes plain(GetParam(), 0x5a);
  const Bytes object = seal(plain, std::span(&recipient, 1), *random).value();
  const auto header = open_header(object, identities);
  ASSERT_TRUE(header);
  EXPECT_EQ(object.size(), sealed_bytes(header->payload_offset - 16, plain.size()));
  EXPECT_EQ(open(object, identities).value(), plain);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Ranges,
                         ::testing::Values(0, 1, 15, 16, 17, 1000, kChunkBytes - 1, kChunkBytes,
                                           kChunkBytes + 1, 2 * kChunkBytes, 3 * kChunkBytes + 7,
                                           40 * kChunkBytes));

TEST(Range, TouchesOnlyTheChunksItNeeds) {
  const auto random = seeded_random(1);
  std::vector<Identity> identities;
  identities.push_back(Identity::generate(*random));
  const Recipient recipient = identities[0].recipient();
  const Bytes plain(100 * kChunkBytes, 1);
  const Bytes object = seal(plain, std::span(&recipient, 1), *random).value();
  std::uint64_t read_bytes = 0;
  const auto read = [&](std::uint64_t offset, MutableByteSpan out) -> Status {
    read_bytes += out.size();
    std::copy_n(object.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  };
  auto opener = Opener::open(read, object.size(), identities);
  ASSERT_TRUE(opener);
  EXPECT_LE(read_bytes, 4096 + kSealedChunkBytes);
  read_bytes = 0;
  Bytes out(100);
  for (std::size_t i = 0; i < 50; ++i) {
    ASSERT_TRUE(opener->read(50 * kChunkBytes + i * out.size(), out));
  }
  EXPECT_EQ(read_bytes, kSealedChunkBytes) << "small reads in order open a chunk once";
}

TEST(Range, ALongHeaderIsReadWhole) {
  const auto random = seeded_random(2);
  std::vector<Identity> identities;
  identities.push_back(Identity::generate(*random));
  std::vector<Recipient> recipients;
  recipients.reserve(101);
  for (int i = 0; i < 100; ++i) recipients.push_back(Identity::generate(*random).recipient());
  recipients.push_back(identities[0].recipient());
  const Bytes object = seal(as_bytes("short"), recipients, *random).value();
  const auto read = [&](std::uint64_t offset, MutableByteSpan out) -> Status {
    std::copy_n(object.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  };
  auto opener = Opener::open(read, object.size(), identities);
  ASSERT_TRUE(opener) << opener.error().message;
  EXPECT_EQ(opener->size(), 5U);
}

TEST(Seal, PiecesOfAnySizeGiveAnObjectThatOpens) {
  const auto random = seeded_random(3);
  std::vector<Identity> identities;
  identities.push_back(Identity::generate(*random));
  const Recipient recipient = identities[0].recipient();
  Bytes plain(3 * kChunkBytes + 11);
  random->fill(plain);
  for (const std::size_t piece : {std::size_t{999}, kChunkBytes, kChunkBytes + 1, plain.size()}) {
    auto sealer = Sealer::start(std::span(&recipient, 1), *random);
    ASSERT_TRUE(sealer);
    Bytes object;
    sealer->header(object);
    for (std::size_t at = 0; at < plain.size(); at += piece) {
      sealer->update(ByteSpan(plain).subspan(at, std::min(piece, plain.size() - at)), object);
    }
    sealer->finish(object);
    EXPECT_EQ(open(object, identities).value(), plain) << piece;
  }
}

}  // namespace
}  // namespace hansom::age
