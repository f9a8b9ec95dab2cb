// Witness policies: what is refused, and which cosignatures are enough.
#include "proto/tlog/policy.h"

#include <gtest/gtest.h>

namespace hansom::tlog {
namespace {

std::string witness_key(const std::string& name) {
  return Cosigner::from_pem(name, Ed25519Key::generate_pem())->verifier().text();
}
std::string log_key() {
  return Signer::from_pem("log.example", Signer::generate_pem())->verifier().text();
}

std::string three() {
  return "witness a " + witness_key("w/a") + " https://a.example\nwitness b " + witness_key("w/b") +
         "\nwitness c " + witness_key("w/c") + "\n";
}

TEST(Policy, ReadsLogsWitnessesGroupsAndComments) {
  const auto policy = WitnessPolicy::parse("# two of three\n\nlog " + log_key() + "\n" + three() +
                                           " \tgroup most 2 a b c \nquorum most\n");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->logs.size(), 1U);
  ASSERT_EQ(policy->witnesses.size(), 3U);
  EXPECT_EQ(policy->witnesses[0].url, "https://a.example");
  EXPECT_EQ(policy->witnesses[1].url, "");
  EXPECT_EQ(policy->groups.at(0).threshold, 2U);
}

TEST(Policy, CountsWhoIsEnough) {
  const auto met = [](const std::string& rules, const std::set<std::string>& names) {
    return WitnessPolicy::parse(three() + rules).value().met_by(names);
  };
  EXPECT_TRUE(met("quorum none\n", {}));
  EXPECT_TRUE(met("quorum b\n", {"b"}));
  EXPECT_FALSE(met("quorum b\n", {"a", "c"}));
  EXPECT_FALSE(met("group g 2 a b c\nquorum g\n", {"a"}));
  EXPECT_TRUE(met("group g 2 a b c\nquorum g\n", {"a", "c"}));
  EXPECT_TRUE(met("group g any a b c\nquorum g\n", {"c"}));
  EXPECT_FALSE(met("group g all a b c\nquorum g\n", {"a", "c"}));
  // A group in a group; names that nobody defined count for nothing.
  const std::string nested = "group g any a b\ngroup h all g c\nquorum h\n";
  EXPECT_TRUE(met(nested, {"a", "c"}));
  EXPECT_FALSE(met(nested, {"a", "b"}));
  EXPECT_FALSE(met(nested, {"g", "c"}));
  EXPECT_FALSE(met(nested, {"h"}));
}

TEST(Policy, WhatIsNotOneIsRefused) {
  const std::string same = witness_key("w/s");
  std::string many;
  for (int i = 0; i < 65; ++i) {
    many += "witness n" + std::to_string(i) + " " + witness_key("w") + "\n";
  }
  for (const std::string& text : std::vector<std::string>{
           "",
           three(),
           "quorum a\n",
           three() + "quorum d\n",
           three() + "quorum a\nquorum a\n",
           three() + "quorum a",
           three() + "quorum\n",
           three() + "quorum a b\n",
           "witness a " + log_key() + "\nquorum a\n",
           "log " + same + "\nquorum none\n",
           "witness a " + same + "\nwitness b " + same + "\nquorum a\n",
           "witness a " + same + "\nwitness a " + witness_key("w") + "\nquorum a\n",
           "witness none " + same + "\nquorum none\n",
           "witness a key\nquorum a\n",
           three() + "group g 0 a b\nquorum g\n",
           three() + "group g 3 a b\nquorum g\n",
           three() + "group g 01 a b\nquorum g\n",
           three() + "group g some a b\nquorum g\n",
           three() + "group g any\nquorum g\n",
           three() + "group g any a a\nquorum g\n",
           three() + "group g any g\nquorum g\n",
           three() + "group none any a\nquorum none\n",
           three() + "group g any a\ngroup h any a\nquorum g\n",
           three() + "quorum a\r\n",
           "witnesses a " + same + "\nquorum none\n",
           many + "quorum none\n"}) {
    const auto policy = WitnessPolicy::parse(text);
    ASSERT_FALSE(policy) << text.substr(0, 300);
    EXPECT_EQ(policy.error().token, "bad_policy");
  }
}

TEST(Policy, ANoteIsHeldAgainstIt) {
  const Signer journal = Signer::from_pem("log.example", Signer::generate_pem()).value();
  const Cosigner a = Cosigner::from_pem("w/a", Ed25519Key::generate_pem()).value();
  const Cosigner b = Cosigner::from_pem("w/b", Ed25519Key::generate_pem()).value();
  const auto policy = WitnessPolicy::parse("witness a " + a.verifier().text() + "\nwitness b " +
                                           b.verifier().text() + "\ngroup g all a b\nquorum g\n")
                          .value();
  const Checkpoint checkpoint{"log.example", 3, sha256(std::string_view("root")), {}};
  const UtcTime time{std::chrono::seconds(1000)};
  std::string note = journal.sign_note(checkpoint.text());
  note += a.cosign(checkpoint.text(), time).line();
  const auto unmet = verify_witnesses(note, policy);
  ASSERT_FALSE(unmet);
  EXPECT_EQ(unmet.error().token, "policy_unmet");
  const auto forged = verify_witnesses(note + b.cosign("other\n", time).line(), policy);
  ASSERT_FALSE(forged);
  EXPECT_EQ(forged.error().token, "policy_unmet");
  note += b.cosign(checkpoint.text(), time).line();
  const auto met = verify_witnesses(note, policy);
  ASSERT_TRUE(met);
  ASSERT_EQ(met->size(), 2U);
  EXPECT_EQ(met->at(0).name, "a");
  EXPECT_EQ(met->at(0).time, time);
}

}  // namespace
}  // namespace hansom::tlog
