// Reads a unit's certificate with OpenSSL.
#include "index/api/unit_certificate.h"

#include <ctime>
#include <memory>
#include <optional>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace hansom::api {
namespace {

constexpr std::string_view kUnitUrn = "urn:hansom:unit:";

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorKind::kInvalid, "bad_certificate", what);
}

bool has_p256_key(X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  char group[64] = {};
  std::size_t length = 0;
  return EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
         OBJ_sn2nid(std::string(group, length).c_str()) == NID_X9_62_prime256v1;
}

// The one unit name among the SAN URIs; nullopt for none or several.
std::optional<std::string> unit_name(X509* certificate) {
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::optional<std::string> found;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_STRING* uri = name->d.uniformResourceIdentifier;
    const std::string_view text =
        as_text({ASN1_STRING_get0_data(uri), static_cast<std::size_t>(ASN1_STRING_length(uri))});
    if (!text.starts_with(kUnitUrn)) continue;
    if (found) return std::nullopt;
    found = text.substr(kUnitUrn.size());
  }
  return found;
}

Result<Bytes> encoded(X509* certificate) {
  const int length = i2d_X509(certificate, nullptr);
  if (length <= 0) return bad("it cannot be encoded");
  Bytes der(static_cast<std::size_t>(length));
  unsigned char* out = der.data();
  i2d_X509(certificate, &out);
  return der;
}

Certificate decoded(ByteSpan der) {
  const unsigned char* at = der.data();
  return Certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

}  // namespace

Result<Bytes> read_unit_certificate(std::string_view pem, const UnitId& unit, UtcTime now) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return bad("not a PEM certificate");
  const std::optional<std::string> name = unit_name(certificate.get());
  if (!name) return bad("it names no unit, or several: SAN URI urn:hansom:unit:<unit>");
  if (*name != unit.text()) return bad("it is the certificate of another unit");
  if (!has_p256_key(certificate.get())) return bad("its key is not on the curve P-256");
  std::time_t at = std::chrono::system_clock::to_time_t(now);
  if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &at) <= 0) return bad("it has expired");
  return encoded(certificate.get());
}

Result<std::vector<Bytes>> read_certificates(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Bytes> certificates;
  for (;;) {
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    HANSOM_TRY_ASSIGN(Bytes der, encoded(certificate.get()));
    certificates.push_back(std::move(der));
  }
  ERR_clear_error();  // the end of the text is one
  if (certificates.empty()) return bad("not a PEM certificate");
  return certificates;
}

bool is_issued_by(ByteSpan certificate, ByteSpan authority) {
  const Certificate issued = decoded(certificate);
  const Certificate issuer = decoded(authority);
  const bool is = issued && issuer && X509_check_issued(issuer.get(), issued.get()) == X509_V_OK &&
                  X509_verify(issued.get(), X509_get0_pubkey(issuer.get())) == 1;
  ERR_clear_error();
  return is;
}

}  // namespace hansom::api
