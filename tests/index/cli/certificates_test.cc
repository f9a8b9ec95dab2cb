// The site's authorities: what they sign holds with OpenSSL's own verification, and wrong requests
// are refused.
#include "index/cli/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace hansom::cli {
namespace {

using ::testing::HasSubstr;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_REQ* request) const { X509_REQ_free(request); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

const UtcTime kNow = system_clock().now();

Owned<X509> read_certificate(const std::string& pem) {
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Owned<X509>(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

// "" when OpenSSL accepts the certificate for the purpose, else why not.
std::string verify(const std::string& certificate, const std::string& authority, int purpose) {
  const Owned<X509> leaf = read_certificate(certificate);
  const Owned<X509> root = read_certificate(authority);
  const Owned<X509_STORE> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), root.get());
  const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  if (X509_verify_cert(context.get()) == 1) return "";
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

Owned<EVP_PKEY> key_on(const char* curve) {
  return Owned<EVP_PKEY>(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
}

// A request with these alternative names, in OpenSSL's configuration form; "" for none.
std::string request_for(const std::string& names, EVP_PKEY* key, EVP_PKEY* signed_by) {
  const Owned<X509_REQ> request(X509_REQ_new());
  X509_REQ_set_pubkey(request.get(), key);
  if (!names.empty()) {
    STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
    sk_X509_EXTENSION_push(
        extensions, X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
    X509_REQ_add_extensions(request.get(), extensions);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  }
  X509_REQ_sign(request.get(), signed_by, EVP_sha256());
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_REQ(bio.get(), request.get());
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(bytes)};
}

class Certificates : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = make_authority("test units", kNow);
    ASSERT_TRUE(made) << made.error().message;
    authority_ = *std::move(made);
  }
  std::string refusal(const std::string& request, std::chrono::days life = std::chrono::days(30)) {
    const auto issued = issue_unit(authority_, request, life, kNow);
    return issued ? "" : std::string(issued.error().token) + ": " + issued.error().message;
  }
  Credentials authority_;
};

TEST_F(Certificates, AUnitsCertificateIsForItsKeyItsNameAndClientsOnly) {
  const Owned<EVP_PKEY> key = key_on("P-256");
  const auto issued =
      issue_unit(authority_, request_for("URI:urn:hansom:unit:cab-7", key.get(), key.get()),
                 std::chrono::days(30), kNow);
  ASSERT_TRUE(issued) << issued.error().message;
  EXPECT_EQ(issued->unit.text(), "cab-7");
  const Owned<X509> certificate = read_certificate(issued->certificate);
  EXPECT_EQ(EVP_PKEY_eq(X509_get0_pubkey(certificate.get()), key.get()), 1);
  EXPECT_EQ(verify(issued->certificate, authority_.certificate, X509_PURPOSE_SSL_CLIENT), "");
  EXPECT_NE(verify(issued->certificate, authority_.certificate, X509_PURPOSE_SSL_SERVER), "");
  EXPECT_EQ(X509_check_ca(certificate.get()), 0);
}

TEST_F(Certificates, AServersCertificateIsForItsNamesAndServersOnly) {
  const std::vector<std::string> names{"localhost", "127.0.0.1", "::1", "evidence.example"};
  const auto issued = issue_server(authority_, names, kNow);
  ASSERT_TRUE(issued) << issued.error().message;
  const Owned<X509> certificate = read_certificate(issued->certificate);
  EXPECT_EQ(X509_check_host(certificate.get(), "evidence.example", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_NE(X509_check_host(certificate.get(), "other.example", 0, 0, nullptr), 1);
  EXPECT_EQ(verify(issued->certificate, authority_.certificate, X509_PURPOSE_SSL_SERVER), "");
  EXPECT_NE(verify(issued->certificate, authority_.certificate, X509_PURPOSE_SSL_CLIENT), "");
}

TEST_F(Certificates, NamesThatCouldCarryMoreAreRefused) {
  for (const char* name : {"", "a b", "a,DNS:evil.example", "x\ny", "dirName:section"}) {
    const std::vector<std::string> names{name};
    const auto issued = issue_server(authority_, names, kNow);
    ASSERT_FALSE(issued) << name;
    EXPECT_EQ(issued.error().token, "bad_certificate_request");
  }
}

TEST_F(Certificates, WrongRequestsAreRefusedWithTheReason) {
  const Owned<EVP_PKEY> key = key_on("P-256");
  const Owned<EVP_PKEY> other = key_on("P-256");
  const Owned<EVP_PKEY> p384 = key_on("P-384");
  const std::string name = "URI:urn:hansom:unit:cab-7";
  const std::string good = request_for(name, key.get(), key.get());
  EXPECT_THAT(refusal(""), HasSubstr("not a certificate request"));
  EXPECT_THAT(refusal(good.substr(0, good.size() / 2)), HasSubstr("not a certificate request"));
  EXPECT_THAT(refusal(authority_.certificate), HasSubstr("not a certificate request"));
  EXPECT_THAT(refusal(request_for(name, p384.get(), p384.get())), HasSubstr("P-256"));
  EXPECT_THAT(refusal(request_for(name, key.get(), other.get())), HasSubstr("signature"));
  EXPECT_THAT(refusal(request_for("", key.get(), key.get())), HasSubstr("its only name"));
  EXPECT_THAT(refusal(request_for("DNS:cab-7", key.get(), key.get())), HasSubstr("its only name"));
  EXPECT_THAT(refusal(request_for("URI:urn:other:cab-7", key.get(), key.get())),
              HasSubstr("its only name"));
  EXPECT_THAT(refusal(request_for(name + "," + name, key.get(), key.get())),
              HasSubstr("its only name"));
  EXPECT_THAT(refusal(request_for(name + ",DNS:server.example", key.get(), key.get())),
              HasSubstr("its only name"));
  EXPECT_THAT(refusal(request_for("URI:urn:hansom:unit:Cab_7", key.get(), key.get())),
              HasSubstr("bad_unit_id"));
  EXPECT_THAT(refusal(good, std::chrono::days(0)), HasSubstr("lives 1 to"));
  EXPECT_THAT(refusal(good, std::chrono::days(100'000)), HasSubstr("lives 1 to"));
}

TEST_F(Certificates, AnAuthorityWhoseKeyIsAnothersIsRefused) {
  auto other = make_authority("other", kNow);
  ASSERT_TRUE(other);
  authority_.private_key = std::move(other->private_key);
  const Owned<EVP_PKEY> key = key_on("P-256");
  EXPECT_THAT(refusal(request_for("URI:urn:hansom:unit:cab-7", key.get(), key.get())),
              HasSubstr("bad_config"));
}

}  // namespace
}  // namespace hansom::cli
