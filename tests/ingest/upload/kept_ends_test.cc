// What is kept of an upload's ends is what was written there, or nothing.
#include "ingest/upload/kept_ends.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ingest/upload/receive.h"
#include "proto/age/age.h"
#include "proto/base/random.h"

namespace hansom::ingest {
namespace {

Bytes noise(std::size_t size) {
  Bytes bytes(size);
  seeded_random(size)->fill(bytes);
  return bytes;
}

// Written as an upload is, buffer by buffer.
KeptEnds ends_of(const Bytes& file) {
  KeptEnds ends;
  for (std::size_t at = 0; at < file.size(); at += kBufferBytes) {
    const std::size_t bytes = std::min(kBufferBytes, file.size() - at);
    ends.keep(at, ByteSpan(file).subspan(at, bytes), file.size());
  }
  return ends;
}

TEST(KeptEnds, AreTheBytesWritten) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{4096}, age::kSealedChunkBytes, age::kSealedChunkBytes + 300,
        kBufferBytes, kBufferBytes + 1, kBufferBytes + age::kSealedChunkBytes - 1,
        kBufferBytes + age::kSealedChunkBytes, 3 * kBufferBytes}) {
    SCOPED_TRACE(size);
    const Bytes file = noise(size);
    const KeptEnds ends = ends_of(file);
    Bytes first(std::min<std::size_t>(size, 4096));
    ASSERT_TRUE(ends.read(0, first));
    EXPECT_TRUE(std::ranges::equal(first, ByteSpan(file).first(first.size())));
    Bytes last(std::min(size, age::kSealedChunkBytes));
    ASSERT_TRUE(ends.read(size - last.size(), last));
    EXPECT_TRUE(std::ranges::equal(last, ByteSpan(file).last(last.size())));
    Bytes inside(1);
    ASSERT_TRUE(ends.read(size - 1, inside));
    EXPECT_EQ(inside.front(), file.back());
  }
}

TEST(KeptEnds, NothingElse) {
  const Bytes file = noise(2 * kBufferBytes + 100);
  const KeptEnds ends = ends_of(file);
  Bytes out(age::kSealedChunkBytes);
  EXPECT_FALSE(ends.read(kBufferBytes, out)) << "between the two";
  EXPECT_FALSE(ends.read(file.size() - out.size() - 1, out)) << "one byte too early";
  EXPECT_FALSE(ends.read(0, out)) << "longer than what is kept";
  EXPECT_FALSE(ends.read(file.size(), MutableByteSpan(out).first(1))) << "past the end";
  EXPECT_FALSE(ends.read(file.size() + 1, MutableByteSpan(out).first(1)));
}

// The unaligned end of before is written once more with what follows it; after a restart only what
// came since is kept.
TEST(KeptEnds, PiecesOfAnEnd) {
  const Bytes file = noise(100'000);
  Bytes out(age::kSealedChunkBytes);
  const std::uint64_t at = file.size() - out.size();
  KeptEnds ends;
  ends.keep(0, ByteSpan(file).first(50'000), file.size());
  ends.keep(49'152, ByteSpan(file).subspan(49'152, 1'000), file.size());
  EXPECT_FALSE(ends.read(at, out));
  ends.keep(49'152, ByteSpan(file).subspan(49'152), file.size());
  ASSERT_TRUE(ends.read(at, out));
  EXPECT_TRUE(std::ranges::equal(out, ByteSpan(file).subspan(at)));

  KeptEnds resumed;
  resumed.keep(49'152, ByteSpan(file).subspan(49'152), file.size());
  EXPECT_FALSE(resumed.read(at, out));
  EXPECT_FALSE(resumed.read(0, MutableByteSpan(out).first(1)));
  ASSERT_TRUE(resumed.read(49'152, MutableByteSpan(out).first(1)));
  EXPECT_EQ(out.front(), file[49'152]);

  KeptEnds unknown;
  unknown.keep(0, file, std::nullopt);
  EXPECT_FALSE(unknown.read(at, out));
  EXPECT_TRUE(unknown.read(0, MutableByteSpan(out).first(4096)));
}

TEST(KeptEnds, ForgottenAndWrittenAgain) {
  KeptEnds ends = ends_of(noise(1000));
  ends.forget();
  Bytes out(1000);
  EXPECT_FALSE(ends.read(0, out));
  const Bytes other = noise(1001);
  ends = ends_of(other);
  ASSERT_TRUE(ends.read(1, out));
  EXPECT_TRUE(std::ranges::equal(out, ByteSpan(other).subspan(1)));
}

}  // namespace
}  // namespace hansom::ingest
