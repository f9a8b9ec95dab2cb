// A site's configuration: what is refused and how, that writing and reading agree, and that the
// manual is complete.
#include "index/site/site_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "index/site/settings.h"
#include "tests/support/temp_dir.h"

namespace hansom::site {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view kMinimal = R"(origin = "evidence.example/main"
controller = "Example"
data = "data"
journal_key = "keys/journal.pem"
vault_identity = "/elsewhere/vault.txt"
[units]
certificate = "tls/server.pem"
private_key = "tls/key.pem"
authorities = "ca/unit-ca.pem"
[people]
certificate = "tls/server.pem"
private_key = "tls/key.pem"
)";

class SiteConfigFile : public ::testing::Test {
 protected:
  Result<SiteConfig> load(std::string_view text) {
    const auto file = folder_ / "hansomd.toml";
    std::ofstream(file, std::ios::binary) << text;
    return load_config(file);
  }
  std::string refusal(std::string_view text) {
    const auto loaded = load(text);
    if (loaded) return "";
    EXPECT_EQ(loaded.error().token, "bad_config");
    return loaded.error().message;
  }
  test::TempDir folder_;
};

TEST_F(SiteConfigFile, AMinimalFileGetsDefaultsAndAbsolutePaths) {
  const auto config = load(kMinimal);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->units.port, 8443);
  EXPECT_EQ(config->people.port, 9443);
  EXPECT_EQ(config->local_address, "127.0.0.1");
  EXPECT_EQ(config->data, folder_ / "data");
  EXPECT_EQ(config->store(), folder_ / "data/store");
  EXPECT_THAT(config->vault_identities, ::testing::ElementsAre("/elsewhere/vault.txt"));
  EXPECT_EQ(config->inspector, "");
  EXPECT_EQ(config->retention.periods.at(evidence::Purpose::EVENT), std::chrono::days(31));
}

TEST_F(SiteConfigFile, EveryProblemIsInOneMessageWithItsLine) {
  const std::string message = refusal(std::string(kMinimal) + R"(prot = 1
[local]
address = "0.0.0.0"
port = "9480"
[retention]
event_days = -1
[inspektor]
workers = 2
)");
  EXPECT_THAT(message, AllOf(HasSubstr("hansomd.toml:13: people.prot is not a setting; did you "
                                       "mean people.port?"),
                             HasSubstr(":15: local.address must be a loopback address"),
                             HasSubstr(":16: local.port must be a whole number from 0 to 65535"),
                             HasSubstr(":18: retention.event_days must be a whole number from 0"),
                             HasSubstr(":19: inspektor is not a setting")));
}

TEST_F(SiteConfigFile, ARightKeyInTheWrongSectionIsNamed) {
  EXPECT_THAT(refusal(std::string(kMinimal) + "authorities = \"x\"\n"),
              HasSubstr("people.authorities is not a setting; did you mean units.authorities?"));
}

TEST_F(SiteConfigFile, EachRequiredSettingIsMissed) {
  for (const Setting& setting : settings()) {
    if (!setting.required) continue;
    SCOPED_TRACE(setting.name());
    std::istringstream lines{std::string(kMinimal)};
    std::string text, line, section;
    while (std::getline(lines, line)) {
      if (line.starts_with("[")) section = line.substr(1, line.size() - 2);
      const bool dropped =
          section == setting.section && line.starts_with(std::string(setting.key) + " ");
      if (!dropped) text += line + "\n";
    }
    EXPECT_THAT(refusal(text), HasSubstr(setting.name() + " is missing"));
  }
}

TEST_F(SiteConfigFile, BrokenTomlNamesItsLine) {
  EXPECT_THAT(refusal("origin = \"a\"\ncontroller = \n"), HasSubstr("hansomd.toml:2: "));
  EXPECT_THAT(refusal(std::string(kMinimal) + "[units]\n"), HasSubstr("hansomd.toml:13: "));
  EXPECT_THAT(refusal(std::string("origin = \"\xff\"\n")), HasSubstr("hansomd.toml:1: "));
}

TEST_F(SiteConfigFile, WrongKindsAreRefused) {
  EXPECT_THAT(refusal("units = 3\n"), HasSubstr("units must be a section"));
  EXPECT_THAT(refusal("origin = 3\n"), HasSubstr("origin must be a string"));
  EXPECT_THAT(refusal("origin = [1]\n"), HasSubstr("origin must be a string"));
  EXPECT_THAT(refusal("origin = \"a b\"\n"), HasSubstr("origin must be 1 to 255 printable"));
  EXPECT_THAT(refusal("data = \"\"\n"), HasSubstr("data must not be empty"));
  EXPECT_THAT(refusal("[units]\nport = 8443.5\n"), HasSubstr("units.port must be a whole number"));
  EXPECT_THAT(refusal("[units]\nport = 70000\n"), HasSubstr("units.port must be a whole number"));
  EXPECT_THAT(refusal("[units]\naddress = \"localhost\"\n"), HasSubstr("must be an IP address"));
}

TEST_F(SiteConfigFile, CiphersAndGroupsAreNamesOfTls13) {
  const auto good = load(std::string(kMinimal) +
                         "[tls]\nciphers = \"TLS_AES_128_GCM_SHA256\"\ngroups = \"P-521:X448\"\n");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->tls_ciphers, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(good->tls_groups, "P-521:X448");
  const auto with = [this](std::string_view key, std::string_view value) {
    return refusal("[tls]\n" + std::string(key) + " = \"" + std::string(value) + "\"\n");
  };
  EXPECT_THAT(with("ciphers", "ECDHE-RSA-AES128-GCM-SHA256"),
              AllOf(HasSubstr("hansomd.toml:2: tls.ciphers must be a list with colons of TLS_AES_"),
                    HasSubstr("'ECDHE-RSA-AES128-GCM-SHA256' is none of them")));
  EXPECT_THAT(with("ciphers", ""), HasSubstr("'' is none of them"));
  EXPECT_THAT(with("groups", "X25519:"), HasSubstr("'' is none of them"));
  EXPECT_THAT(with("groups", "X25519:P-256:X25519"), HasSubstr("'X25519' is there twice"));
  EXPECT_THAT(with("groups", "secp224r1"), HasSubstr("tls.groups must be a list with colons"));
}

TEST_F(SiteConfigFile, LevelsOfInspectionAreRead) {
  const auto config = load(std::string(kMinimal) + R"([inspector]
level = "headers"
levels = [{ purpose = "event", level = "full" },
          { controller = "A \"B\" Ltd", level = "keyframes" },
          { controller = "A \"B\" Ltd", purpose = "event", level = "headers" }]
)");
  ASSERT_TRUE(config) << config.error().message;
  using evidence::Purpose;
  using evidence::Report;
  const inspections::LevelPolicy& levels = config->inspector_levels;
  EXPECT_EQ(levels.level_for("Example", Purpose::REQUEST), Report::HEADERS);
  EXPECT_EQ(levels.level_for("Example", Purpose::EVENT), Report::FULL);
  EXPECT_EQ(levels.level_for("A \"B\" Ltd", Purpose::REQUEST), Report::KEYFRAMES);
  EXPECT_EQ(levels.level_for("A \"B\" Ltd", Purpose::EVENT), Report::HEADERS);
  const std::string text = to_toml(*config);
  const auto again = load(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_toml(*again), text);
  EXPECT_EQ(again->inspector_levels.rules.size(), 3U);
  const auto defaults = load(kMinimal);
  ASSERT_TRUE(defaults);
  EXPECT_EQ(defaults->inspector_levels.level_for("", Purpose::EVENT), Report::KEYFRAMES);
}

TEST_F(SiteConfigFile, WrongLevelsOfInspectionAreRefused) {
  const auto with = [this](std::string_view line) {
    return refusal("[inspector]\n" + std::string(line) + "\n");
  };
  EXPECT_THAT(with("level = \"everything\""),
              HasSubstr("hansomd.toml:2: inspector.level must be headers, keyframes or full"));
  EXPECT_THAT(with("level = 3"), HasSubstr("inspector.level must be headers, keyframes or full"));
  EXPECT_THAT(with("levels = \"full\""), HasSubstr("inspector.levels must be a list of tables"));
  EXPECT_THAT(with("levels = [\"full\"]"), HasSubstr("inspector.levels must be a list of tables"));
  EXPECT_THAT(with("levels = [{ purpose = \"event\", level = 3 }]"),
              HasSubstr("inspector.levels must be a list of tables"));
  EXPECT_THAT(with("levels = [{ purpose = \"event\" }]"), HasSubstr("entry 1 lacks level"));
  EXPECT_THAT(with("levels = [{ level = \"full\" }]"),
              HasSubstr("entry 1 names neither controller nor purpose: set inspector.level"));
  EXPECT_THAT(with("levels = [{ purpose = \"crash\", level = \"full\" }]"),
              HasSubstr("entry 1 purpose must be event, request or compliance_check"));
  EXPECT_THAT(with("levels = [{ purpose = \"event\", level = \"deep\" }]"),
              HasSubstr("entry 1 level must be headers, keyframes or full"));
  EXPECT_THAT(with("levels = [{ kind = \"event\", level = \"full\" }]"),
              HasSubstr("entry 1 has kind; it may have controller, purpose and level"));
  EXPECT_THAT(with("levels = [{ purpose = \"event\", level = \"full\" }, "
                   "{ purpose = \"event\", level = \"headers\" }]"),
              HasSubstr("entry 2 is of the same controller and purpose as one before it"));
}

TEST_F(SiteConfigFile, TheZoneIsOneOfTheSystems) {
  EXPECT_EQ(load(kMinimal)->zone, "Europe/London");
  const auto other = load(std::string(kMinimal) + "[site]\nzone = \"Asia/Kolkata\"\n");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->zone, "Asia/Kolkata");
  EXPECT_THAT(refusal("[site]\nzone = \"Europe/Atlantis\"\n"),
              HasSubstr("hansomd.toml:2: site.zone must be an IANA time zone: no time zone "
                        "'Europe/Atlantis'"));
  EXPECT_THAT(refusal("[site]\nzone = \"\"\n"), HasSubstr("site.zone must be an IANA time zone"));
  EXPECT_THAT(refusal("zone = \"Europe/Paris\"\n"), HasSubstr("did you mean site.zone?"));
}

TEST_F(SiteConfigFile, TwoListenersOnOnePortAreRefused) {
  EXPECT_THAT(refusal(std::string(kMinimal) + "port = 8443\n"),
              HasSubstr("people.port and units.port are both 8443"));
}

TEST_F(SiteConfigFile, MissingAndHugeFilesAreRefused) {
  const auto missing = load_config(folder_ / "none.toml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().token, "bad_config");
  EXPECT_THAT(missing.error().message, HasSubstr("none.toml"));
  EXPECT_THAT(refusal(std::string(2 << 20, '\n')), HasSubstr("cannot read it"));
}

TEST_F(SiteConfigFile, WhatIsWrittenReadsBackEqual) {
  auto config = load(kMinimal);
  ASSERT_TRUE(config);
  config->controller = "Caf\u00e9 \"quoted\" \\ back\tslash";
  config->units.port = 0;
  config->limits.idle_timeout = std::chrono::milliseconds(1234);
  config->inspector = "/opt/hansom-inspector";
  config->retention.periods[evidence::Purpose::REQUEST] = std::chrono::days(90);
  const std::string text = to_toml(*config);
  const auto again = load(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_toml(*again), text);
  EXPECT_EQ(again->controller, config->controller);
  EXPECT_EQ(again->limits.idle_timeout, config->limits.idle_timeout);
  EXPECT_EQ(again->retention.periods, config->retention.periods);
}

// The manual, as it is and with every commented default taken in.
std::string manual() {
  std::ifstream in(HANSOM_MANUAL);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(SiteConfigFile, TheManualLoadsAndItsDefaultsAreTheCodes) {
  const auto as_it_stands = load(manual());
  ASSERT_TRUE(as_it_stands) << as_it_stands.error().message;
  const std::string uncommented =
      std::regex_replace(manual(), std::regex("(^|\n)#([a-z_]+ = )"), "$1$2");
  ASSERT_NE(uncommented, manual());
  const auto in_full = load(uncommented);
  ASSERT_TRUE(in_full) << in_full.error().message;
  EXPECT_EQ(to_toml(*in_full), to_toml(*as_it_stands));
}

TEST_F(SiteConfigFile, TheManualNamesEverySetting) {
  std::istringstream lines(manual());
  std::string line, section;
  std::set<std::string> named;
  const std::regex setting_line("#?([a-z_]+) = .*");
  std::smatch match;
  while (std::getline(lines, line)) {
    if (line.starts_with("[")) section = line.substr(1, line.size() - 2) + ".";
    if (std::regex_match(line, match, setting_line)) named.insert(section + match[1].str());
  }
  std::set<std::string> known;
  for (const Setting& setting : settings()) known.insert(setting.name());
  EXPECT_EQ(named, known);
}

}  // namespace
}  // namespace hansom::site
