// URIs of keys: what is taken, and what is wrong with the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/hsm/pkcs11_uri.h"

namespace hansom::hsm {
namespace {

constexpr const char* kTail = "?module-path=/lib/m.so&pin-source=file:/etc/pin";

TEST(KeyUri, IsTakenApart) {
  const auto uri = parse_key_uri(
      "pkcs11:token=my%20token;object=journal;id=%a1%00;type=private"
      "?module-path=/lib/m.so&pin-source=file:/etc/pin");
  ASSERT_TRUE(uri) << uri.error().message;
  EXPECT_EQ(uri->token, "my token");
  EXPECT_EQ(uri->object, "journal");
  EXPECT_EQ(uri->id, (Bytes{0xa1, 0x00}));
  EXPECT_EQ(uri->module, "/lib/m.so");
  EXPECT_EQ(uri->pin_file, "/etc/pin");
}

TEST(KeyUri, SaysWhatIsWrong) {
  const std::string tail = kTail;
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {"", "pkcs11:"},
           {"file:/x", "pkcs11:"},
           {"pkcs11:object=a" + tail, "token"},
           {"pkcs11:token=t" + tail, "object"},
           {"pkcs11:token=t;object=a?pin-source=file:/p", "module-path"},
           {"pkcs11:token=t;object=a?module-path=/m", "pin-source"},
           {"pkcs11:token=t;object=a" + tail + "&pin-value=1234", "does not belong here"},
           {"pkcs11:token=t;object=a;type=public" + tail, "private"},
           {"pkcs11:token=t;object=%4" + tail, "hexadecimal"},
           {"pkcs11:token=t;object=%zz" + tail, "hexadecimal"},
           {"pkcs11:token=t;object" + tail, "name=value"},
           {"pkcs11:token=t;object=a;slot-id=1" + tail, "slot-id"}}) {
    const auto uri = parse_key_uri(text);
    ASSERT_FALSE(uri) << text;
    EXPECT_EQ(uri.error().token, "bad_key_uri");
    EXPECT_THAT(uri.error().message, ::testing::HasSubstr(says));
    EXPECT_THAT(uri.error().message, ::testing::Not(::testing::HasSubstr("1234")));
  }
}

}  // namespace
}  // namespace hansom::hsm
