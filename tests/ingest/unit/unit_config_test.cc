// unit.toml and site.toml: what wins, what is refused, and that what `enrol` writes is read back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/unit/unit_config.h"
#include "proto/base/durable_file.h"
#include "tests/support/temp_dir.h"

namespace hansom::ingest {
namespace {

using ::testing::HasSubstr;

void write(const std::filesystem::path& file, std::string_view text) {
  ASSERT_TRUE(durable::replace(file, as_bytes(text)));
}

TEST(UnitConfig, WithoutFilesHasTheDefaults) {
  const test::TempDir folder;
  const auto config = load_unit_config(folder.path());
  ASSERT_TRUE(config);
  EXPECT_EQ(config->unit, "");
  EXPECT_EQ(config->certificate, folder / "unit.pem");
  EXPECT_EQ(config->key, folder / "unit.key");
  EXPECT_EQ(config->server_ca, folder / "server-ca.pem");
}

TEST(UnitConfig, TheUnitsOwnFileWinsOverTheSites) {
  const test::TempDir folder;
  write(folder / "site.toml",
        "server = \"https://site:8443\"\nvault_recipient = \"age1site\"\nserver_ca = "
        "\"site-ca.pem\"\n");
  write(folder / "unit.toml",
        "unit = \"demo-1\"\nserver = \"https://own:8443\"\nkey = \"/secret/k\"\n");
  const auto config = load_unit_config(folder.path());
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->unit, "demo-1");
  EXPECT_EQ(config->server, "https://own:8443");
  EXPECT_EQ(config->vault_recipient, "age1site");
  EXPECT_EQ(config->server_ca, folder / "site-ca.pem");
  EXPECT_EQ(config->key, "/secret/k");
}

TEST(UnitConfig, WhatIsWrittenReadsBackEqual) {
  const test::TempDir folder;
  UnitConfig config = default_config(folder.path());
  config.unit = "demo-1";
  config.server = "https://host:8443";
  config.vault_recipient = "age1x";
  config.journal_key = "site+0a1b2c3d+AbC/+=";
  config.server_ca = "/elsewhere/with \"quotes\" and 'more'.pem";
  for (const std::string& journal_key : {config.journal_key, std::string()}) {
    config.journal_key = journal_key;
    write(folder / "unit.toml", unit_toml(config, folder.path()));
    const auto again = load_unit_config(folder.path());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->unit, config.unit);
    EXPECT_EQ(again->server, config.server);
    EXPECT_EQ(again->vault_recipient, config.vault_recipient);
    EXPECT_EQ(again->journal_key, config.journal_key);
    EXPECT_EQ(again->certificate, config.certificate);
    EXPECT_EQ(again->server_ca, config.server_ca);
  }
}

TEST(UnitConfig, MistakesAreNamedWithFileAndLine) {
  const test::TempDir folder;
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"unit = \"a\"\nsrever = \"x\"\n", "unit.toml:2: srever is not a setting"},
      {"unit = 5\n", "unit.toml:1: unit must be a text"},
      {"unit = \"a\nkey", "unit.toml:1: "},
      {"[unit]\n", "unit.toml:1: unit must be a text"},
  };
  for (const auto& [text, words] : wrong) {
    write(folder / "unit.toml", text);
    const auto config = load_unit_config(folder.path());
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().token, "bad_config");
    EXPECT_THAT(config.error().message, HasSubstr(words));
  }
}

}  // namespace
}  // namespace hansom::ingest
