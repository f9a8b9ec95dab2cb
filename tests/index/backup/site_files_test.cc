// Which files of a site are secrets, whatever their modes say.
#include "index/backup/site_files.h"

#include <fstream>

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/site/edit_config.h"
#include "index/site/settings.h"
#include "tests/support/temp_dir.h"

namespace hansom::backup {
namespace {

using ::testing::UnorderedElementsAre;

class SiteFilesTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text, mode_t mode) const {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
  site::SiteConfig config() const {
    site::SiteConfig config = site::default_config();
    config.data = folder_ / "data";
    config.units.certificate = config.people.certificate = folder_ / "tls/server.pem";
    config.units.private_key = config.people.private_key = folder_ / "tls/server-key.pem";
    config.unit_authorities = {folder_ / "ca/unit-ca.pem"};
    config.vault_identities = {"/elsewhere/vault.txt"};
    config.journal_keys = {(folder_ / "keys/journal.pem").string(), "pkcs11:token=t;object=o"};
    return config;
  }
  SiteFiles list() const {
    return list_site_files(folder_ / "hansomd.toml", config(), {folder_ / "out"}).value();
  }
  test::TempDir folder_;
};

TEST_F(SiteFilesTest, SecretsArePrivateFilesAndWhateverHoldsAKey) {
  write("hansomd.toml", "origin = 1\n", 0600);  // a strict umask
  write("hansom-cli.toml", "host = 1\n", 0600);
  write("tls/server.pem", "-----BEGIN CERTIFICATE-----\n", 0600);
  write("ca/unit-ca.pem", "-----BEGIN CERTIFICATE-----\n", 0644);
  write("notes.txt", "who to call\n", 0644);
  write("tls/server-key.pem", "-----BEGIN PRIVATE KEY-----\n", 0600);
  write("operator.token", "hst_abc\n", 0600);
  write("careless.token", "hst_def\n", 0644);
  write("keys/careless.pem", "-----BEGIN PRIVATE KEY-----\n", 0644);
  write("keys/careless.txt", "# made\nAGE-SECRET-KEY-1ABC\n", 0644);
  write("pin", "1234\n", 0600);
  write("data/store/CURRENT", "x", 0644);
  write("out/manifest.json", "x", 0644);
  std::filesystem::create_symlink("/etc/passwd", folder_ / "link");
  const SiteFiles files = list();
  EXPECT_THAT(files.open, UnorderedElementsAre("hansomd.toml", "hansom-cli.toml", "tls/server.pem",
                                               "ca/unit-ca.pem", "notes.txt"));
  EXPECT_THAT(files.secrets,
              UnorderedElementsAre("tls/server-key.pem", "operator.token", "careless.token",
                                   "keys/careless.pem", "keys/careless.txt", "pin"));
  EXPECT_THAT(files.outside, UnorderedElementsAre("/elsewhere/vault.txt"));
}

TEST_F(SiteFilesTest, ASettingIsEditedInItsPlace) {
  const std::string before =
      "# mine\norigin = \"a/b\"\ncontroller = \"c\"\ndata = \"/far/away\"\n"
      "journal_key = \"j\" # the first\nvault_identity = \"v\"\n[units]\ncertificate = \"c\"\n"
      "private_key = \"k\"\nauthorities = \"a\"\n[people]\ncertificate = \"c\"\nprivate_key = "
      "\"k\"\n";
  write("hansomd.toml", before, 0600);
  const auto file = folder_ / "hansomd.toml";
  ASSERT_TRUE(site::edit_setting(file, "data", "\"data\""));
  ASSERT_TRUE(site::edit_setting(file, "journal_key", R"(["j", "j2"])"));
  ASSERT_TRUE(site::edit_setting(file, "units.authorities", R"(["a", "b"])"));
  ASSERT_TRUE(site::edit_setting(file, "units.port", "1"));
  const auto config = site::load_config(file).value();
  EXPECT_EQ(config.data, folder_ / "data");
  EXPECT_THAT(config.journal_keys,
              UnorderedElementsAre((folder_ / "j").string(), (folder_ / "j2").string()));
  EXPECT_EQ(config.unit_authorities.size(), 2);
  EXPECT_EQ(config.units.port, 1);
  EXPECT_NE(config.people.port, 1);
  struct stat facts {};
  ASSERT_EQ(::stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  // What would not load is not written.
  const auto refused = site::edit_setting(file, "units.port", "\"many\"");
  EXPECT_EQ(refused.error().token, "bad_config");
  EXPECT_EQ(site::load_config(file).value().units.port, 1);
}

}  // namespace
}  // namespace hansom::backup
