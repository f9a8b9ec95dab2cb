// Keys in text: what age prints is read and printed again the same; every mistyped character is
// found.
#include <gtest/gtest.h>

#include "proto/age/age.h"
#include "proto/age/bech32.h"

namespace hansom::age {
namespace {

TEST(AgeKeys, GeneratedKeysReadBackTheSame) {
  const auto random = seeded_random(7);
  for (int i = 0; i < 50; ++i) {
    const Identity identity = Identity::generate(*random);
    const auto again = Identity::parse(identity.text().text());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->recipient().point, identity.recipient().point);
    const auto recipient = Recipient::parse(identity.recipient().text());
    ASSERT_TRUE(recipient);
    EXPECT_EQ(recipient->point, identity.recipient().point);
    EXPECT_TRUE(identity.text().text().starts_with("AGE-SECRET-KEY-1"));
    EXPECT_TRUE(identity.recipient().text().starts_with("age1"));
  }
}

TEST(AgeKeys, EveryMistypedCharacterIsFound) {
  const auto random = seeded_random(8);
  const std::string text = Identity::generate(*random).recipient().text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'q', 'p', 'Q', '1', 'b', ' ', '\0'}) {
      std::string typed = text;
      if (typed[i] == c) continue;
      typed[i] = c;
      const auto parsed = Recipient::parse(typed);
      ASSERT_FALSE(parsed) << typed;
      EXPECT_EQ(parsed.error().token, "bad_recipient");
    }
  }
}

TEST(AgeKeys, OtherKindsOfKeyAreRefused) {
  const auto random = seeded_random(9);
  const Identity identity = Identity::generate(*random);
  const std::string recipient = identity.recipient().text();
  std::string upper = recipient;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  const Bytes short_key(31, 1);
  const Bytes long_key(33, 1);
  for (const std::string& text :
       {std::string(), std::string("age"), std::string("age1"), upper, recipient + "q",
        recipient.substr(0, recipient.size() - 1), " " + recipient, recipient + "\n",
        std::string(identity.text().text()), std::string(bech32_encode("age", short_key).text()),
        std::string(bech32_encode("age", long_key).text()),
        std::string(bech32_encode("agf", long_key).text())}) {
    EXPECT_FALSE(Recipient::parse(text)) << text;
    EXPECT_FALSE(Identity::parse(text + "x")) << text;
  }
}

TEST(AgeKeys, AMessageNeverRepeatsASecret) {
  const auto random = seeded_random(10);
  std::string text(Identity::generate(*random).text().text());
  text.back() = text.back() == 'Q' ? 'P' : 'Q';
  const auto parsed = Identity::parse(text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().token, "bad_identity");
  EXPECT_EQ(parsed.error().message.find(text.substr(20, 10)), std::string::npos);
}

TEST(AgeKeys, SealingToAPointOfLowOrderIsRefused) {
  const auto random = seeded_random(11);
  const Recipient nobody{};  // the point 0
  const auto sealed = seal(as_bytes("x"), std::span(&nobody, 1), *random);
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().token, "bad_recipient");
}

}  // namespace
}  // namespace hansom::age
