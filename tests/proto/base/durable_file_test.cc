// The verbs of durable files: whole or absent, never over an existing name, repeatable removal.
#include "proto/base/durable_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_dir.h"

namespace hansom {
namespace {

class DurableFile : public testing::Test {
 protected:
  std::string text(const std::filesystem::path& path) {
    return to_text(durable::read_file(path, 1 << 20).value_or(to_bytes("<unreadable>")));
  }
  std::size_t names() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(dir_.path()), {}));
  }
  test::TempDir dir_;
};

TEST_F(DurableFile, CreateOnceNeverReplaces) {
  const auto path = dir_.path() / "a";
  ASSERT_TRUE(durable::create_once(path, as_bytes("one"), 0600));
  const auto again = durable::create_once(path, as_bytes("two"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().token, "already_exists");
  EXPECT_EQ(text(path), "one");
  EXPECT_EQ(names(), 1U) << "no temporary file is left behind";
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(DurableFile, ReplaceHasTheOldOrTheNew) {
  const auto path = dir_.path() / "a";
  ASSERT_TRUE(durable::replace(path, as_bytes("one")));
  ASSERT_TRUE(durable::replace(path, as_bytes("two")));
  EXPECT_EQ(text(path), "two");
  EXPECT_EQ(names(), 1U);
}

TEST_F(DurableFile, PublishNeverOverwrites) {
  ASSERT_TRUE(durable::create_once(dir_.path() / "from", as_bytes("new")));
  ASSERT_TRUE(durable::create_once(dir_.path() / "to", as_bytes("old")));
  const auto done = durable::publish_by_rename(dir_.path() / "from", dir_.path() / "to");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(text(dir_.path() / "to"), "old");
  EXPECT_EQ(text(dir_.path() / "from"), "new");
}

TEST_F(DurableFile, RemoveIsRepeatable) {
  const auto path = dir_.path() / "a";
  ASSERT_TRUE(durable::create_once(path, as_bytes("one")));
  EXPECT_TRUE(durable::remove_synced(path));
  EXPECT_TRUE(durable::remove_synced(path));
  EXPECT_EQ(names(), 0U);
}

TEST_F(DurableFile, ErrorsNameTheFileAndTheCause) {
  const auto missing = durable::read_file(dir_.path() / "none", 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kNotFound);
  EXPECT_NE(missing.error().message.find("none"), std::string::npos);
  ASSERT_TRUE(durable::create_once(dir_.path() / "big", Bytes(100)));
  EXPECT_EQ(durable::read_file(dir_.path() / "big", 99).error().token, "file_too_large");
  EXPECT_EQ(durable::read_file(dir_.path() / "big", 100)->size(), 100U);
  EXPECT_EQ(durable::storage_error(ENOSPC, "write", "x").token, "disk_full");
  EXPECT_EQ(durable::storage_error(EIO, "write", "x").token, "storage_failed");
}

TEST_F(DurableFile, MakesDirectoriesWithTheirParents) {
  const auto deep = dir_.path() / "a" / "b" / "c";
  ASSERT_TRUE(durable::make_directories(deep));
  ASSERT_TRUE(durable::make_directories(deep));
  EXPECT_TRUE(std::filesystem::is_directory(deep));
}

TEST_F(DurableFile, AFullDeviceIsSaid) {
  const FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full.valid());
  const auto done = durable::append_sync(full.get(), as_bytes("x"), "/dev/full");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().token, "disk_full");
}

}  // namespace
}  // namespace hansom
