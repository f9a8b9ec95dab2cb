// Finding the site and the token: what is wrong is said with the file's name.
#include "index/cli/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SiteFolder : public ::testing::Test {
 protected:
  fs::path write(const char* name, std::string_view text,
                 fs::perms mode = fs::perms::owner_read | fs::perms::owner_write) {
    fs::path file = folder_ / name;
    std::ofstream(file, std::ios::binary) << text;
    fs::permissions(file, mode);
    return file;
  }
  test::TempDir folder_;
};

TEST_F(SiteFolder, PathsAreTakenFromTheSitesFolder) {
  write(kCliFile,
        "server = \"https://a:1\"\nauthority = \"ca/x.pem\"\ntoken_file = \"/elsewhere/t\"\n");
  const auto site = read_site(folder_.path());
  ASSERT_TRUE(site) << site.error().message;
  EXPECT_EQ(site->server, "https://a:1");
  EXPECT_EQ(site->authority, folder_ / "ca/x.pem");
  EXPECT_EQ(site->token_file, "/elsewhere/t");
  EXPECT_EQ(site->journal_key, "");
}

TEST_F(SiteFolder, UnknownAndWronglyTypedSettingsAreRefused) {
  write(kCliFile, "sever = \"https://a:1\"\n");
  EXPECT_THAT(read_site(folder_.path()).error().message, HasSubstr("sever is not a setting"));
  write(kCliFile, "server = 3\n");
  EXPECT_THAT(read_site(folder_.path()).error().message, HasSubstr("server must be a string"));
  write(kCliFile, "server = \n");
  EXPECT_THAT(read_site(folder_.path()).error().message, HasSubstr("hansom-cli.toml: 1"));
}

TEST_F(SiteFolder, AFolderThatIsNoSiteIsNamed) {
  Session session;
  session.options.site = folder_.path().string();
  const auto site = session.require_site();
  ASSERT_FALSE(site);
  EXPECT_EQ(exit_of(site.error()), Exit::kUsage);
  EXPECT_THAT(site.error().message, HasSubstr("is no site"));
}

TEST_F(SiteFolder, TokensMustBePrivateAndOneLine) {
  const auto token = read_token(write("token", "hst_abc\n"));
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->text(), "hst_abc");
  const auto open_file = write("open", "hst_abc\n", fs::perms::owner_read | fs::perms::others_read);
  EXPECT_THAT(read_token(open_file).error().message, HasSubstr("chmod 600"));
  EXPECT_EQ(read_token(write("empty", "\n")).error().token, "bad_config");
  EXPECT_EQ(read_token(write("two", "a\nb\n")).error().token, "bad_config");
  EXPECT_EQ(read_token(write("long", std::string(5000, 'a'))).error().token, "file_too_large");
  EXPECT_EQ(read_token(folder_ / "none").error().token, "not_found");
}

TEST(ExitCodes, KindsOfErrorsHaveTheirCodes) {
  EXPECT_EQ(exit_of({ErrorKind::kInvalid, "bad_config", ""}), Exit::kUsage);
  EXPECT_EQ(exit_of({ErrorKind::kForbidden, "forbidden", ""}), Exit::kNotAllowed);
  EXPECT_EQ(exit_of({ErrorKind::kGone, "destroyed", ""}), Exit::kNotFound);
  EXPECT_EQ(exit_of({ErrorKind::kCorrupt, "journal_corrupt", ""}), Exit::kNotProven);
  EXPECT_EQ(exit_of({ErrorKind::kStorage, "disk_full", ""}), Exit::kFailed);
}

}  // namespace
}  // namespace hansom::cli
