// Damage to a sealed object: cut anywhere, any bit flipped, chunks moved, repeated or dropped.
// Nothing unauthentic comes out.
#include <algorithm>

#include <gtest/gtest.h>

#include "proto/age/age.h"

namespace hansom::age {
namespace {

struct Sealed {
  std::vector<Identity> identities;
  Bytes plain;
  Bytes object;
  std::size_t payload_offset = 0;
};

Sealed make_sealed(std::size_t plain_bytes) {
  const auto random = seeded_random(plain_bytes + 1);
  Sealed sealed;
  sealed.identities.push_back(Identity::generate(*random));
  sealed.plain.resize(plain_bytes);
  random->fill(sealed.plain);
  const Recipient recipient = sealed.identities[0].recipient();
  sealed.object = seal(sealed.plain, std::span(&recipient, 1), *random).value();
  sealed.payload_offset = open_header(sealed.object, sealed.identities).value().payload_offset;
  return sealed;
}

ReadAt reader(const Bytes& object) {
  return [&object](std::uint64_t offset, MutableByteSpan out) -> Status {
    if (offset > object.size() || out.size() > object.size() - offset) {
      return fail(ErrorKind::kInternal, "internal", "read past the end of the object");
    }
    std::copy_n(object.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  };
}

// The failure's token by stream and by range, which must agree; "" when it opens.
std::string token_of(const Bytes& object, std::span<const Identity> identities) {
  const auto whole = open(object, identities);
  std::string token = whole ? "" : std::string(whole.error().token);
  auto opener = Opener::open(reader(object), object.size(), identities);
  std::string ranged;
  if (!opener) {
    ranged = opener.error().token;
  } else {
    Bytes out(opener->size());
    const auto read = opener->read(0, out);
    ranged = read ? "" : std::string(read.error().token);
  }
  EXPECT_EQ(ranged, token);
  return token;
}

TEST(AgeDamage, EveryTruncationIsFound) {
  const Sealed sealed = make_sealed(40);
  for (std::size_t size = 0; size < sealed.object.size(); ++size) {
    const Bytes cut(sealed.object.begin(),
                    sealed.object.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(token_of(cut, sealed.identities),
              size < sealed.payload_offset ? "age_truncated" : "age_payload")
        << "cut at " << size;
  }
  EXPECT_EQ(token_of(sealed.object, sealed.identities), "");
}

TEST(AgeDamage, EveryBitFlipIsFound) {
  const Sealed sealed = make_sealed(40);
  for (std::size_t bit = 0; bit < sealed.object.size() * 8; ++bit) {
    Bytes flipped = sealed.object;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    const auto token = token_of(flipped, sealed.identities);
    EXPECT_NE(token, "") << "bit " << bit;
    if (bit / 8 >= sealed.payload_offset - 16) {
      EXPECT_EQ(token, "age_payload") << "bit " << bit;
    }
  }
}

TEST(AgeDamage, EveryAddedByteIsFound) {
  const Sealed sealed = make_sealed(40);
  for (std::size_t at = 0; at <= sealed.object.size(); ++at) {
    Bytes longer = sealed.object;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), 'A');
    EXPECT_NE(token_of(longer, sealed.identities), "") << "added at " << at;
  }
}

TEST(AgeDamage, ALargeObjectCutAroundItsChunksIsFound) {
  const Sealed sealed = make_sealed(2 * kChunkBytes + 100);
  for (std::size_t chunk = 0; chunk <= 2; ++chunk) {
    const std::size_t boundary = sealed.payload_offset + chunk * kSealedChunkBytes;
    for (std::size_t size = boundary - 1; size <= boundary + 17; ++size) {
      Bytes cut = sealed.object;
      cut.resize(size);
      EXPECT_NE(token_of(cut, sealed.identities), "") << "cut at " << size;
    }
  }
}

TEST(AgeDamage, ChunksMovedRepeatedOrDroppedAreFound) {
  const Sealed sealed = make_sealed(3 * kChunkBytes);
  const auto chunk = [&](std::size_t number) {
    const auto start =
        sealed.object.begin() +
        static_cast<std::ptrdiff_t>(sealed.payload_offset + number * kSealedChunkBytes);
    return Bytes(start, start + static_cast<std::ptrdiff_t>(kSealedChunkBytes));
  };
  const auto with_chunks = [&](const std::vector<std::size_t>& numbers) {
    Bytes object(sealed.object.begin(),
                 sealed.object.begin() + static_cast<std::ptrdiff_t>(sealed.payload_offset));
    for (const auto number : numbers) {
      const Bytes bytes = chunk(number);
      object.insert(object.end(), bytes.begin(), bytes.end());
    }
    return object;
  };
  EXPECT_EQ(token_of(with_chunks({0, 1, 2}), sealed.identities), "");
  for (const auto& numbers : std::vector<std::vector<std::size_t>>{
           {1, 0, 2}, {0, 1}, {0, 2}, {1, 2}, {2}, {0, 0, 1, 2}, {0, 1, 2, 2}, {2, 1, 0}, {}}) {
    EXPECT_EQ(token_of(with_chunks(numbers), sealed.identities), "age_payload");
  }
}

TEST(AgeDamage, AHeaderWithoutEndIsRefusedAtItsBound) {
  std::string endless = "age-encryption.org/v1\n";
  while (endless.size() < kHeaderBytesMax + 100) endless += "-> grease x\n\n";
  const Sealed sealed = make_sealed(1);
  EXPECT_EQ(token_of(to_bytes(endless), sealed.identities), "age_header");
  endless.assign(kHeaderBytesMax * 2, 'a');
  EXPECT_EQ(token_of(to_bytes(endless), sealed.identities), "age_header");
}

TEST(AgeDamage, AnotherKeyDoesNotMatch) {
  const Sealed sealed = make_sealed(40);
  const auto random = seeded_random(99);
  std::vector<Identity> others;
  EXPECT_EQ(token_of(sealed.object, others), "age_no_match");
  others.push_back(Identity::generate(*random));
  EXPECT_EQ(token_of(sealed.object, others), "age_no_match");
  others.push_back(sealed.identities[0].clone());
  EXPECT_EQ(token_of(sealed.object, others), "");
}

TEST(AgeDamage, AReadErrorIsPassedOn) {
  const Sealed sealed = make_sealed(3 * kChunkBytes);
  bool broken = false;
  const auto read = [&](std::uint64_t offset, MutableByteSpan out) -> Status {
    if (broken) return fail(ErrorKind::kStorage, "storage_failed", "the disk went away");
    return reader(sealed.object)(offset, out);
  };
  auto opener = Opener::open(read, sealed.object.size(), sealed.identities);
  ASSERT_TRUE(opener);
  Bytes out(10);
  broken = true;
  const auto failed = opener->read(0, out);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().token, "storage_failed");
  broken = false;
  EXPECT_TRUE(opener->read(0, out));
  EXPECT_TRUE(std::equal(out.begin(), out.end(), sealed.plain.begin()));
}

TEST(AgeDamage, AStreamThatFailedStaysFailed) {
  Sealed sealed = make_sealed(kChunkBytes + 1);
  sealed.object[sealed.payload_offset] ^= 1;
  auto header = open_header(sealed.object, sealed.identities);
  ASSERT_TRUE(header);
  StreamOpener stream(std::move(header->payload_key));
  std::size_t released = 0;
  const auto sink = [&released](ByteSpan plain) -> Status {
    released += plain.size();
    return {};
  };
  EXPECT_FALSE(stream.update(ByteSpan(sealed.object).subspan(sealed.payload_offset), sink));
  EXPECT_FALSE(stream.update(as_bytes("more"), sink));
  EXPECT_FALSE(stream.finish(sink));
  EXPECT_EQ(released, 0U);
}

}  // namespace
}  // namespace hansom::age
