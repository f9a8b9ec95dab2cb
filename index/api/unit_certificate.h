// The certificate a unit is enrolled with.
#pragma once

#include <string_view>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/ids.h"

namespace hansom::api {

inline constexpr std::size_t kCertificatePemBytesMax = std::size_t{32} * 1024;

// Reads one PEM certificate and returns its DER. It must have a P-256 key, one unit name, SAN URI
// urn:hansom:unit:<unit>, that is `unit`, and not be expired at `now`. Error: kInvalid
// `bad_certificate` saying which of these it is not. Who issued it is checked at each connection.
[[nodiscard]] Result<Bytes> read_unit_certificate(std::string_view pem, const UnitId& unit,
                                                  UtcTime now);

// Every certificate of a PEM text, DER. Error: kInvalid `bad_certificate` (none).
[[nodiscard]] Result<std::vector<Bytes>> read_certificates(std::string_view pem);
// Whether the authority's key has signed the certificate; both DER.
[[nodiscard]] bool is_issued_by(ByteSpan certificate, ByteSpan authority);

}  // namespace hansom::api
