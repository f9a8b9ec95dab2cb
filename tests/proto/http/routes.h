// Handlers that make each behaviour of a session visible from outside.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "proto/http/awaitable_callback.h"
#include "proto/http/router.h"
#include "tests/support/running_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"
#include "tests/support/tls_client.h"

namespace hansom::http {

// What handlers tell the test, and the test tells handlers, across threads.
class Notes {
 public:
  void add(std::string note);
  // The first note that starts so, once it is there; empty after ten seconds.
  [[nodiscard]] std::string wait_for(const std::string& start);
  // Called by the test, once wait_for("waiting") has seen the handler.
  void release();
  void stop_exchange();

  // Called by handlers.
  void keep(Callback<void> callback);
  void keep(StopHandle handle);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> notes_;
  Callback<void> callback_;
  StopHandle stop_handle_;
};

// POST /echo            the body, at most 100,000 bytes
// PUT  /digest          "<bytes> <sha256 hex>" of the body, read 10,000 bytes at a time
// PUT  /watch           the same, noting "reading" and then "read ended: <token>" when reading
// fails PUT  /ignore          204 without reading the body GET  /stream/{bytes}  that many bytes by
// begin() and write() GET  /short           promises 100 bytes and writes 10 GET  /wait 204 once
// Notes::release() is called; notes "waiting" GET  /peer            "<SAN URI> <sha256>
// resumed|new" GET  /query           "<path parameter>|<name>=<value>..." GET  /fail/{kind}
// storage, refused, unknown-token GET  /throw, /mute    an exception; no answer HEAD and GET /thing
// a document
Router test_routes(Notes& notes);

// Authority, server certificate and options for listeners of tests.
struct Site {
  test::TempDir folder;
  test::TestPki pki{folder.path()};
  test::Identity server_identity = pki.server();

  [[nodiscard]] TlsOptions tls_options(ClientCertificate certificates) const;
  [[nodiscard]] ServerOptions people() const;  // TLS without client certificates
  [[nodiscard]] ServerOptions units() const;   // certificates required
  [[nodiscard]] test::ClientOptions client(const test::RunningServer& server) const;
  [[nodiscard]] test::ClientOptions client(const test::RunningServer& server,
                                           const test::Identity& identity) const;
};

// Connects; fails the test and returns null when that does not work.
std::unique_ptr<test::TlsClient> connect(const test::ClientOptions& options);

}  // namespace hansom::http
