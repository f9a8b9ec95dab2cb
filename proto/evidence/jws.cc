// JWS compact serialization with ES256 by libjose: the header is checked here, before the library
// sees it.
#include "proto/evidence/jws.h"

#include <array>
#include <memory>

// libjose's headers do not say that they are C.
extern "C" {
#include <jose/jws.h>
#include <jose/openssl.h>
}

#include <jansson.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "proto/base/check.h"

namespace hansom::evidence {
namespace {

constexpr std::size_t kSignatureBytes = 64;  // RFC 7518 section 3.4: R and S, 32 bytes each

struct FreeJson {
  void operator()(json_t* json) const { json_decref(json); }
};
using Json = std::unique_ptr<json_t, FreeJson>;
struct FreePkey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeConfig {
  void operator()(jose_cfg_t* config) const { jose_cfg_decref(config); }
};
using Config = std::unique_ptr<jose_cfg_t, FreeConfig>;

// libjose prints its errors on stderr unless told otherwise; ours go through Result.
Config quiet_config() {
  Config config(jose_cfg());
  HANSOM_CHECK(config != nullptr);
  jose_cfg_set_err_func(
      config.get(), [](void*, const char*, int, std::uint64_t, const char*, va_list) {}, nullptr);
  return config;
}

bool is_p256(EVP_PKEY* key) {
  std::array<char, 32> group{};
  std::size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
         std::string_view(group.data(), size) == "prime256v1";
}

Json jwk_of(jose_cfg_t* config, EVP_PKEY* key) {
  Json jwk(jose_openssl_jwk_from_EVP_PKEY(config, key));
  if (jwk != nullptr) json_object_set_new(jwk.get(), "alg", json_string("ES256"));
  return jwk;
}

Json json_text(std::string_view text) {
  return Json(json_stringn(text.data(), text.size()));
}

std::string text_member(const json_t* object, const char* name) {
  const json_t* value = json_object_get(object, name);
  return json_is_string(value) ? std::string(json_string_value(value), json_string_length(value))
                               : std::string();
}

tl::unexpected<Error> unparsable(std::string why) {
  return fail(ErrorKind::kInvalid, "manifest_unparsable", "not a JWS: " + std::move(why));
}

struct Parts {
  std::string_view header, payload, signature;
};

Result<Parts> split(std::string_view jws) {
  const auto first = jws.find('.');
  const auto second = first == std::string_view::npos ? first : jws.find('.', first + 1);
  if (second == std::string_view::npos || jws.find('.', second + 1) != std::string_view::npos) {
    return unparsable("compact serialization has three parts with a dot between them");
  }
  return Parts{jws.substr(0, first), jws.substr(first + 1, second - first - 1),
               jws.substr(second + 1)};
}

// RFC 7515 section 4: one algorithm, and no extension that we would have to understand.
Status check_header(std::string_view part) {
  const auto text = from_base64url(part);
  if (!text) return unparsable("the header is not canonical base64url");
  json_error_t error{};
  const Json header(json_loadb(reinterpret_cast<const char*>(text->data()), text->size(),
                               JSON_REJECT_DUPLICATES, &error));
  if (!json_is_object(header.get())) return unparsable("the header is not a JSON object");
  const std::string algorithm = text_member(header.get(), "alg");
  if (algorithm == "none") {
    return fail(ErrorKind::kRefused, "manifest_unsigned",
                "the manifest says alg \"none\"; sign it with the unit's key (ES256)");
  }
  if (algorithm != "ES256") return unparsable("alg must be ES256");
  if (json_object_get(header.get(), "crit") != nullptr) return unparsable("crit is not supported");
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
  const Config config = quiet_config();
  const Json jwk = jwk_of(config.get(), key.get());
  HANSOM_CHECK(jwk != nullptr);
  const Json jws(json_object());
  json_object_set_new(jws.get(), "payload", json_text(to_base64url(as_bytes(payload))).release());
  const Json signature(json_pack("{s:{s:s}}", "protected", "alg", "ES256"));
  if (!jose_jws_sig(config.get(), jws.get(), signature.get(), jwk.get())) {
    return fail(ErrorKind::kInvalid, "bad_unit_key", "the unit's key does not sign");
  }
  return text_member(jws.get(), "protected") + "." + text_member(jws.get(), "payload") + "." +
         text_member(jws.get(), "signature");
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
  const auto* der = public_key_spki_der.data();
  const Pkey key(d2i_PUBKEY(nullptr, &der, static_cast<long>(public_key_spki_der.size())));
  if (key == nullptr || !is_p256(key.get())) return refused("the unit's key is not a P-256 key");
  const Config config = quiet_config();
  const Json jwk = jwk_of(config.get(), key.get());
  HANSOM_CHECK(jwk != nullptr);
  const Json object(json_object());
  json_object_set_new(object.get(), "protected", json_text(parts.header).release());
  json_object_set_new(object.get(), "payload", json_text(parts.payload).release());
  json_object_set_new(object.get(), "signature", json_text(parts.signature).release());
  if (!jose_jws_ver(config.get(), object.get(), nullptr, jwk.get(), false)) {
    return refused("the manifest's signature is not by this unit's key");
  }
  return to_text(*payload);
}

}  // namespace hansom::evidence
