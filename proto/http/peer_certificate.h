// The peer's certificate as a value.
#pragma once

#include <optional>
#include <string>

#include "proto/http/exchange.h"

struct ssl_st;
struct x509_st;

namespace hansom::http {

// The certificate that the peer of this connection proved to hold, now or in the session that was
// resumed; nothing where it has shown none. Error: kInvalid `bad_certificate` when its names or
// dates cannot be read.
[[nodiscard]] Result<std::optional<PeerCertificate>> peer_certificate(ssl_st* ssl);

// A certificate's subject as RFC 4514 writes it, at most kSubjectBytesMax of it.
inline constexpr std::size_t kSubjectBytesMax = 256;
[[nodiscard]] std::string subject_text(x509_st* certificate);
// When it ends. Error: kInvalid `bad_certificate`.
[[nodiscard]] Result<UtcTime> certificate_expiry(x509_st* certificate);

}  // namespace hansom::http
