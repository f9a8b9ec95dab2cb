// Makes X.509 certificates with OpenSSL and writes them as PEM files.
#include "tests/support/test_pki.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>

#include "proto/base/check.h"

namespace hansom::test {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using File = std::unique_ptr<FILE, Free>;

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  HANSOM_CHECK(extension != nullptr);
  HANSOM_CHECK(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// A version 3 certificate with names, dates and serial number, not yet signed.
Certificate new_certificate(const std::string& common_name, EVP_PKEY* key, X509* issuer,
                            std::chrono::seconds starts, std::chrono::seconds ends) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::uint64_t serial = 0;
  HANSOM_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), starts.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), ends.count());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  HANSOM_CHECK(X509_NAME_add_entry_by_txt(
                   subject, "CN", MBSTRING_UTF8,
                   reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1);
  X509_set_issuer_name(certificate.get(), issuer ? X509_get_subject_name(issuer) : subject);
  HANSOM_CHECK(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

std::string alternative_names(const IssueOptions& options) {
  std::string names;
  const auto add = [&names](std::string_view kind, const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      if (!names.empty()) names += ',';
      names.append(kind).append(value);
    }
  };
  add("URI:", options.san_uris);
  add("DNS:", options.san_dns);
  add("IP:", options.san_ips);
  return names;
}

void write_certificate(const std::filesystem::path& path, X509* certificate) {
  const File file(std::fopen(path.c_str(), "w"));
  HANSOM_CHECK(file != nullptr && PEM_write_X509(file.get(), certificate) == 1);
}

void write_key(const std::filesystem::path& path, EVP_PKEY* key) {
  const File file(std::fopen(path.c_str(), "w"));
  HANSOM_CHECK(file != nullptr && ::chmod(path.c_str(), 0600) == 0);
  HANSOM_CHECK(PEM_write_PKCS8PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
}

Bytes certificate_der(X509* certificate) {
  Bytes der(static_cast<std::size_t>(i2d_X509(certificate, nullptr)));
  unsigned char* out = der.data();
  i2d_X509(certificate, &out);
  return der;
}

Bytes public_key_der(EVP_PKEY* key) {
  Bytes der(static_cast<std::size_t>(i2d_PUBKEY(key, nullptr)));
  unsigned char* out = der.data();
  i2d_PUBKEY(key, &out);
  return der;
}

IssueOptions unit_options(const std::string& unit) {
  IssueOptions options;
  options.common_name = unit;
  options.san_uris = {"urn:hansom:unit:" + unit};
  return options;
}

}  // namespace

struct TestPki::Impl {
  Key key;
  Certificate certificate;
  unsigned issued = 0;
};

TestPki::TestPki(std::filesystem::path folder, std::string name)
    : folder_(std::move(folder)), name_(std::move(name)), impl_(std::make_unique<Impl>()) {
  impl_->key.reset(EVP_EC_gen("P-256"));
  HANSOM_CHECK(impl_->key != nullptr);
  impl_->certificate = new_certificate("Hansom test authority", impl_->key.get(), nullptr,
                                       std::chrono::hours(-24), std::chrono::hours(24 * 365));
  X509* certificate = impl_->certificate.get();
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
  HANSOM_CHECK(X509_sign(certificate, impl_->key.get(), EVP_sha256()) > 0);
  authority_ = folder_ / (name_ + ".pem");
  authority_key_ = folder_ / (name_ + ".key");
  write_certificate(authority_, certificate);
  write_key(authority_key_, impl_->key.get());
}

TestPki::~TestPki() = default;

Identity TestPki::make(const IssueOptions& options, bool self_signed) {
  const Key key(EVP_EC_gen("P-256"));
  HANSOM_CHECK(key != nullptr);
  X509* issuer = self_signed ? nullptr : impl_->certificate.get();
  const Certificate certificate =
      new_certificate(options.common_name, key.get(), issuer, options.starts, options.ends);
  X509* signer = self_signed ? certificate.get() : issuer;
  add_extension(certificate.get(), signer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), signer, NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), signer, NID_ext_key_usage,
                options.usage == Usage::kServer ? "serverAuth" : "clientAuth");
  if (const std::string names = alternative_names(options); !names.empty()) {
    add_extension(certificate.get(), signer, NID_subject_alt_name, names);
  }
  EVP_PKEY* signing_key = self_signed ? key.get() : impl_->key.get();
  HANSOM_CHECK(X509_sign(certificate.get(), signing_key, EVP_sha256()) > 0);

  const std::string stem = name_ + "-" + std::to_string(++impl_->issued);
  Identity identity;
  identity.certificate = folder_ / (stem + ".pem");
  identity.key = folder_ / (stem + ".key");
  write_certificate(identity.certificate, certificate.get());
  write_key(identity.key, key.get());
  identity.der = certificate_der(certificate.get());
  identity.spki_der = public_key_der(key.get());
  identity.sha256 = sha256(ByteSpan(identity.der));
  return identity;
}

Identity TestPki::issue(const IssueOptions& options) {
  return make(options, false);
}

Identity TestPki::server() {
  IssueOptions options;
  options.common_name = "localhost";
  options.usage = Usage::kServer;
  options.san_dns = {"localhost"};
  options.san_ips = {"127.0.0.1", "::1"};
  return issue(options);
}

Identity TestPki::unit(const std::string& unit) {
  return issue(unit_options(unit));
}

Identity TestPki::expired_unit(const std::string& unit) {
  IssueOptions options = unit_options(unit);
  options.starts = std::chrono::hours(-48);
  options.ends = std::chrono::hours(-24);
  return issue(options);
}

Identity TestPki::future_unit(const std::string& unit) {
  IssueOptions options = unit_options(unit);
  options.starts = std::chrono::hours(24);
  options.ends = std::chrono::hours(48);
  return issue(options);
}

Identity TestPki::self_signed_unit(const std::string& unit) {
  return make(unit_options(unit), true);
}

}  // namespace hansom::test
