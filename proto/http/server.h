// Listener and sessions: accepts connections, speaks TLS and HTTP/1.1, runs handlers.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "proto/http/router.h"

namespace hansom::http {

enum class ClientCertificate { kNone, kRequired };

struct TlsOptions {
  std::filesystem::path certificate_chain;  // PEM
  std::filesystem::path private_key;        // PEM, mode 0600
  ClientCertificate client_certificate = ClientCertificate::kNone;
  std::filesystem::path client_authorities;             // PEM, where required
  std::vector<std::filesystem::path> more_authorities;  // the same, beside it
  std::string session_context;                          // names the listener for resumption
  // As OpenSSL names them, by the server's preference, with colons; empty: OpenSSL's own.
  std::string ciphers;  // TLS 1.3 suites
  std::string groups;   // of the key exchange
};

// What a listener shows of itself.
struct ServerCertificate {
  std::string subject;
  Digest sha256;  // of its DER form
  UtcTime not_after;
};

// One TLS 1.3-only server context. Shared by all threads of a listener.
class TlsContext {
 public:
  // Errors: kInvalid `bad_tls_config` naming the file and what is wrong (missing, key mismatch,
  // readable by others), or the setting.
  [[nodiscard]] static Result<std::shared_ptr<TlsContext>> make(const TlsOptions& options);
  virtual ~TlsContext() = default;
  // From here new connections meet these certificates and authorities; those that stand go on, and
  // no session from before is resumed. Any thread. Errors: as make; then nothing has changed.
  [[nodiscard]] virtual Status renew(const TlsOptions& options) = 0;
  // The same for the server's own certificate and key, read again from the files last named; the
  // authorities stay. Errors: as make, and for a certificate that is not valid today; then nothing
  // has changed.
  [[nodiscard]] virtual Result<ServerCertificate> renew_certificate() = 0;
};

struct ServerLimits {
  std::size_t header_bytes_max = std::size_t{128} * 1024;  // a 64 KiB manifest is base64 twice over
  std::size_t connections_max = 20'000;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds header_timeout{20'000};
  std::chrono::milliseconds idle_timeout{120'000};  // between requests
  std::chrono::milliseconds progress_timeout{
      30'000};  // body read or answer written without progress
  // Of a body, over each progress_timeout that was spent waiting for its peer; 0: no such bound. A
  // byte now and then would be progress, and hold a connection for ever.
  std::uint64_t body_bytes_per_second_min = 100;
};

struct ServerOptions {
  std::string name;                 // for log and metrics: "units", "people", "local"
  std::string address;              // "0.0.0.0"
  std::uint16_t port = 0;           // 0: any free one, see port()
  std::shared_ptr<TlsContext> tls;  // null: plain HTTP (the loopback listener)
  ServerLimits limits;
  bool method_override = false;  // X-HTTP-Method-Override (tus)
};

struct ServerCounters {  // snapshot of one listener; all monotonic but connections_open
  std::uint64_t connections_open = 0, connections_total = 0, handshakes_failed = 0,
                requests_total = 0, bytes_received = 0, bytes_sent = 0;
  std::uint64_t sessions_resumed = 0;  // TLS sessions, also where the certificate was refused then
  std::uint64_t connections_refused = 0;  // because of connections_max: answered 503 or closed
};

// Over connections_max a connection is answered 503 `connections_full` and ends; over that and a
// sixteenth it is closed at once, because an answer costs the handshake that the limit saves.
// SIGPIPE is ignored in the process from listen() on, because OpenSSL writes to sockets that may be
// gone.
//
// Owns its acceptors and sessions. Requires: before the server or a context is destroyed, stop()
// has called `done` or no thread runs the contexts any more. `contexts` are run by the caller, one
// thread each; with several, each accepts on its own socket (SO_REUSEPORT) and a connection stays
// on the context that accepted it.
class Server {
 public:
  // Error: kUnavailable `port_in_use` or kInvalid `bad_address`, naming address and port.
  [[nodiscard]] static Result<std::unique_ptr<Server>> listen(
      std::vector<boost::asio::io_context*> contexts, const Router& router, ServerOptions options);
  virtual ~Server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual ServerCounters counters() const = 0;
  // Stops accepting, lets running exchanges end until `grace` is over, closes idle connections at
  // once, then forces the rest. Any thread; `done` is called once, on some context, when no session
  // is left.
  virtual void stop(std::chrono::milliseconds grace, std::function<void()> done) = 0;
};

}  // namespace hansom::http
