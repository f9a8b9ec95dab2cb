// The file vault: adopt, put, read, destroy, list; twice, damaged and beside foreign files.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "index/vault/vault.h"
#include "tests/support/temp_dir.h"

namespace hansom::vault {
namespace {

namespace fs = std::filesystem;

class FileVaultTest : public testing::Test {
 protected:
  void SetUp() override { vault_ = open_file_vault(folder_ / "vault").value(); }

  fs::path spool(const std::string& bytes, const std::string& name = "spool") {
    fs::path path = folder_ / name;
    std::ofstream(path) << bytes;
    return path;
  }
  fs::path path_of(const Digest& name) {
    return folder_ / "vault" / name.hex().substr(0, 2) / (name.hex() + ".age");
  }
  std::string content(const Digest& name) {
    const auto object = vault_->open(name);
    if (!object) return "error: " + std::string(object.error().token);
    Bytes bytes((*object)->size());
    if (Status read = (*object)->read(0, bytes); !read) return "error: " + read.error().message;
    return to_text(bytes);
  }
  std::vector<std::pair<Digest, std::uint64_t>> list() {
    std::vector<std::pair<Digest, std::uint64_t>> all;
    EXPECT_TRUE(vault_->for_each([&](const Digest& name, std::uint64_t bytes) {
      all.emplace_back(name, bytes);
      return true;
    }));
    return all;
  }

  test::TempDir folder_;
  std::unique_ptr<Vault> vault_;
};

TEST_F(FileVaultTest, HasAllItsFoldersFromTheStart) {
  std::size_t folders = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "vault")) {
    EXPECT_TRUE(entry.is_directory());
    ++folders;
  }
  EXPECT_EQ(folders, 256U);
  EXPECT_TRUE(open_file_vault(folder_ / "vault").has_value());
}

TEST_F(FileVaultTest, AdoptsASpoolFileReadOnly) {
  const Digest name = sha256("sealed");
  const fs::path file = spool("sealed");
  ASSERT_TRUE(vault_->adopt(file, name).has_value());
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(content(name), "sealed");
  struct stat found {};
  ASSERT_EQ(::stat(path_of(name).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0440U);
}

TEST_F(FileVaultTest, ASecondArrivalLeavesOneMasterAndNoSpoolFile) {
  const Digest name = sha256("sealed");
  ASSERT_TRUE(vault_->adopt(spool("sealed", "one"), name).has_value());
  const fs::path second = spool("sealed", "two");
  ASSERT_TRUE(vault_->adopt(second, name).has_value());
  EXPECT_FALSE(fs::exists(second));
  EXPECT_EQ(list().size(), 1U);
}

TEST_F(FileVaultTest, ADamagedMasterKeepsTheSpoolFile) {
  const Digest name = sha256("sealed");
  ASSERT_TRUE(vault_->adopt(spool("sealed", "one"), name).has_value());
  fs::permissions(path_of(name), fs::perms::owner_all);
  fs::resize_file(path_of(name), 3);
  const fs::path second = spool("sealed", "two");
  EXPECT_EQ(vault_->adopt(second, name).error().token, "vault_corrupt");
  EXPECT_TRUE(fs::exists(second));
}

TEST_F(FileVaultTest, AdoptingAgainWhatACrashLeftInTheVaultSucceeds) {
  const Digest name = sha256(as_bytes("sealed"));
  const auto file = spool("sealed", "one");
  ASSERT_TRUE(vault_->adopt(file, name).has_value());
  EXPECT_TRUE(vault_->adopt(file, name).has_value());
  EXPECT_EQ(vault_->open(name).value()->size(), 6U);
}

TEST_F(FileVaultTest, AMissingSpoolFileIsAnError) {
  EXPECT_EQ(vault_->adopt(folder_ / "none", sha256("x")).error().kind, ErrorKind::kNotFound);
}

TEST_F(FileVaultTest, PutIsIdempotent) {
  const auto first = vault_->put(as_bytes("picture"));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(*first, sha256("picture"));
  EXPECT_EQ(vault_->put(as_bytes("picture")).value(), *first);
  EXPECT_EQ(content(*first), "picture");
  EXPECT_EQ(vault_->put({}).value(), sha256(""));
  EXPECT_EQ(content(sha256("")), "");
}

TEST_F(FileVaultTest, ReadsRangesAndRefusesWhatLiesBeyond) {
  const Digest name = vault_->put(as_bytes("0123456789")).value();
  const auto object = vault_->open(name).value();
  Bytes part(4);
  ASSERT_TRUE(object->read(3, part).has_value());
  EXPECT_EQ(to_text(part), "3456");
  ASSERT_TRUE(object->read(10, {}).has_value());
  EXPECT_EQ(object->read(7, part).error().token, "vault_corrupt");
  EXPECT_EQ(object->read(11, {}).error().token, "vault_corrupt");
  EXPECT_EQ(object->read(~0ULL, part).error().token, "vault_corrupt");
}

TEST_F(FileVaultTest, AFileThatShrinksWhileOpenIsCorrupt) {
  const Digest name = vault_->put(as_bytes("0123456789")).value();
  const auto object = vault_->open(name).value();
  fs::permissions(path_of(name), fs::perms::owner_all);
  fs::resize_file(path_of(name), 5);
  Bytes all(10);
  EXPECT_EQ(object->read(0, all).error().token, "vault_corrupt");
}

TEST_F(FileVaultTest, DestroysAndToleratesWhatIsGone) {
  const Digest name = vault_->put(as_bytes("x")).value();
  ASSERT_TRUE(vault_->destroy(name).has_value());
  EXPECT_EQ(vault_->open(name).error().token, "vault_missing");
  EXPECT_TRUE(vault_->destroy(name).has_value());
  EXPECT_TRUE(vault_->destroy(sha256("never")).has_value());
}

TEST_F(FileVaultTest, ALinkUnderAnObjectsNameIsNotFollowed) {
  const Digest name = sha256("x");
  fs::create_symlink(spool("secret"), path_of(name));
  EXPECT_FALSE(vault_->open(name).has_value());
  EXPECT_EQ(vault_->for_each([](const Digest&, std::uint64_t) { return true; }).error().token,
            "vault_corrupt");
}

TEST_F(FileVaultTest, ListsInOrderAndLeavesForeignFilesAlone) {
  std::vector<std::pair<Digest, std::uint64_t>> put;
  for (int n = 0; n < 50; ++n) {
    const std::string bytes(static_cast<std::size_t>(n), 'x');
    put.emplace_back(vault_->put(as_bytes(bytes)).value(), bytes.size());
  }
  const fs::path foreign = folder_ / "vault" / "00" / "notes.txt";
  const fs::path misplaced = folder_ / "vault" / "01" / (Digest().hex() + ".age");
  std::ofstream(foreign) << "mine";
  std::ofstream(misplaced) << "here";
  std::sort(put.begin(), put.end());
  EXPECT_EQ(list(), put);
  std::vector<fs::path> named;
  const auto files = list_foreign_files(folder_ / "vault").value();
  for (const ForeignFile& file : files) {
    EXPECT_FALSE(file.leftover) << file.path;
    named.push_back(file.path);
  }
  EXPECT_EQ(named, (std::vector<fs::path>{foreign, misplaced}));
  testing::internal::CaptureStderr();
  EXPECT_TRUE(open_file_vault(folder_ / "vault"));
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, testing::HasSubstr("vault_foreign_file"));
  EXPECT_THAT(said, testing::HasSubstr("notes.txt"));
  EXPECT_TRUE(fs::exists(foreign));
  EXPECT_TRUE(fs::exists(misplaced));
}

TEST_F(FileVaultTest, WhatACrashCutShortIsListedAndGoesAtTheNextStart) {
  const std::string hex = sha256("half an object").hex();
  const fs::path leftover = folder_ / "vault" / hex.substr(0, 2) / ("." + hex + ".age.0011223344");
  std::ofstream(leftover) << "half";
  const auto listed = list_foreign_files(folder_ / "vault").value();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed.front().path, leftover);
  EXPECT_TRUE(listed.front().leftover);
  EXPECT_TRUE(open_file_vault(folder_ / "vault", VaultMode::kReadOnly));
  EXPECT_TRUE(fs::exists(leftover));
  EXPECT_TRUE(open_file_vault(folder_ / "vault"));
  EXPECT_FALSE(fs::exists(leftover));
}

TEST_F(FileVaultTest, OpenedForReadingItMakesNothing) {
  const fs::path missing = folder_ / "no vault";
  EXPECT_EQ(open_file_vault(missing, VaultMode::kReadOnly).error().token, "not_found");
  EXPECT_FALSE(fs::exists(missing));
  fs::create_directory(missing);
  const auto empty = open_file_vault(missing, VaultMode::kReadOnly).value();
  EXPECT_TRUE(empty->for_each([](const Digest&, std::uint64_t) { return true; }));
  EXPECT_TRUE(fs::is_empty(missing));
}

TEST_F(FileVaultTest, StopsListingWhenTold) {
  for (int n = 0; n < 5; ++n) ASSERT_TRUE(vault_->put(Bytes(static_cast<std::size_t>(n))));
  int seen = 0;
  ASSERT_TRUE(vault_->for_each([&](const Digest&, std::uint64_t) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace hansom::vault
