// The server side of TLS 1.3: one OpenSSL context and what is asked of a connection's certificate.
#pragma once

#include "proto/http/server.h"

struct ssl_ctx_st;

namespace hansom::http {

// The only implementation of TlsContext; the public header shows nothing of OpenSSL.
class OpensslContext : public TlsContext {
 public:
  // Shared: a connection keeps the one it began with.
  [[nodiscard]] virtual std::shared_ptr<ssl_ctx_st> native() const = 0;
};

}  // namespace hansom::http
