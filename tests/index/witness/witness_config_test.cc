// witness.toml: what is read and what is refused.
#include "index/witness/witness_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace hansom::witness {
namespace {

std::string log_key() {
  return tlog::Signer::from_pem("log.example", tlog::Signer::generate_pem())->verifier().text();
}

class WitnessConfigFile : public ::testing::Test {
 protected:
  Result<WitnessConfig> load(const std::string& text) {
    std::ofstream(folder_ / "witness.toml", std::ios::binary) << text;
    return load_witness_config(folder_ / "witness.toml");
  }
  test::TempDir folder_;
};

const std::string kBase = "name = \"w.example\"\nkey = \"key.pem\"\nstate = \"state\"\n";

TEST_F(WitnessConfigFile, PathsAreTakenFromItsFolder) {
  const auto config = load(kBase + "port = 0\nlogs = [\"" + log_key() + "\"]\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->key, folder_ / "key.pem");
  EXPECT_EQ(config->state, folder_ / "state");
  EXPECT_EQ(config->address, "127.0.0.1");
  EXPECT_EQ(config->port, 0);
  ASSERT_EQ(config->logs.size(), 1U);
  EXPECT_EQ(config->logs[0].origin, "log.example");
}

TEST_F(WitnessConfigFile, WhatIsWrongIsRefused) {
  const std::string logs = "logs = []\n";
  const std::string witness_key =
      tlog::Cosigner::from_pem("w", tlog::Ed25519Key::generate_pem())->verifier().text();
  std::string key_alone = kBase;
  key_alone.append("logs = [\"").append(witness_key).append("\"]\n");
  for (const std::string& text : std::vector<std::string>{
           "", kBase, logs, kBase + "logs = 3\n", kBase + "logs = [3]\n",
           kBase + "logs = [\"x\"]\n", key_alone, kBase + logs + "port = 70000\n",
           kBase + logs + "port = \"9\"\n", kBase + logs + "prot = 9\n",
           kBase + logs + "certificate = \"c\"\n", kBase + logs + "address = \"0.0.0.0\"\n",
           kBase + logs + "name = \"twice\"\n", "name = \"\"\nkey = \"k\"\nstate = \"s\"\n" + logs,
           "name ="}) {
    const auto config = load(text);
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().token, "bad_config");
    EXPECT_THAT(config.error().message, ::testing::HasSubstr("witness.toml"));
  }
  EXPECT_FALSE(load_witness_config(folder_ / "none.toml"));
}

}  // namespace
}  // namespace hansom::witness
