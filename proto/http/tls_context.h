// The server side of TLS 1.3: one OpenSSL context and what is asked of a connection's certificate.
#pragma once

#include <string>

#include "proto/http/server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace hansom::http {

// Why a peer's certificate did not pass; empty when it did or none was shown.
struct RefusedCertificate {
  std::string reason;
  std::string subject;
};

// From here the handshake of `ssl` notes a refused certificate there. Requires: `refused` outlives
// the handshake.
void note_refusals(ssl_st* ssl, RefusedCertificate* refused);

// The only implementation of TlsContext; the public header shows nothing of OpenSSL.
class OpensslContext : public TlsContext {
 public:
  // Shared: a connection keeps the one it began with.
  [[nodiscard]] virtual std::shared_ptr<ssl_ctx_st> native() const = 0;
};

}  // namespace hansom::http
