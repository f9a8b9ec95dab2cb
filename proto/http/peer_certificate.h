// The peer's certificate as a value.
#pragma once

#include <optional>

#include "proto/http/exchange.h"

struct ssl_st;

namespace hansom::http {

// The certificate that the peer of this connection proved to hold, now or in the session that was
// resumed; nothing where it has shown none. Error: kInvalid `bad_certificate` when its names or
// dates cannot be read.
[[nodiscard]] Result<std::optional<PeerCertificate>> peer_certificate(ssl_st* ssl);

}  // namespace hansom::http
