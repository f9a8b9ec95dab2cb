// Making a site: whole or not at all, secrets private, and what is made works together.
#include "index/cli/make_site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "index/access/access.h"
#include "index/cli/session.h"
#include "index/evidence_index.h"
#include "index/site/site_config.h"
#include "proto/age/age.h"
#include "proto/http/server.h"
#include "tests/support/temp_dir.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class MakeSite : public ::testing::Test {
 protected:
  Status make(const NewSite& site) { return make_site(site, clock_, *random_); }
  NewSite demo() {
    NewSite site;
    site.folder = folder_ / "deep" / "site";
    site.origin = "evidence.example/test";
    site.controller = "Test Borough";
    site.units_port = 18443;
    site.demo = true;
    return site;
  }
  std::size_t entries_beside() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_ / "deep"), fs::directory_iterator()));
  }
  test::TempDir folder_;
  ManualClock clock_{system_clock().now()};
  std::unique_ptr<Random> random_ = seeded_random(7);
};

TEST_F(MakeSite, EverythingIsThereAndOnlySecretsAreHidden) {
  const NewSite site = demo();
  ASSERT_TRUE(make(site));
  for (const char* name :
       {site_files::kOperatorToken, site_files::kInvestigatorToken, site_files::kUnitAuthorityKey,
        site_files::kServerAuthorityKey, site_files::kServerKey, site_files::kJournalKey,
        site_files::kVaultIdentity}) {
    struct stat facts {};
    ASSERT_EQ(::stat((site.folder / name).c_str(), &facts), 0) << name;
    EXPECT_EQ(facts.st_mode & 0777U, 0600U) << name;
  }
  for (const char* name :
       {site_files::kConfig, site_files::kUnitAuthority, site_files::kServerCertificate,
        site_files::kJournalVerifier, site_files::kVaultRecipient, kCliFile}) {
    EXPECT_TRUE(fs::exists(site.folder / name)) << name;
  }
  EXPECT_EQ(entries_beside(), 1U) << "nothing temporary stays";
}

TEST_F(MakeSite, TheConfigurationLoadsAndTheServersFilesFitTogether) {
  const NewSite site = demo();
  ASSERT_TRUE(make(site));
  const auto config = site::load_config(site.folder / site_files::kConfig);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->units.port, 18443);
  EXPECT_EQ(config->data, site.folder / "data");
  http::TlsOptions units;
  units.certificate_chain = config->units.certificate;
  units.private_key = config->units.private_key;
  units.client_certificate = http::ClientCertificate::kRequired;
  units.client_authorities = config->unit_authorities.front();
  units.session_context = "units";
  const auto tls = http::TlsContext::make(units);
  EXPECT_TRUE(tls) << tls.error().message;
  const auto tool = read_site(site.folder);
  ASSERT_TRUE(tool) << tool.error().message;
  EXPECT_EQ(tool->server, "https://localhost:9443");
  EXPECT_EQ(tool->token_file, site.folder / site_files::kOperatorToken);
}

TEST_F(MakeSite, TheJournalBeginsWithTheSiteAndKnowsBothTokens) {
  const NewSite site = demo();
  ASSERT_TRUE(make(site));
  const auto pem = read_text(site.folder / site_files::kJournalKey);
  ASSERT_TRUE(pem);
  auto signer = tlog::Signer::from_pem(site.origin, Secret(*pem));
  ASSERT_TRUE(signer) << signer.error().message;
  EvidenceIndexOptions options;
  options.directory = site.folder / "data" / "store";
  options.clock = &clock_;
  options.random = random_.get();
  const auto index = EvidenceIndex::open(*std::move(signer), options);
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_EQ((*index)->journal().head().size, 3U);
  const auto stored = (*index)->journal().read(LeafIndex{0});
  ASSERT_TRUE(stored);
  evidence::Record record;
  ASSERT_TRUE(
      record.ParseFromArray(stored->record->data(), static_cast<int>(stored->record->size())));
  EXPECT_EQ(record.site_opened().origin(), "evidence.example/test");
  EXPECT_EQ(record.site_opened().controller(), "Test Borough");
  const auto recipient = read_text(site.folder / site_files::kVaultRecipient);
  EXPECT_EQ(record.site_opened().vault_recipient() + "\n", *recipient);

  const auto view = (*index)->view();
  ASSERT_TRUE(view);
  for (const auto& [file, role] :
       {std::pair{site_files::kOperatorToken, access::Role::kOperations},
        std::pair{site_files::kInvestigatorToken, access::Role::kInvestigator}}) {
    const auto token = read_token(site.folder / file);
    ASSERT_TRUE(token) << token.error().message;
    const std::string header = "Bearer " + std::string(token->text());
    const auto person = access::identify(view->reader(), header, "a test", clock_.now());
    ASSERT_TRUE(person) << person.error().message;
    EXPECT_EQ(person->role, role);
  }
}

TEST_F(MakeSite, TheVaultIdentityAndRecipientBelongTogether) {
  const NewSite site = demo();
  ASSERT_TRUE(make(site));
  const auto text = read_token(site.folder / site_files::kVaultIdentity);
  ASSERT_TRUE(text);
  const auto identity = age::Identity::parse(text->text());
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->recipient().text() + "\n",
            *read_text(site.folder / site_files::kVaultRecipient));
}

TEST_F(MakeSite, AnExistingSiteIsNotTouched) {
  const NewSite site = demo();
  ASSERT_TRUE(make(site));
  const auto before = read_text(site.folder / site_files::kJournalVerifier);
  const Status again = make(site);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().token, "already_exists");
  EXPECT_THAT(again.error().message, HasSubstr("is a site already"));
  EXPECT_EQ(*read_text(site.folder / site_files::kJournalVerifier), *before);
}

TEST_F(MakeSite, AFolderWithAnythingInItIsNotTouchedAndAnEmptyOneIsTaken) {
  NewSite site = demo();
  fs::create_directories(site.folder);
  std::ofstream(site.folder / "mine.txt") << "mine";
  EXPECT_EQ(make(site).error().token, "already_exists");
  fs::remove(site.folder / "mine.txt");
  EXPECT_TRUE(make(site));
}

TEST_F(MakeSite, AWrongNameLeavesNothingBehind) {
  NewSite site = demo();
  site.names = {"not a name"};
  EXPECT_EQ(make(site).error().token, "bad_certificate_request");
  NewSite second = demo();
  second.origin = "has a space";
  EXPECT_EQ(make(second).error().token, "bad_config");
  EXPECT_EQ(entries_beside(), 0U);
}

}  // namespace
}  // namespace hansom::cli
