// Makes keys with OpenSSL.
#include "tests/proto/evidence/unit_key.h"

#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "proto/base/check.h"

namespace hansom::evidence::test {
namespace {

KeyPair pair_of(EVP_PKEY* key) {
  HANSOM_CHECK(key != nullptr);
  KeyPair pair;
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  HANSOM_CHECK(
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  const char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  pair.private_pem = Secret(std::string_view(text, static_cast<std::size_t>(size)));
  unsigned char* der = nullptr;
  const int der_bytes = i2d_PUBKEY(key, &der);
  HANSOM_CHECK(der_bytes > 0);
  pair.public_spki_der.assign(der, der + der_bytes);
  OPENSSL_free(der);
  EVP_PKEY_free(key);
  return pair;
}

}  // namespace

KeyPair make_key(const std::string& group) {
  return pair_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group.c_str()));
}

KeyPair make_ed25519_key() {
  return pair_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

}  // namespace hansom::evidence::test
