// Reads names, key and dates out of an X.509 certificate.
#include "proto/http/peer_certificate.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

namespace hansom::http {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Names = std::unique_ptr<GENERAL_NAMES, Free>;
using MemoryBio = std::unique_ptr<BIO, Free>;

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_certificate", std::move(message));
}

// i2d_* with its two calls: length, then bytes.
template <typename Encode, typename Object>
Bytes to_der(Encode encode, Object* object) {
  const int size = encode(object, nullptr);
  if (size <= 0) return {};
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* out = der.data();
  encode(object, &out);
  return der;
}

Result<std::vector<std::string>> alternative_uris(X509* certificate) {
  int critical = 0;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nullptr)));
  std::vector<std::string> uris;
  if (names == nullptr) {
    if (critical == -1) return uris;  // the certificate has no such extension
    return bad("the subject alternative names of the certificate are unreadable or there twice");
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                     static_cast<std::size_t>(ASN1_STRING_length(uri)));
    if (text.find('\0') != std::string::npos)
      return bad("a URI of the certificate holds a zero byte");
    uris.push_back(std::move(text));
  }
  return uris;
}

}  // namespace

std::string subject_text(X509* certificate) {
  const MemoryBio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? std::string(text, std::min<std::size_t>(static_cast<std::size_t>(size),
                                                            kSubjectBytesMax))
                  : std::string();
}

Result<UtcTime> certificate_expiry(X509* certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) {
    return bad("the expiry of the certificate cannot be read");
  }
  return UtcTime(std::chrono::seconds(::timegm(&time)));
}

Result<std::optional<PeerCertificate>> peer_certificate(SSL* ssl) {
  const Certificate certificate(SSL_get1_peer_certificate(ssl));
  if (certificate == nullptr) return std::nullopt;
  PeerCertificate peer;
  peer.subject = subject_text(certificate.get());
  HANSOM_TRY_ASSIGN(peer.san_uris, alternative_uris(certificate.get()));
  peer.der = to_der(i2d_X509, certificate.get());
  peer.spki_der = to_der(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(certificate.get()));
  if (peer.der.empty() || peer.spki_der.empty()) return bad("the certificate cannot be encoded");
  peer.sha256 = sha256(ByteSpan(peer.der));
  HANSOM_TRY_ASSIGN(peer.not_after, certificate_expiry(certificate.get()));
  return peer;
}

}  // namespace hansom::http
