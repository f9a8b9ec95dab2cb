// The other side of a connection: one HTTP/1.1 client over mutual TLS 1.3, for programs that are
// thousands of units at once. It sends what it is told, byte by byte if need be, and reads answers.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "proto/base/secret.h"
#include "proto/http/exchange.h"

namespace hansom::http {

inline constexpr std::size_t kClientAnswerBytesMax = std::size_t{4} * 1024 * 1024;

// Whom to trust; shared by all connections to one server. SIGPIPE is ignored in the process from
// make() on.
class ClientTrust {
 public:
  // Error: kInvalid `bad_tls_config`.
  [[nodiscard]] static Result<std::shared_ptr<const ClientTrust>> make(
      const std::filesystem::path& authorities);
  virtual ~ClientTrust() = default;
};

// What the client shows, PEM.
struct ClientIdentity {
  std::string certificate;
  Secret private_key;
};

struct ClientAnswer {
  unsigned status = 0;
  std::map<std::string, std::string> fields;  // names in lower case; of a repeated one the last
  std::string body;

  [[nodiscard]] std::string field(std::string_view name) const;  // empty when not there
};

// One connection, on one executor; one call at a time. Errors of all calls: kUnavailable
// `connection_lost`, kTimeout `timeout` (no progress for the time given to connect),
// kUnauthenticated `server_not_trusted`, kTooLarge `too_large` for an answer over
// kClientAnswerBytesMax.
class Client {
 public:
  // Connects and shakes hands; `host` is the name the server's certificate must have.
  [[nodiscard]] static Awaitable<Result<std::unique_ptr<Client>>> connect(
      boost::asio::ip::tcp::endpoint server, std::string host,
      std::shared_ptr<const ClientTrust> trust, const ClientIdentity& identity,
      std::chrono::milliseconds patience);
  virtual ~Client() = default;

  // Error: also kConflict `conflict` when the server has answered already: receive() has it.
  [[nodiscard]] virtual Awaitable<Status> send(ByteSpan bytes) = 0;
  // The next final answer; interim ones are passed over.
  [[nodiscard]] virtual Awaitable<Result<ClientAnswer>> receive(bool head_only) = 0;
  // Whether the server lets the connection live after the last answer.
  [[nodiscard]] virtual bool keeps_alive() const = 0;
  // Goes away without a word (RST), as a lost link does.
  virtual void cut() = 0;
};

}  // namespace hansom::http
