// The site's own certificate authorities: made once, then signing the server's certificate and
// units' requests. P-256 and SHA-256 throughout; all text is PEM, private keys are PKCS #8.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/base/ids.h"
#include "proto/base/secret.h"
#include "proto/base/sha256.h"
#include "proto/base/signing_key.h"

namespace hansom::cli {

// A certificate and its key; as an authority, one that signs others.
struct Credentials {
  std::string certificate;
  Secret private_key;
  std::shared_ptr<const SigningKey> token;  // signs instead of private_key, where it is set
};

inline constexpr std::chrono::days kAuthorityLife{3652};
inline constexpr std::chrono::days kServerLife{825};
inline constexpr std::chrono::days kUnitLifeMax{1826};

// An authority that signs end certificates only. Error: kInternal `internal` (OpenSSL).
[[nodiscard]] Result<Credentials> make_authority(const std::string& name, UtcTime now);

// The same for a P-256 key that lies elsewhere; the certificate. Errors: kInvalid `bad_config` (not
// P-256), those of SigningKey::sign, kInternal `internal`.
[[nodiscard]] Result<std::string> certify_authority(const std::string& name, const SigningKey& key,
                                                    UtcTime now);

// SHA-256 of its DER form. Error: kInvalid `bad_certificate`.
[[nodiscard]] Result<Digest> certificate_digest(std::string_view pem);

// A TLS server's certificate for these DNS names and IP addresses. Requires: at least one name.
// Errors: kInvalid `bad_certificate_request` for a name that is neither; kInternal `internal`.
[[nodiscard]] Result<Credentials> issue_server(const Credentials& authority,
                                               std::span<const std::string> names, UtcTime now);

struct UnitCertificate {
  UnitId unit;
  std::string certificate;
};
// Signs a unit's request: its own signature must verify, its key be P-256, its only name the URI
// urn:hansom:unit:<id>. Nothing else of the request is taken over. Errors: kInvalid
// `bad_certificate_request` saying which; `bad_config` for an authority that cannot be read;
// kInternal `internal`.
[[nodiscard]] Result<UnitCertificate> issue_unit(const Credentials& authority,
                                                 std::string_view request, std::chrono::days life,
                                                 UtcTime now);

}  // namespace hansom::cli
