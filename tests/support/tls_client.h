// A blocking client that sends any bytes over TLS or plain TCP, for tests of servers.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"
#include "tests/support/test_pki.h"

namespace hansom::test {

struct TlsSessionState;  // what resumption needs

struct ClientOptions {
  std::uint16_t port = 0;  // on 127.0.0.1
  bool tls = true;
  std::filesystem::path authorities;        // empty: the server is not verified
  std::optional<Identity> identity;         // the client's certificate
  std::shared_ptr<TlsSessionState> resume;  // from session() of an earlier client
  bool tls12_only = false;
  std::chrono::milliseconds timeout{10'000};  // of every single send and receive
};

// One HTTP answer. Field names are lower case; of duplicates the last stays.
struct Answer {
  unsigned status = 0;
  std::map<std::string, std::string> fields;
  std::string body;
};

// Not thread-safe. Errors of all functions are kUnavailable `connection_lost` or kTimeout
// `timeout`, with OpenSSL's reason in the message.
class TlsClient {
 public:
  [[nodiscard]] static Result<std::unique_ptr<TlsClient>> connect(const ClientOptions& options);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  [[nodiscard]] Status send(std::string_view bytes);
  // Some bytes; empty when the peer has closed in order.
  [[nodiscard]] Result<std::string> receive_some();
  // Everything until the peer closes in order.
  [[nodiscard]] Result<std::string> receive_all();
  // The next answer, interim ones (1xx) included. With `head_only` no body follows whatever
  // Content-Length says. Bodies are delimited by Content-Length, else by the end of the connection.
  [[nodiscard]] Result<Answer> receive_answer(bool head_only = false);
  // send, then the next answer.
  [[nodiscard]] Result<Answer> exchange(std::string_view request);

  // New sending keys, and the peer is asked for its own (RFC 8446 section 4.6.3). Requires: TLS.
  [[nodiscard]] Status update_keys();
  // While it is on, what is sent is gathered, and then goes at once.
  [[nodiscard]] Status gather(bool on);
  // Straight to the socket, below TLS.
  [[nodiscard]] Status send_below_tls(std::string_view bytes);

  // Sends close_notify and FIN; receiving goes on.
  void half_close();
  // Closes at once with RST, as a vanished network does later.
  void reset();

  [[nodiscard]] bool resumed() const;
  // Requires: something was received since the handshake (tickets come after it).
  [[nodiscard]] std::shared_ptr<TlsSessionState> session() const;

 private:
  struct Impl;
  explicit TlsClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hansom::test
