// Makes and signs certificates with OpenSSL.
#include "index/cli/certificates.h"

#include <arpa/inet.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <memory>

namespace hansom::cli {
namespace {

constexpr std::string_view kUnitUrn = "urn:hansom:unit:";
constexpr std::chrono::hours kClockSlack{1};  // a unit's clock may be behind ours

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_REQ* request) const { X509_REQ_free(request); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(STACK_OF(X509_EXTENSION) * extensions) const {
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

tl::unexpected<Error> openssl_failed(const char* what) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  return fail(ErrorKind::kInternal, "internal", std::string(what) + ": " + reason.data());
}

tl::unexpected<Error> bad_request(const std::string& what) {
  ERR_clear_error();
  return fail(ErrorKind::kInvalid, "bad_certificate_request", what);
}

Owned<BIO> memory_of(std::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string_view contents(BIO* bio) {
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(bytes)};
}

Result<std::string> certificate_pem(X509* certificate) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(bio.get(), certificate) != 1) return openssl_failed("write certificate");
  return std::string(contents(bio.get()));
}

Result<Secret> key_pem(EVP_PKEY* key) {
  const Owned<BIO> bio(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failed("write key");
  }
  return Secret(contents(bio.get()));
}

// Who a certificate is for, and until when.
struct Subject {
  std::string common_name;
  UtcTime now;
  std::chrono::days life;
};

Result<Owned<X509>> start_certificate(const Subject& subject, EVP_PKEY* key, X509* issuer) {
  Owned<X509> certificate(X509_new());
  X509* raw = certificate.get();
  const Owned<BIGNUM> serial(BN_new());
  const std::time_t starts = std::chrono::system_clock::to_time_t(subject.now - kClockSlack);
  const std::time_t ends = std::chrono::system_clock::to_time_t(subject.now + subject.life);
  const bool made =
      X509_set_version(raw, X509_VERSION_3) == 1 &&
      BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(raw)) != nullptr &&
      ASN1_TIME_set(X509_getm_notBefore(raw), starts) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(raw), ends) != nullptr && X509_set_pubkey(raw, key) == 1 &&
      X509_NAME_add_entry_by_txt(
          X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
          reinterpret_cast<const unsigned char*>(subject.common_name.c_str()), -1, -1, 0) == 1 &&
      X509_set_issuer_name(raw, X509_get_subject_name(issuer == nullptr ? raw : issuer)) == 1;
  if (!made) return openssl_failed("fill certificate");
  return certificate;
}

Status add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
    return openssl_failed("add extension");
  }
  return {};
}

Owned<EVP_PKEY> make_key() {
  return Owned<EVP_PKEY>(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
}

// The public half of a key that is elsewhere.
Result<Owned<EVP_PKEY>> public_half(const SigningKey& key) {
  Bytes point = key.public_key();
  std::string group = "prime256v1";
  std::array parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.data()) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::kInvalid, "bad_config", "the authority's key is not on the curve P-256");
  }
  return Owned<EVP_PKEY>(made);
}

struct Signer {
  Owned<X509> certificate;
  Owned<EVP_PKEY> key;  // its public half alone where a token signs
  const SigningKey* token = nullptr;
};

// r || s as X.509 has it (RFC 3279, section 2.2.3).
Result<Bytes> der_signature(ByteSpan signature) {
  const std::size_t half = signature.size() / 2;
  const Owned<ECDSA_SIG> both(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(signature.data(), static_cast<int>(half), nullptr);
  BIGNUM* s = BN_bin2bn(signature.data() + half, static_cast<int>(half), nullptr);
  unsigned char* out = nullptr;
  if (ECDSA_SIG_set0(both.get(), r, s) != 1) return openssl_failed("encode signature");
  const int bytes = i2d_ECDSA_SIG(both.get(), &out);
  if (bytes <= 0) return openssl_failed("encode signature");
  Bytes der(out, out + bytes);
  OPENSSL_free(out);
  return der;
}

// What X509_sign does, with a signature made elsewhere. OpenSSL lends both parts as const only.
Status sign_by_token(X509* certificate, const SigningKey& token) {
  const ASN1_BIT_STRING* signature = nullptr;
  const X509_ALGOR* outer = nullptr;
  X509_get0_signature(&signature, &outer, certificate);
  ASN1_OBJECT* algorithm = OBJ_nid2obj(NID_ecdsa_with_SHA256);
  for (const X509_ALGOR* place : {outer, X509_get0_tbs_sigalg(certificate)}) {
    if (X509_ALGOR_set0(const_cast<X509_ALGOR*>(place), algorithm, V_ASN1_UNDEF, nullptr) != 1) {
      return openssl_failed("sign");
    }
  }
  unsigned char* out = nullptr;
  const int bytes = i2d_re_X509_tbs(certificate, &out);
  if (bytes <= 0) return openssl_failed("sign");
  const auto made = token.sign(ByteSpan(out, static_cast<std::size_t>(bytes)));
  OPENSSL_free(out);
  if (!made) return fail(made.error());
  HANSOM_TRY_ASSIGN(const Bytes der, der_signature(*made));
  auto* place = const_cast<ASN1_BIT_STRING*>(signature);
  if (ASN1_BIT_STRING_set(place, const_cast<unsigned char*>(der.data()),
                          static_cast<int>(der.size())) != 1) {
    return openssl_failed("sign");
  }
  place->flags &= ~0x07L;  // whole bytes
  place->flags |= ASN1_STRING_FLAG_BITS_LEFT;
  return {};
}

Status sign(X509* certificate, const Signer& signer) {
  if (signer.token != nullptr) return sign_by_token(certificate, *signer.token);
  if (X509_sign(certificate, signer.key.get(), EVP_sha256()) == 0) return openssl_failed("sign");
  return {};
}

Result<Signer> read_authority(const Credentials& authority) {
  const Owned<BIO> certificate = memory_of(authority.certificate);
  Signer signer{Owned<X509>(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr)),
                {},
                authority.token.get()};
  if (authority.token) {
    HANSOM_TRY_ASSIGN(signer.key, public_half(*authority.token));
  } else {
    const Owned<BIO> key = memory_of(authority.private_key.text());
    signer.key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
  }
  if (!signer.certificate || !signer.key ||
      EVP_PKEY_eq(X509_get0_pubkey(signer.certificate.get()), signer.key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::kInvalid, "bad_config",
                "the authority's certificate and key cannot be read or do not belong together");
  }
  return signer;
}

// What end certificates have in common; `names` is a SAN in OpenSSL's configuration form.
Result<std::string> finish_end_certificate(X509* certificate, const Signer& signer,
                                           const std::string& names, const std::string& usage) {
  X509* issuer = signer.certificate.get();
  HANSOM_TRY(add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE"));
  HANSOM_TRY(add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature"));
  HANSOM_TRY(add_extension(certificate, issuer, NID_ext_key_usage, usage));
  HANSOM_TRY(add_extension(certificate, issuer, NID_subject_alt_name, names));
  HANSOM_TRY(add_extension(certificate, issuer, NID_subject_key_identifier, "hash"));
  HANSOM_TRY(add_extension(certificate, issuer, NID_authority_key_identifier, "keyid"));
  HANSOM_TRY(sign(certificate, signer));
  return certificate_pem(certificate);
}

// Of a signer without one; signed by itself.
Result<std::string> self_signed(const std::string& name, const Signer& signer, UtcTime now) {
  HANSOM_TRY_ASSIGN(const Owned<X509> certificate,
                    start_certificate({name, now, kAuthorityLife}, signer.key.get(), nullptr));
  X509* raw = certificate.get();
  HANSOM_TRY(add_extension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  HANSOM_TRY(add_extension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign"));
  HANSOM_TRY(add_extension(raw, raw, NID_subject_key_identifier, "hash"));
  HANSOM_TRY(sign(raw, signer));
  return certificate_pem(raw);
}

Result<std::string> alternative_names(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) {
    std::array<unsigned char, 16> address{};
    const bool is_ip = inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
                       inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
    const bool is_dns = !name.empty() && name.size() <= 253 &&
                        name.find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789.-") == std::string::npos;
    if (!is_ip && !is_dns) {
      return bad_request("\"" + name + "\" is neither a DNS name nor an IP address");
    }
    out += (out.empty() ? "" : ",") + std::string(is_ip ? "IP:" : "DNS:") + name;
  }
  return out;
}

bool is_p256(EVP_PKEY* key) {
  std::array<char, 64> group{};
  std::size_t length = 0;
  return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1 &&
         std::string_view(group.data(), length) == "prime256v1";
}

// The unit a request is for: its only alternative name.
Result<UnitId> requested_unit(X509_REQ* request) {
  const Owned<STACK_OF(X509_EXTENSION)> extensions(X509_REQ_get_extensions(request));
  const Owned<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509V3_get_d2i(extensions.get(), NID_subject_alt_name, nullptr, nullptr)));
  const std::string wanted = "its only name must be the URI urn:hansom:unit:<id>";
  if (!names || sk_GENERAL_NAME_num(names.get()) != 1) return bad_request(wanted);
  const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), 0);
  if (name->type != GEN_URI) return bad_request(wanted);
  const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
  const std::string_view text = as_text(
      ByteSpan(ASN1_STRING_get0_data(uri), static_cast<std::size_t>(ASN1_STRING_length(uri))));
  if (!text.starts_with(kUnitUrn)) return bad_request(wanted);
  return UnitId::parse(text.substr(kUnitUrn.size()));
}

}  // namespace

Result<Credentials> make_authority(const std::string& name, UtcTime now) {
  const Signer signer{{}, make_key()};
  if (!signer.key) return openssl_failed("make key");
  Credentials made;
  HANSOM_TRY_ASSIGN(made.certificate, self_signed(name, signer, now));
  HANSOM_TRY_ASSIGN(made.private_key, key_pem(signer.key.get()));
  return made;
}

Result<std::string> certify_authority(const std::string& name, const SigningKey& key, UtcTime now) {
  Signer signer{{}, {}, &key};
  HANSOM_TRY_ASSIGN(signer.key, public_half(key));
  return self_signed(name, signer, now);
}

Result<Digest> certificate_digest(std::string_view pem) {
  const Owned<BIO> bio = memory_of(pem);
  const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  Digest digest;
  if (!certificate ||
      X509_digest(certificate.get(), EVP_sha256(), digest.bytes.data(), nullptr) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::kInvalid, "bad_certificate", "not a PEM certificate");
  }
  return digest;
}

Result<Credentials> issue_server(const Credentials& authority, std::span<const std::string> names,
                                 UtcTime now) {
  HANSOM_TRY_ASSIGN(const std::string alternatives, alternative_names(names));
  HANSOM_TRY_ASSIGN(const Signer signer, read_authority(authority));
  const Owned<EVP_PKEY> key = make_key();
  if (!key) return openssl_failed("make key");
  HANSOM_TRY_ASSIGN(
      const Owned<X509> certificate,
      start_certificate({"hansomd", now, kServerLife}, key.get(), signer.certificate.get()));
  Credentials made;
  HANSOM_TRY_ASSIGN(made.certificate,
                    finish_end_certificate(certificate.get(), signer, alternatives, "serverAuth"));
  HANSOM_TRY_ASSIGN(made.private_key, key_pem(key.get()));
  return made;
}

Result<UnitCertificate> issue_unit(const Credentials& authority, std::string_view request,
                                   std::chrono::days life, UtcTime now) {
  const Owned<BIO> bio = memory_of(request);
  const Owned<X509_REQ> asked(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  if (!asked) return bad_request("not a certificate request in PEM");
  EVP_PKEY* key = X509_REQ_get0_pubkey(asked.get());
  if (!is_p256(key)) return bad_request("its key is not on the curve P-256");
  if (X509_REQ_verify(asked.get(), key) != 1) {
    return bad_request("its own signature does not verify");
  }
  UnitCertificate made;
  HANSOM_TRY_ASSIGN(made.unit, requested_unit(asked.get()));
  if (life.count() < 1 || life > kUnitLifeMax) {
    return bad_request("a unit's certificate lives 1 to " + std::to_string(kUnitLifeMax.count()) +
                       " days");
  }
  HANSOM_TRY_ASSIGN(const Signer signer, read_authority(authority));
  HANSOM_TRY_ASSIGN(
      const Owned<X509> certificate,
      start_certificate({made.unit.text(), now, life}, key, signer.certificate.get()));
  HANSOM_TRY_ASSIGN(
      made.certificate,
      finish_end_certificate(certificate.get(), signer,
                             "URI:" + std::string(kUnitUrn) + made.unit.text(), "clientAuth"));
  return made;
}

}  // namespace hansom::cli
