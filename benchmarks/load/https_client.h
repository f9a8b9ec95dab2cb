// A cheap uploader: one TLS 1.3 connection that sends objects from memory, one request each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"

namespace hansom::bench {

struct ClientIdentity {
  std::filesystem::path authorities, certificate, key;  // PEM
};

struct HttpAnswer {
  unsigned status = 0;
  std::string head;  // status line and fields, as they came
  // Its value, "" when missing; names compare without case.
  [[nodiscard]] std::string_view field(std::string_view name) const;
};

// What all connections of a run share. Any thread.
class HttpsClient {
 public:
  // Ends the process where the files are not what they should be.
  explicit HttpsClient(const ClientIdentity& identity);
  ~HttpsClient();
  HttpsClient(const HttpsClient&) = delete;
  HttpsClient& operator=(const HttpsClient&) = delete;

  // One connection; not thread-safe, blocking. Errors: kUnavailable `connection_lost`.
  class Connection {
   public:
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) = delete;
    // Sends the pieces one after the other and reads the final answer, its body too.
    [[nodiscard]] Result<HttpAnswer> ask(std::string_view head, std::string_view first,
                                         ByteSpan rest);

   private:
    friend class HttpsClient;
    struct State;
    explicit Connection(std::unique_ptr<State> state);
    [[nodiscard]] Status send(std::string_view bytes);
    [[nodiscard]] Status receive_more();
    std::unique_ptr<State> state_;
  };
  // To `localhost` at this port.
  [[nodiscard]] Result<Connection> connect(std::uint16_t port) const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace hansom::bench
