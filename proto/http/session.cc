// The life of a connection.
#include "proto/http/session.h"

#include <openssl/ssl.h>

#include <array>
#include <exception>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proto/base/log.h"
#include "proto/http/head.h"
#include "proto/http/peer_certificate.h"
#include "proto/http/wire_errors.h"

namespace hansom::http {
namespace {

constexpr std::size_t kHeadReadBytes = std::size_t{16} * 1024;
// What a connection between requests keeps allocated: thousands of units sit idle.
constexpr std::size_t kIdleReadBytes = 1024;
// How long an answer that the peer may not have read yet keeps a closing connection alive.
constexpr std::chrono::milliseconds kLinger{2'000};

// Messages of these kinds do not go to the peer, so they must go to the log.
bool is_our_fault(ErrorKind kind) {
  return kind == ErrorKind::kInternal || kind == ErrorKind::kStorage || kind == ErrorKind::kCorrupt;
}

// Errors that say that nobody is left to answer.
bool peer_is_gone(const Error& error) {
  return error.token == "connection_lost" || error.token == "superseded";
}

// A line that no CR ends: the head will never be one of ours, so nobody waits for its end.
bool has_bare_lf(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') return true;
  }
  return false;
}

}  // namespace

Session::Session(boost::asio::ip::tcp::socket socket, const ServerOptions& options,
                 const Router& router, SessionCounters& counters)
    : connection_(std::move(socket), options, router, counters.traffic), counters_(counters) {}

void Session::drain() {
  connection_.draining = true;
  if (idle_) connection_.stream.cancel();
}

void Session::force() {
  connection_.stream.cancel();
}

Awaitable<void> Session::run() {
  if (co_await open()) {
    Next next = Next::kGoOn;
    while (next == Next::kGoOn) next = co_await serve_one();
  }
  co_await close();
}

Awaitable<bool> Session::open() {
  TlsStream& stream = connection_.stream;
  connection_.peer.address = stream.peer_address();
  stream.limit_all_waits(connection_.options.limits.handshake_timeout);
  const TlsStream::ErrorCode error = co_await stream.handshake();
  std::string refusal;
  if (error) {
    refusal = stream.tls_reason().empty() ? error.message() : stream.tls_reason();
  } else if (auto* ssl = static_cast<SSL*>(stream.native_tls()); ssl != nullptr) {
    connection_.peer.tls_resumed = SSL_session_reused(ssl) == 1;
    if (connection_.peer.tls_resumed) {
      counters_.sessions_resumed.fetch_add(1, std::memory_order_relaxed);
    }
    Result<std::optional<PeerCertificate>> certificate = peer_certificate(ssl);
    if (!certificate) {
      refusal = certificate.error().message;
    } else if (*certificate && (*certificate)->not_after < system_clock().now()) {
      refusal =
          "the certificate expired since the session began";  // OpenSSL looks only the first time
    } else {
      connection_.peer.certificate = *std::move(certificate);
    }
  }
  if (refusal.empty()) co_return true;
  // A reset would destroy the alert that tells the peer why.
  connection_.input_left = error == boost::asio::error::connection_aborted;
  if (!connection_.draining) {
    counters_.handshakes_failed.fetch_add(1, std::memory_order_relaxed);
    log(LogLevel::kInfo, "handshake_failed",
        {{"listener", connection_.options.name},
         {"peer", connection_.peer.address},
         {"reason", refusal},
         {"certificate", stream.refused_subject()}});
  }
  co_return false;
}

Awaitable<void> Session::close() {
  connection_.stream.shutdown();
  if (connection_.input_left) {
    connection_.stream.limit_all_waits(kLinger);
    co_await connection_.stream.discard_input();
  }
  connection_.stream.close();
}

Awaitable<Result<std::size_t>> Session::read_head() {
  const ServerLimits& limits = connection_.options.limits;
  boost::beast::flat_buffer& buffer = connection_.buffer;
  boost::system::error_code error;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
  idle_ = buffer.size() == 0;
  if (idle_) buffer.shrink_to_fit();
  connection_.stream.limit_all_waits(first_ || !idle_ ? limits.header_timeout
                                                      : limits.idle_timeout);
  std::size_t searched = 0;
  while (true) {
    const auto data = buffer.data();
    const std::string_view text(static_cast<const char*>(data.data()), data.size());
    if (text.starts_with("\r\n") &&
        searched == 0) {  // an empty line before a request (RFC 9112 2.2)
      buffer.consume(2);
      continue;
    }
    const std::size_t end = text.find("\r\n\r\n", searched);
    const std::size_t head_bytes = end == std::string_view::npos ? text.size() : end + 4;
    if (head_bytes > limits.header_bytes_max) {
      co_return fail(ErrorKind::kTooLarge, "header_too_large",
                     "the request head may have at most " +
                         std::to_string(limits.header_bytes_max) + " bytes");
    }
    if (end != std::string_view::npos) co_return head_bytes;
    if (has_bare_lf(text.substr(searched == 0 ? 0 : searched + 1))) {
      co_return fail(ErrorKind::kInvalid, "bad_head", "a line of the head does not end with CR LF");
    }
    searched = text.size() > 3 ? text.size() - 3 : 0;
    const auto room = buffer.prepare(idle_ ? kIdleReadBytes : kHeadReadBytes);
    const std::size_t got = co_await connection_.stream.async_read_some(room, token);
    if (error == boost::asio::error::timed_out && !idle_) {
      co_return fail(ErrorKind::kTimeout, "header_timeout", "the request head took too long");
    }
    if (error) co_return std::size_t{0};
    buffer.commit(got);
    if (idle_) connection_.stream.limit_all_waits(limits.header_timeout);
    idle_ = false;
  }
}

Awaitable<Session::Next> Session::serve_one() {
  if (connection_.draining && connection_.buffer.size() == 0) co_return Next::kClose;
  const Result<std::size_t> head_bytes = co_await read_head();
  idle_ = false;
  first_ = false;
  if (!head_bytes) co_return co_await refuse(head_bytes.error());
  if (*head_bytes == 0) co_return Next::kClose;
  counters_.requests_total.fetch_add(1, std::memory_order_relaxed);
  const auto data = connection_.buffer.data();
  const std::string_view text(static_cast<const char*>(data.data()), *head_bytes);
  Result<RequestHead> head = parse_head(text, {connection_.options.method_override});
  connection_.buffer.consume(*head_bytes);
  if (!head) co_return co_await refuse(head.error());
  if (refuses_all_) {
    const Error full{ErrorKind::kUnavailable, "connections_full",
                     "the server has as many connections as it may; try again later"};
    co_return co_await refuse(full);
  }
  co_return co_await serve(*head);
}

Awaitable<Session::Next> Session::refuse(const Error& error) {
  connection_.input_left = true;
  RequestHead unknown;  // keep_alive is false: the answer says that the connection ends
  SessionExchange exchange(connection_, unknown);
  Response response = problem(error);
  const Status sent = co_await exchange.respond(std::move(response));
  ignore(sent, "the connection ends either way");
  co_return Next::kClose;
}

Awaitable<Session::Next> Session::serve(RequestHead& head) {
  SessionExchange exchange(connection_, head);
  Status status = co_await run_handler(head, exchange);
  if (status && !exchange.answered()) {
    status = fail(ErrorKind::kInternal, "internal", "the handler gave no answer");
  }
  if (!status) {
    const Error& error = status.error();
    if (is_our_fault(error.kind)) {
      log_error("request_failed", error,
                {{"listener", connection_.options.name},
                 {"method", head.effective_method},
                 {"path", head.request.path}});
    }
    if (!exchange.answered() && !exchange.stopped() && !peer_is_gone(error)) {
      Response response = problem(error);
      const Status sent = co_await exchange.respond(std::move(response));
      ignore(sent, "finish() sees whether it can go on");
    }
  }
  co_return co_await finish(exchange);
}

Awaitable<Status> Session::run_handler(RequestHead& head, SessionExchange& exchange) {
  Router::Match match = connection_.router.match(head.effective_method, head.request.path);
  if (match.route == nullptr && !match.path_known) {
    co_return fail(ErrorKind::kNotFound, "not_found", "there is nothing at this path");
  }
  if (match.route == nullptr) {
    Response response =
        problem({ErrorKind::kUnsupported, "method_not_allowed", "allowed here: " + match.allow});
    response.fields.add("Allow", match.allow);
    co_return co_await exchange.respond(std::move(response));
  }
  head.request.path_parameters = std::move(match.parameters);
  std::string exception;
  try {
    co_return co_await match.route->handler(exchange);
  } catch (const std::exception& caught) {
    exception = caught.what();
  }
  co_return fail(ErrorKind::kInternal, "internal", "exception in a handler: " + exception);
}

// Reads a small rest of the body away, so that the next head starts where it should.
Awaitable<Session::Next> Session::finish(SessionExchange& exchange) {
  if (exchange.answer_cut()) {
    log(LogLevel::kInfo, "answer_cut_short",
        {{"listener", connection_.options.name}, {"peer", connection_.peer.address}});
  }
  connection_.input_left = !exchange.body().done() && !exchange.answer_cut();
  if (!exchange.can_go_on() || exchange.stopped() || connection_.stream.cancelled()) {
    co_return Next::kClose;
  }
  std::array<std::uint8_t, 4096> dropped;
  while (!exchange.body().done()) {
    const Result<std::size_t> got = co_await exchange.body().read(dropped);
    if (!got) co_return Next::kClose;
  }
  connection_.input_left = false;
  co_return Next::kGoOn;
}

}  // namespace hansom::http
