// JWS compact serialization with ES256 (RFC 7515, RFC 7518 section 3.4).
#pragma once

#include <string>
#include <string_view>

#include "proto/base/secret.h"

namespace hansom::evidence {

inline constexpr std::size_t kManifestJwsBytesMax = std::size_t{64} * 1024;

// Signs `payload` with a P-256 private key (PEM, PKCS #8). Error: kInvalid `bad_unit_key`.
[[nodiscard]] Result<std::string> sign_jws(std::string_view payload, const Secret& private_key_pem);
// Returns the payload. The header must be exactly alg ES256 with no `crit`; the key is given by the
// caller (DER SubjectPublicKeyInfo), never taken from the header. Errors: kTooLarge
// `manifest_too_large`, kInvalid `manifest_unparsable` (not three base64url parts, bad header),
// kRefused `manifest_unsigned` (empty signature or alg none), kRefused `manifest_signature` (does
// not verify).
[[nodiscard]] Result<std::string> verify_jws(std::string_view jws, ByteSpan public_key_spki_der);

}  // namespace hansom::evidence
