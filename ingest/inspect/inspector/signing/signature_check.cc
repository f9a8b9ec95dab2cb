// Keys, certificates and signatures by libcrypto: see signature_check.h.
#include "ingest/inspect/inspector/signing/signature_check.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <new>
#include <string_view>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/raw_time.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/epochs.h"

namespace hansom::ingest {
namespace {

template <auto kFree>
struct Free {
  template <typename Object>
  void operator()(Object* object) const {
    kFree(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;

constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;

BioPtr reader_of(ByteSpan pem) {
  const void* bytes = pem.empty() ? "" : static_cast<const void*>(pem.data());  // null is refused
  BioPtr bio(BIO_new_mem_buf(bytes, static_cast<int>(pem.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

// A text that asks for a passphrase gets none.
int no_passphrase(char* /*out*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

// The next certificate of a text; null when there is none.
CertificatePtr next_certificate(BIO& bio) {
  CertificatePtr certificate(PEM_read_bio_X509(&bio, nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return certificate;
}

// "EC P-256" and the like; empty for keys that are not taken.
std::string kind_of(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "EC") == 1) {
    std::array<char, 32> curve{};
    if (EVP_PKEY_get_group_name(&key, curve.data(), curve.size(), nullptr) != 1) return "";
    const std::string_view name(curve.data());
    if (name == "prime256v1") return "EC P-256";
    if (name == "secp384r1") return "EC P-384";
    return name == "secp521r1" ? "EC P-521" : "";
  }
  const int bits = EVP_PKEY_get_bits(&key);
  if (EVP_PKEY_is_a(&key, "RSA") != 1 || bits < kRsaBitsMin || bits > kRsaBitsMax) return "";
  return "RSA " + std::to_string(bits);
}

std::string name_of(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio) throw std::bad_alloc();
  if (name == nullptr || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return "";
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return printable({text, static_cast<std::size_t>(size)}, kTextBytesMax);
}

std::optional<std::int64_t> instant_of(const ASN1_TIME* time) {
  std::tm civil{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &civil) != 1) return std::nullopt;
  return from_civil(civil.tm_year + 1900, static_cast<unsigned>(civil.tm_mon + 1),
                    static_cast<unsigned>(civil.tm_mday), static_cast<unsigned>(civil.tm_hour),
                    static_cast<unsigned>(civil.tm_min), static_cast<unsigned>(civil.tm_sec));
}

CertificateFacts facts_of(const X509& certificate) {
  CertificateFacts facts;
  facts.subject = name_of(X509_get_subject_name(&certificate));
  facts.issuer = name_of(X509_get_issuer_name(&certificate));
  facts.not_before_us = instant_of(X509_get0_notBefore(&certificate));
  facts.not_after_us = instant_of(X509_get0_notAfter(&certificate));
  unsigned size = 0;
  if (X509_digest(&certificate, EVP_sha256(), facts.sha256.data(), &size) != 1) facts.sha256 = {};
  return facts;
}

bool is_signed_by(X509& certificate, X509& issuer) {
  EVP_PKEY* const key = X509_get0_pubkey(&issuer);
  const bool good = key != nullptr && !kind_of(*key).empty() && X509_verify(&certificate, key) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace

struct SigningKey::Key {
  KeyPtr pkey;
};

SigningKey::SigningKey(std::unique_ptr<Key> key) : key_(std::move(key)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

Certificates read_certificates(ByteSpan pem) {
  Certificates read;
  const BioPtr bio = reader_of(pem);
  std::vector<CertificatePtr> chain;
  while (chain.size() < kSigningCertificatesMax) {
    CertificatePtr next = next_certificate(*bio);
    if (!next) break;
    read.facts.push_back(facts_of(*next));
    chain.push_back(std::move(next));
  }
  read.chained = !chain.empty();
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    read.chained = read.chained && is_signed_by(*chain[i], *chain[i + 1]);
  }
  read.complete = !chain.empty() && is_signed_by(*chain.back(), *chain.back());
  return read;
}

std::optional<SigningKey> SigningKey::from_pem(ByteSpan pem) {
  auto key = std::make_unique<Key>();
  if (text_of(pem).find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) {
    const CertificatePtr certificate = next_certificate(*reader_of(pem));
    if (certificate) key->pkey.reset(X509_get_pubkey(certificate.get()));
  } else {
    key->pkey.reset(PEM_read_bio_PUBKEY(reader_of(pem).get(), nullptr, no_passphrase, nullptr));
  }
  ERR_clear_error();
  if (!key->pkey) return std::nullopt;
  std::string kind = kind_of(*key->pkey);
  if (kind.empty()) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key->pkey.get(), &der);
  if (size <= 0) return std::nullopt;
  SigningKey made(std::move(key));
  made.sha256_ = Hasher().of({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  made.kind_ = std::move(kind);
  return made;
}

bool SigningKey::verifies(const Hash& hash, ByteSpan signature) const {
  const KeyContextPtr context(EVP_PKEY_CTX_new(key_->pkey.get(), nullptr));
  if (!context) throw std::bad_alloc();
  bool good = EVP_PKEY_verify_init(context.get()) == 1;
  if (good && EVP_PKEY_is_a(key_->pkey.get(), "RSA") == 1) {
    good = EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1;
  }
  good = good && EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(),
                                 hash.size()) == 1;
  ERR_clear_error();
  return good;
}

bool prepare_signature_check() {
  // Of a key made for this and thrown away: signs itself.
  constexpr std::string_view kSelfTest =
      "-----BEGIN CERTIFICATE-----\n"
      "MIIBfzCCASWgAwIBAgIUVyIQXILrnHUvWAn63agUY7BigmEwCgYIKoZIzj0EAwIw\n"
      "FDESMBAGA1UEAwwJc2VsZi10ZXN0MCAXDTI2MTEzMDE3NTEwMFoYDzIxMjYxMTA2\n"
      "MTc1MTAwWjAUMRIwEAYDVQQDDAlzZWxmLXRlc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
      "PQMBBwNCAAQoS+tePUmqBNyZ8iSYoh4/vkgffDb2V/CBXa1GulEzZDAwhqeaRxMy\n"
      "ZPXOr6Z5zpevRwVt0aMb6iencFCXXuUSo1MwUTAdBgNVHQ4EFgQUv0qGKqCn/ZOA\n"
      "eFbE5tHSP6EBCoQwHwYDVR0jBBgwFoAUv0qGKqCn/ZOAeFbE5tHSP6EBCoQwDwYD\n"
      "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiANxpZn197B7mQGKpUDnFRN\n"
      "cumlcUsgZD7mEN+B542k9AIhAN8TPSXWJ4NyPlbtr4LIHtjDfjkLiF8ZWdjJhI1n\n"
      "v7rg\n"
      "-----END CERTIFICATE-----\n";
  constexpr std::uint64_t kOptions = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
                                     OPENSSL_INIT_LOAD_CRYPTO_STRINGS |
                                     OPENSSL_INIT_ADD_ALL_DIGESTS;
  if (OPENSSL_init_crypto(kOptions, nullptr) != 1) return false;
  const ByteSpan pem(reinterpret_cast<const std::uint8_t*>(kSelfTest.data()), kSelfTest.size());
  const Certificates certificates = read_certificates(pem);
  return certificates.complete && SigningKey::from_pem(pem).has_value();
}

}  // namespace hansom::ingest
