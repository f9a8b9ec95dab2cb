// A backup's manifest and list: back and forth, and everything that is none.
#include "index/backup/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hansom::backup {
namespace {

Manifest example() {
  Manifest manifest;
  manifest.backup_id = "0123456789abcdef";
  manifest.origin = "evidence.example/main";
  manifest.version = "0.1.0";
  manifest.taken = from_unix_us(1'772'323'200'000'000);
  manifest.tree_size = 17;
  manifest.root = sha256("root");
  manifest.checkpoint = "evidence.example/main\n17\n...\n";
  manifest.vault = VaultForm::kLinked;
  manifest.vault_objects = 3;
  manifest.vault_bytes = 4096;
  manifest.missing = {sha256("gone").hex()};
  manifest.not_covered = {"/etc/elsewhere.pem"};
  manifest.list = "SHA256SUMS-0123456789abcdef";
  manifest.list_sha256 = sha256("list");
  return manifest;
}

TEST(BackupManifest, ComesBackAsItWas) {
  const std::string text = manifest_json(example());
  const auto again = parse_manifest(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(manifest_json(*again), text);
  EXPECT_EQ(again->store_folder(), "store-0123456789abcdef");
}

TEST(BackupManifest, DamageIsABadBackup) {
  const std::string text = manifest_json(example());
  std::vector<std::string> damaged{"", "[]", text.substr(0, text.size() / 2)};
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"hansom-backup-1", "hansom-backup-9"},
           {"\"tree_size\":17", "\"tree_size\":-1"},
           {"\"tree_size\":17", "\"tree_size\":\"17\""},
           {"\"linked\"", "\"glued\""},
           {"\"backup\":\"0123456789abcdef\"", "\"backup\":\"../../etc\""},
           {"\"list\":\"SHA256SUMS-", "\"list\":\"../SHA256SUMS-"},
           {"\"missing\":[", "\"missing\":[7,"}}) {
    std::string copy = text;
    ASSERT_NE(copy.find(from), std::string::npos) << from;
    copy.replace(copy.find(from), from.size(), to);
    damaged.push_back(copy);
  }
  for (const std::string& one : damaged) {
    const auto parsed = parse_manifest(one);
    ASSERT_FALSE(parsed) << one;
    EXPECT_EQ(parsed.error().token, "bad_backup") << one;
  }
}

TEST(BackupList, IsWhatSha256sumReadsAndLeadsNowhereElse) {
  const std::vector<ListedFile> files{{sha256("a"), "store-1/CURRENT"},
                                      {sha256("b"), "vault/ab/with  spaces.age"}};
  const std::string text = list_text(files);
  EXPECT_THAT(text, ::testing::StartsWith(sha256("a").hex() + "  store-1/CURRENT\n"));
  const auto again = parse_list(text).value();
  ASSERT_EQ(again.size(), 2);
  EXPECT_EQ(list_text(again), text);
  const std::string hex = sha256("a").hex();
  for (const std::string& wrong :
       {hex + "  a", hex + " a\n", hex.substr(1) + "  ab\n", hex + "  /etc/passwd\n",
        hex + "  vault/../../x\n", hex + "  ../x\n", hex + "  ./x\n", std::string("\n")}) {
    EXPECT_FALSE(parse_list(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace hansom::backup
