// X25519, HKDF, HMAC and ChaCha20-Poly1305 by OpenSSL's EVP. A failure here other than a bad tag or
// a point of low order is a programmer's error or a machine out of memory, so it aborts.
#include "proto/age/primitives.h"

#include <algorithm>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "proto/base/check.h"

namespace hansom::age {
namespace {

struct FreePkey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;
struct FreePkeyContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct FreeKdf {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
};
struct FreeKdfContext {
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

Pkey private_key(ByteSpan scalar) {
  HANSOM_CHECK(scalar.size() == kKeyBytes);
  Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, scalar.data(), scalar.size()));
  HANSOM_CHECK(key != nullptr);
  return key;
}

// OpenSSL takes parameters as pointers to mutable bytes and does not write to them.
OSSL_PARAM octets(const char* name, ByteSpan bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()),
                                           bytes.size());
}

// Both halves as they are; given only the private one OpenSSL computes the other.
Pkey key_pair(ByteSpan scalar, const Point& point) {
  HANSOM_CHECK(scalar.size() == kKeyBytes);
  const std::unique_ptr<EVP_PKEY_CTX, FreePkeyContext> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr));
  HANSOM_CHECK(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
  std::array<OSSL_PARAM, 3> params{octets(OSSL_PKEY_PARAM_PRIV_KEY, scalar),
                                   octets(OSSL_PKEY_PARAM_PUB_KEY, point),
                                   OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  HANSOM_CHECK(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.data()) == 1);
  return Pkey(key);
}

}  // namespace

Point x25519_public(ByteSpan scalar) {
  const Pkey key = private_key(scalar);
  Point point{};
  std::size_t size = point.size();
  HANSOM_CHECK(EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) == 1);
  HANSOM_CHECK(size == point.size());
  return point;
}

std::optional<Secret> x25519_shared(ByteSpan scalar, const Point& own, const Point& theirs) {
  const Pkey ours = key_pair(scalar, own);
  const Pkey peer(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, theirs.data(), theirs.size()));
  HANSOM_CHECK(peer != nullptr);
  const std::unique_ptr<EVP_PKEY_CTX, FreePkeyContext> context(
      EVP_PKEY_CTX_new(ours.get(), nullptr));
  HANSOM_CHECK(context != nullptr);
  HANSOM_CHECK(EVP_PKEY_derive_init(context.get()) == 1);
  HANSOM_CHECK(EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) == 1);
  Secret shared(kKeyBytes);
  std::size_t size = shared.size();
  // OpenSSL refuses an all-zero result itself; looking again costs nothing and does not depend on
  // that.
  if (EVP_PKEY_derive(context.get(), shared.writable().data(), &size) != 1) return std::nullopt;
  HANSOM_CHECK(size == shared.size());
  if (equal_constant_time(shared.span(), Point{})) return std::nullopt;
  return shared;
}

Secret hkdf(ByteSpan key, ByteSpan salt, std::string_view info) {
  const std::unique_ptr<EVP_KDF, FreeKdf> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  HANSOM_CHECK(kdf != nullptr);
  const std::unique_ptr<EVP_KDF_CTX, FreeKdfContext> context(EVP_KDF_CTX_new(kdf.get()));
  HANSOM_CHECK(context != nullptr);
  char sha256_name[] = "SHA256";
  std::array<OSSL_PARAM, 5> params{};
  auto* next = params.data();
  *next++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, sha256_name, 0);
  *next++ = octets(OSSL_KDF_PARAM_KEY, key);
  if (!salt.empty()) *next++ = octets(OSSL_KDF_PARAM_SALT, salt);
  *next++ = octets(OSSL_KDF_PARAM_INFO, as_bytes(info));
  *next = OSSL_PARAM_construct_end();
  Secret out(kKeyBytes);
  HANSOM_CHECK(EVP_KDF_derive(context.get(), out.writable().data(), out.size(), params.data()) ==
               1);
  return out;
}

std::array<std::uint8_t, 32> hmac(ByteSpan key, ByteSpan message) {
  std::array<std::uint8_t, 32> out{};
  std::size_t size = 0;
  HANSOM_CHECK(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
                         message.data(), message.size(), out.data(), out.size(), &size) != nullptr);
  HANSOM_CHECK(size == out.size());
  return out;
}

void Aead::Free::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

Aead::Aead(ByteSpan key) : context_(EVP_CIPHER_CTX_new()), key_(key) {
  HANSOM_CHECK(key.size() == kKeyBytes);
  HANSOM_CHECK(context_ != nullptr);
}

void Aead::seal(const Nonce& nonce, ByteSpan plain, MutableByteSpan out) {
  HANSOM_CHECK(out.size() == plain.size() + kTagBytes);
  auto* context = context_.get();
  int written = 0;
  HANSOM_CHECK(EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), nullptr, key_.span().data(),
                                  nonce.data()) == 1);
  HANSOM_CHECK(EVP_EncryptUpdate(context, out.data(), &written, plain.data(),
                                 static_cast<int>(plain.size())) == 1);
  HANSOM_CHECK(EVP_EncryptFinal_ex(context, out.data() + plain.size(), &written) == 1);
  HANSOM_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                                   out.data() + plain.size()) == 1);
}

bool Aead::open(const Nonce& nonce, ByteSpan sealed, MutableByteSpan out) {
  HANSOM_CHECK(sealed.size() >= kTagBytes);
  const ByteSpan body = sealed.first(sealed.size() - kTagBytes);
  HANSOM_CHECK(out.size() == body.size());
  std::array<std::uint8_t, kTagBytes> tag{};
  std::copy_n(sealed.end() - kTagBytes, kTagBytes, tag.begin());
  auto* context = context_.get();
  int written = 0;
  std::uint8_t none = 0;  // where OpenSSL may point at when there is nothing to write
  std::uint8_t* to = out.empty() ? &none : out.data();
  HANSOM_CHECK(EVP_DecryptInit_ex(context, EVP_chacha20_poly1305(), nullptr, key_.span().data(),
                                  nonce.data()) == 1);
  HANSOM_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1);
  if (!body.empty()) {
    HANSOM_CHECK(
        EVP_DecryptUpdate(context, to, &written, body.data(), static_cast<int>(body.size())) == 1);
  }
  if (EVP_DecryptFinal_ex(context, to + out.size(), &written) == 1) return true;
  if (!out.empty()) OPENSSL_cleanse(out.data(), out.size());
  return false;
}

}  // namespace hansom::age
