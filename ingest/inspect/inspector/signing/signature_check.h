// Keys and certificates out of a clip, and what they say of its signatures. The only file here that
// asks libcrypto for more than a hash.
//
// A key that lies in the clip proves that the clip is as its signer left it, not who that was.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/inspect/inspector/signing/hash.h"

namespace hansom::ingest {

// Has libcrypto fetch what the checks below need, by checking a signature once: nothing is left to
// load in the sandbox. No configuration is read. False when libcrypto is not in working order.
[[nodiscard]] bool prepare_signature_check();

struct CertificateFacts {
  std::string subject, issuer;                // RFC 2253
  std::optional<std::int64_t> not_before_us;  // since 1970
  std::optional<std::int64_t> not_after_us;
  Hash sha256{};  // of its DER
};

struct Certificates {
  std::vector<CertificateFacts> facts;  // in the order of the text, at most kSigningCertificatesMax
  bool chained = false;                 // each is signed by the key of the next; true of one alone
  bool complete = false;                // the last is signed by its own key
};
// Reads certificates in PEM. What is none ends the list.
[[nodiscard]] Certificates read_certificates(ByteSpan pem);

// A public key. Movable; one thread.
class SigningKey {
 public:
  // From PEM: a public key, or the first of some certificates. Nothing for what is neither, and for
  // keys that no signer of pictures has: EC of P-256, P-384 and P-521, and RSA of 2,048 to 8,192
  // bits are taken.
  [[nodiscard]] static std::optional<SigningKey> from_pem(ByteSpan pem);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  // True when `signature` (DER of ECDSA, or PKCS #1 1.5 of RSA) is this key's of a SHA-256 hash.
  [[nodiscard]] bool verifies(const Hash& hash, ByteSpan signature) const;
  [[nodiscard]] const Hash& sha256() const { return sha256_; }     // of its SubjectPublicKeyInfo
  [[nodiscard]] const std::string& kind() const { return kind_; }  // "EC P-256", "RSA 2048"

 private:
  struct Key;
  explicit SigningKey(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
  Hash sha256_{};
  std::string kind_;
};

}  // namespace hansom::ingest
