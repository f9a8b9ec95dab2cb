// Signatures of manifests: only ES256 by the unit's own key over exactly these bytes.
#include <gtest/gtest.h>

#include "proto/evidence/jws.h"
#include "tests/proto/evidence/unit_key.h"

namespace hansom::evidence {
namespace {

using test::make_ed25519_key;
using test::make_key;

constexpr std::string_view kPayload = R"({"unit":"demo-1","channel":1})";

std::string encode(std::string_view text) {
  return to_base64url(as_bytes(text));
}

// The JWS with another protected header over the same payload and signature.
std::string with_header(const std::string& jws, std::string_view header) {
  return encode(header) + jws.substr(jws.find('.'));
}

std::string token_of(const std::string& jws, const test::KeyPair& key) {
  const auto payload = verify_jws(jws, key.public_spki_der);
  return payload ? "" : std::string(payload.error().token);
}

TEST(Jws, WhatIsSignedVerifies) {
  const auto key = make_key();
  for (const std::string& payload :
       {std::string(kPayload), std::string(), std::string(40'000, 'x')}) {
    const auto jws = sign_jws(payload, key.private_pem);
    ASSERT_TRUE(jws) << jws.error().message;
    const auto verified = verify_jws(*jws, key.public_spki_der);
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(*verified, payload);
    EXPECT_EQ(jws->substr(0, jws->find('.')), encode(R"({"alg":"ES256"})"));
  }
}

// RFC 7515 appendix A.3: the key, payload and signature there.
TEST(Jws, TheExampleOfTheRfcVerifies) {
  const auto x = from_base64url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU").value();
  const auto y = from_base64url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0").value();
  // SubjectPublicKeyInfo of an uncompressed point on P-256.
  Bytes spki = from_hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004").value();
  spki.insert(spki.end(), x.begin(), x.end());
  spki.insert(spki.end(), y.begin(), y.end());
  const std::string jws =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ."
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  const auto payload = verify_jws(jws, spki);
  ASSERT_TRUE(payload) << payload.error().message;
  EXPECT_TRUE(payload->starts_with("{\"iss\":\"joe\""));
}

TEST(Jws, AnotherKeyIsRefused) {
  const auto jws = sign_jws(kPayload, make_key().private_pem).value();
  EXPECT_EQ(token_of(jws, make_key()), "manifest_signature");
  EXPECT_EQ(token_of(jws, make_key("P-384")), "manifest_signature");
  EXPECT_EQ(token_of(jws, make_ed25519_key()), "manifest_signature");
  test::KeyPair none;
  EXPECT_EQ(token_of(jws, none), "manifest_signature");
  none.public_spki_der = Bytes(91, 0x30);
  EXPECT_EQ(token_of(jws, none), "manifest_signature");
}

TEST(Jws, EveryChangedCharacterIsRefused) {
  const auto key = make_key();
  const auto jws = sign_jws(kPayload, key.private_pem).value();
  for (std::size_t i = 0; i < jws.size(); ++i) {
    std::string changed = jws;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(token_of(changed, key), "") << "character " << i;
  }
}

TEST(Jws, NoSignatureIsToldApart) {
  const auto key = make_key();
  const auto jws = sign_jws(kPayload, key.private_pem).value();
  const std::string unsigned_jws = jws.substr(0, jws.rfind('.') + 1);
  EXPECT_EQ(token_of(unsigned_jws, key), "manifest_unsigned");
  EXPECT_EQ(token_of(with_header(unsigned_jws, R"({"alg":"none"})"), key), "manifest_unsigned");
  EXPECT_EQ(token_of(with_header(jws, R"({"alg":"none"})"), key), "manifest_unsigned");
}

TEST(Jws, OtherHeadersAreRefused) {
  const auto key = make_key();
  const auto jws = sign_jws(kPayload, key.private_pem).value();
  for (const auto* header :
       {R"({"alg":"HS256"})", R"({"alg":"ES384"})", R"({"alg":"es256"})", R"({"alg":["ES256"]})",
        R"({"alg":null})", R"({})", R"([])", R"("ES256")", R"({"alg":"ES256","alg":"none"})",
        R"({"alg":"ES256","crit":["exp"],"exp":1})", R"({"alg":"ES256","crit":[]})",
        R"({"alg":"ES256"} x)", ""}) {
    EXPECT_EQ(token_of(with_header(jws, header), key), "manifest_unparsable") << header;
  }
}

TEST(Jws, AKeyInTheHeaderIsNotUsed) {
  const auto ours = make_key();
  const auto theirs = make_key();
  const auto jws = sign_jws(kPayload, theirs.private_pem).value();
  const std::string header =
      R"({"alg":"ES256","kid":"x","jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}})";
  EXPECT_EQ(token_of(with_header(jws, header), ours), "manifest_signature");
}

TEST(Jws, OtherShapesAreRefused) {
  const auto key = make_key();
  const auto jws = sign_jws(kPayload, key.private_pem).value();
  const auto first = jws.find('.');
  for (const std::string& shape :
       {std::string(), std::string("."), std::string(".."), std::string("..."), jws + ".",
        "." + jws, jws + ".AA", jws + " ", " " + jws, jws.substr(0, first),
        jws.substr(0, jws.rfind('.')), jws.substr(0, first) + "=" + jws.substr(first),
        std::string(R"({"payload":"AA"})")}) {
    EXPECT_EQ(token_of(shape, key), "manifest_unparsable") << shape;
  }
  // A signature of another length; DER in place of R and S.
  const auto stem = jws.substr(0, jws.rfind('.') + 1);
  EXPECT_EQ(token_of(stem + to_base64url(Bytes(63, 1)), key), "manifest_signature");
  EXPECT_EQ(token_of(stem + to_base64url(Bytes(65, 1)), key), "manifest_signature");
  EXPECT_EQ(token_of(stem + to_base64url(Bytes(64, 0)), key), "manifest_signature");
}

TEST(Jws, TooMuchIsRefused) {
  const auto key = make_key();
  const auto jws = sign_jws(std::string(50'000, 'x'), key.private_pem).value();
  ASSERT_GT(jws.size(), kManifestJwsBytesMax);
  EXPECT_EQ(token_of(jws, key), "manifest_too_large");
}

TEST(Jws, OtherKeysDoNotSign) {
  const auto token = [](const Secret& pem) {
    const auto jws = sign_jws(kPayload, pem);
    return jws ? "" : std::string(jws.error().token);
  };
  EXPECT_EQ(token(make_key("P-384").private_pem), "bad_unit_key");
  EXPECT_EQ(token(make_ed25519_key().private_pem), "bad_unit_key");
  EXPECT_EQ(token(Secret(std::string_view("not a key"))), "bad_unit_key");
  EXPECT_EQ(token(Secret()), "bad_unit_key");
}

}  // namespace
}  // namespace hansom::evidence
