// JWS compact serialization with ES256, by OpenSSL: the header is checked before anything else.
#include "proto/evidence/jws.h"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <boost/json/value.hpp>

#include "proto/base/check.h"
#include "proto/evidence/members.h"

namespace hansom::evidence {
namespace {

constexpr std::string_view kToken = "manifest_unparsable";
constexpr std::string_view kHeader = R"({"alg":"ES256"})";
constexpr std::size_t kNumberBytes = 32;
constexpr std::size_t kSignatureBytes = 2 * kNumberBytes;  // RFC 7518 section 3.4: R, then S

struct FreePkey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;
struct FreePkeyContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigestContext>;
struct FreeSignature {
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
using Signature = std::unique_ptr<ECDSA_SIG, FreeSignature>;

bool is_p256(EVP_PKEY* key) {
  std::array<char, 32> group{};
  std::size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
         std::string_view(group.data(), size) == "prime256v1";
}

// SubjectPublicKeyInfo of an uncompressed point on P-256 (RFC 5480), up to the point.
constexpr std::array<std::uint8_t, 26> kSpkiOfP256 = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
constexpr std::size_t kPointBytes = 1 + 2 * kNumberBytes;

// OpenSSL checks that the point lies on the curve. Null: it does not.
Pkey key_of_point(ByteSpan point) {
  const std::unique_ptr<EVP_PKEY_CTX, FreePkeyContext> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  HANSOM_CHECK(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
  char group[] = "prime256v1";
  std::array<OSSL_PARAM, 3> params{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                        const_cast<std::uint8_t*>(point.data()), point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.data()) != 1) return {};
  return Pkey(key);
}

// Null: no key on P-256. The usual encoding has a way of its own: OpenSSL 3's decoder costs more
// than the verification.
Pkey public_key(ByteSpan spki_der) {
  if (spki_der.size() == kSpkiOfP256.size() + kPointBytes &&
      std::ranges::equal(spki_der.first(kSpkiOfP256.size()), kSpkiOfP256)) {
    return key_of_point(spki_der.subspan(kSpkiOfP256.size()));
  }
  const auto* der = spki_der.data();
  Pkey key(d2i_PUBKEY(nullptr, &der, static_cast<long>(spki_der.size())));
  return key != nullptr && is_p256(key.get()) ? std::move(key) : nullptr;
}

// ECDSA with SHA-256 over `message`; the signature as R and S, as JWS has it.
Bytes sign_es256(EVP_PKEY* key, std::string_view message) {
  const DigestContext context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t der_size = 0;
  HANSOM_CHECK(context != nullptr &&
               EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
               EVP_DigestSign(context.get(), nullptr, &der_size, bytes, message.size()) == 1);
  Bytes der(der_size);
  HANSOM_CHECK(EVP_DigestSign(context.get(), der.data(), &der_size, bytes, message.size()) == 1);
  const auto* next = const_cast<const std::uint8_t*>(der.data());
  const Signature signature(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der_size)));
  HANSOM_CHECK(signature != nullptr);
  Bytes out(kSignatureBytes);
  constexpr auto kBytes = static_cast<int>(kNumberBytes);
  HANSOM_CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), kBytes) == kBytes &&
               BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + kNumberBytes, kBytes) ==
                   kBytes);
  return out;
}

bool verify_es256(EVP_PKEY* key, std::string_view message, ByteSpan r_and_s) {
  constexpr auto kBytes = static_cast<int>(kNumberBytes);
  const Signature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(r_and_s.data(), kBytes, nullptr);
  BIGNUM* s = BN_bin2bn(r_and_s.data() + kNumberBytes, kBytes, nullptr);
  HANSOM_CHECK(signature != nullptr && r != nullptr && s != nullptr &&
               ECDSA_SIG_set0(signature.get(), r, s) == 1);
  std::array<unsigned char, kSignatureBytes + 16> der{};  // two integers of at most 33 bytes
  const int der_size = i2d_ECDSA_SIG(signature.get(), nullptr);
  HANSOM_CHECK(der_size > 0 && static_cast<std::size_t>(der_size) <= der.size());
  unsigned char* next = der.data();
  i2d_ECDSA_SIG(signature.get(), &next);
  const DigestContext context(EVP_MD_CTX_new());
  HANSOM_CHECK(context != nullptr &&
               EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1);
  return EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(der_size),
                          reinterpret_cast<const unsigned char*>(message.data()),
                          message.size()) == 1;
}

tl::unexpected<Error> unparsable(std::string why) {
  return fail(ErrorKind::kInvalid, kToken, "not a JWS: " + std::move(why));
}

struct Parts {
  std::string_view header, payload, signature;
  std::string_view is_signed;  // the header, the dot and the payload: RFC 7515 section 5.2
};

Result<Parts> split(std::string_view jws) {
  const auto first = jws.find('.');
  const auto second = first == std::string_view::npos ? first : jws.find('.', first + 1);
  if (second == std::string_view::npos || jws.find('.', second + 1) != std::string_view::npos) {
    return unparsable("compact serialization has three parts with a dot between them");
  }
  return Parts{jws.substr(0, first), jws.substr(first + 1, second - first - 1),
               jws.substr(second + 1), jws.substr(0, second)};
}

// RFC 7515 section 4: one algorithm, and no extension that we would have to understand.
Status check_header(std::string_view part) {
  const auto text = from_base64url(part);
  if (!text) return unparsable("the header is not canonical base64url");
  HANSOM_TRY_ASSIGN(const boost::json::value value, parse_json(as_text(*text), kToken));
  HANSOM_TRY_ASSIGN(const Members header, Members::of(value, "", kToken));
  HANSOM_TRY_ASSIGN(const std::string algorithm, header.text("alg"));
  if (algorithm == "none") {
    return fail(ErrorKind::kRefused, "manifest_unsigned",
                "the manifest says alg \"none\"; sign it with the unit's key (ES256)");
  }
  if (algorithm != "ES256") return unparsable("alg must be ES256");
  if (header.has("crit")) return unparsable("crit is not supported");
  return {};
}

}  // namespace

Result<std::string> sign_jws(std::string_view payload, const Secret& private_key_pem) {
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(private_key_pem.span().data(), static_cast<int>(private_key_pem.size())));
  // No text at all has no BIO. A key under a passphrase is an error here, never a prompt.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  const Pkey key(bio == nullptr
                     ? nullptr
                     : PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr || !is_p256(key.get())) {
    return fail(ErrorKind::kInvalid, "bad_unit_key",
                "the unit's key is not an unencrypted P-256 private key in PEM (PKCS #8)");
  }
  const std::string is_signed =
      to_base64url(as_bytes(kHeader)) + "." + to_base64url(as_bytes(payload));
  return is_signed + "." + to_base64url(sign_es256(key.get(), is_signed));
}

Result<std::string> verify_jws(std::string_view jws, ByteSpan public_key_spki_der) {
  if (jws.size() > kManifestJwsBytesMax) {
    return fail(ErrorKind::kTooLarge, "manifest_too_large",
                "the manifest's JWS has " + std::to_string(jws.size()) + " bytes, at most " +
                    std::to_string(kManifestJwsBytesMax) + " are taken");
  }
  HANSOM_TRY_ASSIGN(const Parts parts, split(jws));
  HANSOM_TRY(check_header(parts.header));
  const auto payload = from_base64url(parts.payload);
  if (!payload) return unparsable("the payload is not canonical base64url");
  if (parts.signature.empty()) {
    return fail(ErrorKind::kRefused, "manifest_unsigned", "the manifest's signature is empty");
  }
  const auto signature = from_base64url(parts.signature);
  if (!signature) return unparsable("the signature is not canonical base64url");

  const auto refused = [](std::string why) {
    return fail(ErrorKind::kRefused, "manifest_signature", std::move(why));
  };
  if (signature->size() != kSignatureBytes) return refused("an ES256 signature has 64 bytes");
  const Pkey key = public_key(public_key_spki_der);
  if (key == nullptr) return refused("the unit's key is not a P-256 key");
  if (!verify_es256(key.get(), parts.is_signed, *signature)) {
    return refused("the manifest's signature is not by this unit's key");
  }
  return to_text(*payload);
}

}  // namespace hansom::evidence
