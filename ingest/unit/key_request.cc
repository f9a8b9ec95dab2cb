// Makes keys and certificate requests with OpenSSL.
#include "ingest/unit/key_request.h"

#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "proto/base/check.h"

namespace hansom::ingest {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509_REQ* request) const { X509_REQ_free(request); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(STACK_OF(X509_EXTENSION) * extensions) const {
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

std::string_view contents(BIO* bio) {
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(bytes)};
}

Owned<EVP_PKEY> read_key(const Secret& pem) {
  const Owned<BIO> bio(BIO_new_mem_buf(pem.span().data(), static_cast<int>(pem.size())));
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  return Owned<EVP_PKEY>(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)
                             : nullptr);
}

bool is_p256(EVP_PKEY* key) {
  std::array<char, 32> group{};
  std::size_t size = 0;
  return EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
         std::string_view(group.data(), size) == "prime256v1";
}

}  // namespace

Secret make_unit_key() {
  const Owned<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const Owned<BIO> bio(BIO_new(BIO_s_secmem()));
  HANSOM_CHECK(key && bio);
  HANSOM_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                             nullptr) == 1);
  return Secret(contents(bio.get()));
}

Result<std::string> make_certificate_request(const UnitId& unit, const Secret& key_pem) {
  const Owned<EVP_PKEY> key = read_key(key_pem);
  if (!key || !is_p256(key.get())) {
    return fail(ErrorKind::kInvalid, "bad_unit_key", "not an unencrypted P-256 key in PEM");
  }
  const Owned<X509_REQ> request(X509_REQ_new());
  const Owned<STACK_OF(X509_EXTENSION)> extensions(sk_X509_EXTENSION_new_null());
  const std::string uri = "URI:urn:hansom:unit:" + unit.text();
  X509_EXTENSION* name = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, uri.c_str());
  HANSOM_CHECK(request && extensions && name != nullptr);
  HANSOM_CHECK(sk_X509_EXTENSION_push(extensions.get(), name) > 0);
  const auto* common_name = reinterpret_cast<const unsigned char*>(unit.text().c_str());
  HANSOM_CHECK(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
               X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN",
                                          MBSTRING_UTF8, common_name, -1, -1, 0) == 1 &&
               X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
               X509_REQ_add_extensions(request.get(), extensions.get()) == 1 &&
               X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0);
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  HANSOM_CHECK(bio && PEM_write_bio_X509_REQ(bio.get(), request.get()) == 1);
  return std::string(contents(bio.get()));
}

}  // namespace hansom::ingest
