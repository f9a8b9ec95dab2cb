// One request and its answer, as handlers see them. Handlers know nothing of sockets.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "proto/base/clock.h"
#include "proto/base/sha256.h"

namespace hansom::http {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

// Header fields in order; names compare without case. Duplicates stay visible to count().
class Fields {
 public:
  void add(std::string name, std::string value);
  void set(std::string name, std::string value);
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;  // the first
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const {
    return fields_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// A verified certificate of the peer.
struct PeerCertificate {
  std::string subject;
  std::vector<std::string> san_uris;
  Bytes der;
  Bytes spki_der;  // SubjectPublicKeyInfo, for manifests
  Digest sha256;   // of der
  UtcTime not_after;
};

struct Peer {
  std::string address;  // "127.0.0.1:51234"
  std::optional<PeerCertificate> certificate;
  bool tls_resumed = false;
};

struct Request {
  std::string method;  // as sent; the router sees the effective one (X-HTTP-Method-Override)
  std::string target;  // as sent
  std::string path;    // percent-decoded, without query
  std::vector<std::pair<std::string, std::string>> query;           // decoded, in order
  std::map<std::string, std::string, std::less<>> path_parameters;  // "{id}" of the route
  Fields fields;
  bool has_body = false;
  std::optional<std::uint64_t> content_length;  // absent: chunked or no body

  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
};

struct Response {
  unsigned status = 200;
  Fields fields;
  std::string body;
};
// Not to be cached.
[[nodiscard]] Response text_response(unsigned status, std::string_view type, std::string body);

// Ends an exchange from another thread (a lease taken over, a drain). Copyable; outlives the
// exchange safely.
class StopHandle {
 public:
  StopHandle() = default;
  explicit StopHandle(std::function<void()> stop) : stop_(std::move(stop)) {}
  void stop() const {
    if (stop_) stop_();
  }

 private:
  std::function<void()> stop_;
};

// Lives as long as its handler runs; all members on the connection's thread.
class Exchange {
 public:
  virtual ~Exchange() = default;
  [[nodiscard]] virtual const Request& request() const = 0;
  [[nodiscard]] virtual const Peer& peer() const = 0;
  [[nodiscard]] virtual boost::asio::any_io_executor executor() = 0;
  // stop() makes a pending or later read_body/write fail with kCancelled `superseded` and closes
  // the connection after the handler returns.
  [[nodiscard]] virtual StopHandle stop_handle() = 0;

  // Fills up to into.size() bytes of the body, straight from TLS where the body is not chunked;
  // returns as soon as some have come and no more are at hand. 0: the body has ended. Sends 100
  // (Continue) first if it is owed. Errors: kCancelled `superseded` or, the grace over, `draining`;
  // kTimeout `body_timeout` (no progress), kInvalid `bad_chunk`, kUnavailable `connection_lost`.
  [[nodiscard]] virtual Awaitable<Result<std::size_t>> read_body(MutableByteSpan into) = 0;
  // Fields that came behind a chunked body; none before read_body() has returned 0. They are kept
  // apart from the request's own: a trailer never changes what the head said.
  [[nodiscard]] virtual const Fields& trailers() const = 0;
  // The rest of the body as text. Errors: also kTooLarge `body_too_large`.
  [[nodiscard]] virtual Awaitable<Result<std::string>> read_all(std::size_t bytes_max) = 0;

  // Sends a whole answer; one with a status below 200 is interim and does not count. Content-Length
  // is added except for 1xx and 204. An unread body closes the connection afterwards unless little
  // of it is left. Exactly one of respond() and begin() is called.
  [[nodiscard]] virtual Awaitable<Status> respond(Response response) = 0;
  // Sends the head of an answer whose body of exactly content_length bytes follows by write().
  [[nodiscard]] virtual Awaitable<Status> begin(Response head, std::uint64_t content_length) = 0;
  [[nodiscard]] virtual Awaitable<Status> write(ByteSpan bytes) = 0;
};

}  // namespace hansom::http
