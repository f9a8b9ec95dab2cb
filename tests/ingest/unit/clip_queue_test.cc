// The queue folder: what waits, what is remembered of an upload, and how a manifest travels.
#include <gtest/gtest.h>

#include "ingest/unit/clip_queue.h"
#include "proto/base/durable_file.h"
#include "proto/upload/metadata.h"
#include "tests/support/temp_dir.h"

namespace hansom::ingest {
namespace {

ClipId id_of(std::string_view text) {
  return sha256(text);
}

void write(const std::filesystem::path& file, std::string_view text) {
  ASSERT_TRUE(durable::replace(file, as_bytes(text)));
}

TEST(Queue, WholeClipsWithoutReceiptWaitOldestFirst) {
  const test::TempDir folder;
  EXPECT_TRUE(waiting_clips(folder / "missing").value().empty());
  const auto now = std::filesystem::file_time_type::clock::now();
  for (int i = 0; i < 4; ++i) {
    const QueuedClip clip = clip_in(folder.path(), id_of(std::to_string(i)));
    write(clip.sealed, std::string(static_cast<std::size_t>(i) + 1, 'x'));
    if (i != 1) write(clip.manifest, "jws");
    if (i == 2) write(clip.receipt, "{}");
    if (i != 1) std::filesystem::last_write_time(clip.manifest, now - std::chrono::seconds(i));
  }
  write(folder / "notes.age", "not ours");
  write(folder / "notes.txt", "not ours");
  const auto waiting = waiting_clips(folder.path());
  ASSERT_TRUE(waiting);
  ASSERT_EQ(waiting->size(), 2U);
  EXPECT_EQ(waiting->at(0).id, id_of("3"));
  EXPECT_EQ(waiting->at(0).sealed_bytes, 4U);
  EXPECT_EQ(waiting->at(1).id, id_of("0"));
}

TEST(Queue, AClipIsFoundByItsFile) {
  const test::TempDir folder;
  const QueuedClip clip = clip_in(folder.path(), id_of("a"));
  EXPECT_EQ(find_clip(clip.sealed).error().token, "not_found");
  write(clip.sealed, "sealed");
  const auto found = find_clip(clip.sealed);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->manifest, clip.manifest);
  EXPECT_EQ(found->sealed_bytes, 6U);
  EXPECT_EQ(find_clip(folder / "clip.mp4").error().token, "bad_digest");
  EXPECT_EQ(find_clip(folder / "clip.age").error().token, "bad_digest");
}

TEST(State, SurvivesAndBelongsToOneServer) {
  const test::TempDir folder;
  const QueuedClip clip = clip_in(folder.path(), id_of("a"));
  EXPECT_FALSE(read_state(clip, "https://one"));
  ASSERT_TRUE(write_state(clip, {"https://one", "/uploads/77"}));
  const auto state = read_state(clip, "https://one");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->upload, "/uploads/77");
  EXPECT_FALSE(read_state(clip, "https://two")) << "another server does not know the upload";
}

TEST(State, DamageMeansStartingAnew) {
  const test::TempDir folder;
  const QueuedClip clip = clip_in(folder.path(), id_of("a"));
  for (const auto* text :
       {"", "{", "[]", "{\"server\":\"https://one\"}", "{\"server\":1,\"upload\":2}",
        "{\"server\":\"\",\"upload\":\"\"}", "\xff\xff"}) {
    write(clip.state, text);
    EXPECT_FALSE(read_state(clip, "https://one")) << text;
  }
  write(clip.state, std::string(100'000, 'x'));
  EXPECT_FALSE(read_state(clip, "https://one"));
}

TEST(Metadata, IsReadByTheServersRules) {
  for (const std::string& jws : {std::string("a.b.c"), std::string(64'000, 'x')}) {
    const auto metadata = upload::Metadata::parse(upload_metadata(jws));
    ASSERT_TRUE(metadata) << metadata.error().message;
    EXPECT_EQ(metadata->find("manifest"), jws);
  }
}

}  // namespace
}  // namespace hansom::ingest
