// Sealing into the queue: what comes out opens to what went in, under its own digest; a failure
// leaves nothing.
#include <fstream>

#include <gtest/gtest.h>

#include "ingest/unit/seal_file.h"
#include "proto/base/durable_file.h"
#include "tests/support/temp_dir.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kReadMax = 16 * 1024UL * 1024;

TEST(SealFile, OpensToWhatWentIn) {
  const test::TempDir folder;
  const auto random = seeded_random(1);
  std::vector<age::Identity> identities;
  identities.push_back(age::Identity::generate(*random));
  const age::Recipient recipient = identities[0].recipient();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, age::kChunkBytes, std::size_t{3'000'000}}) {
    Bytes media(size);
    random->fill(media);
    ASSERT_TRUE(durable::replace(folder / "media", media));
    const auto sealed =
        seal_file(folder / "media", folder / "queue", std::span(&recipient, 1), *random);
    ASSERT_TRUE(sealed) << sealed.error().message;
    EXPECT_EQ(sealed->media, sha256(media));
    EXPECT_EQ(sealed->media_bytes, size);
    const Bytes object = durable::read_file(sealed->clip.sealed, kReadMax).value();
    EXPECT_EQ(sha256(object), sealed->clip.id);
    EXPECT_EQ(object.size(), sealed->clip.sealed_bytes);
    EXPECT_EQ(age::open(object, identities).value(), media);
  }
}

TEST(SealFile, AFailureLeavesNothing) {
  const test::TempDir folder;
  const auto random = seeded_random(2);
  const age::Recipient recipient = age::Identity::generate(*random).recipient();
  const auto missing =
      seal_file(folder / "missing", folder / "queue", std::span(&recipient, 1), *random);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().token, "not_found");
  std::filesystem::create_directory(folder / "directory");  // opens, but cannot be read
  EXPECT_FALSE(
      seal_file(folder / "directory", folder / "queue", std::span(&recipient, 1), *random));
  const age::Recipient nobody{};
  ASSERT_TRUE(durable::replace(folder / "media", as_bytes("x")));
  EXPECT_EQ(
      seal_file(folder / "media", folder / "queue", std::span(&nobody, 1), *random).error().token,
      "bad_recipient");
  for (const auto& entry : std::filesystem::directory_iterator(folder / "queue")) {
    ADD_FAILURE() << entry.path() << " was left";
  }
}

}  // namespace
}  // namespace hansom::ingest
