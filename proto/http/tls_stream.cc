// Drives OpenSSL (or plain recv and send) on a non-blocking socket.
#include "proto/http/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proto/base/check.h"
#include "proto/http/socket_bio.h"
#include "proto/http/tls_context.h"

namespace hansom::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// A peer that sends faster than we work must not keep its thread for itself.
constexpr std::size_t kFairBytes = std::size_t{1024} * 1024;

// Empties OpenSSL's error queue into one line.
std::string openssl_reasons() {
  std::string reasons;
  while (const unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (!reasons.empty()) reasons += "; ";
    reasons += reason != nullptr ? reason : "unknown reason";
  }
  return reasons;
}

template <typename Handle>
SSL* ssl(const Handle& handle) {
  return static_cast<SSL*>(handle.get());
}

}  // namespace

void TlsStream::FreeTls::operator()(void* handle) const {
  SSL_free(static_cast<SSL*>(handle));
}

TlsStream::TlsStream(tcp::socket socket, const TlsContext* context, TrafficCounters& counters)
    : socket_(std::move(socket)), counters_(counters), deadline_(socket_.get_executor(), [this] {
        timed_out_ = true;
        ErrorCode unread;  // the waiting operation reports the timeout
        socket_.cancel(unread);
      }) {
  set_options();
  if (context == nullptr) return;
  tls_.reset(SSL_new(dynamic_cast<const OpensslContext&>(*context).native().get()));
  HANSOM_CHECK(tls_ != nullptr);
  use_socket();
  SSL_set_accept_state(ssl(tls_));
  refused_ = std::make_unique<RefusedCertificate>();
  note_refusals(ssl(tls_), refused_.get());
}

TlsStream::TlsStream(tcp::socket socket, TlsHandle tls, TrafficCounters& counters)
    : TlsStream(std::move(socket), static_cast<const TlsContext*>(nullptr), counters) {
  tls_ = std::move(tls);
  HANSOM_CHECK(tls_ != nullptr);
  use_socket();
  SSL_set_connect_state(ssl(tls_));
}

void TlsStream::use_socket() {
  bio_ = std::make_unique<SocketBio>(socket_.native_handle());
  BIO* bio = bio_->make();
  SSL_set_bio(ssl(tls_), bio, bio);
}

TlsStream::~TlsStream() = default;

void TlsStream::set_options() {
  ErrorCode error;  // a socket that is already dead shows it at the first read
  socket_.non_blocking(true, error);
  socket_.set_option(tcp::no_delay(true), error);
  socket_.set_option(asio::socket_base::keep_alive(true), error);
}

tcp::socket::wait_type TlsStream::wait_type(Want want) {
  return want == Want::kWrite ? tcp::socket::wait_write : tcp::socket::wait_read;
}

// What an OpenSSL call's result asks for. `bytes` moved before it count as success.
TlsStream::Step TlsStream::tls_step(int result, std::size_t bytes) {
  if (result == 1) return {Want::kNothing, {{}, bytes}};
  const int saved_errno = errno;
  const int code = SSL_get_error(ssl(tls_), result);
  if (code == SSL_ERROR_SSL || code == SSL_ERROR_SYSCALL) {
    tls_failed_ = true;  // OpenSSL forbids further calls, SSL_shutdown included
    tls_reason_ = openssl_reasons();
    if (refused_ && !refused_->reason.empty()) tls_reason_ += ": " + refused_->reason;
  }
  if (bytes > 0) return {Want::kNothing, {{}, bytes}};
  switch (code) {
    case SSL_ERROR_WANT_READ:
      return {Want::kRead, {}};
    case SSL_ERROR_WANT_WRITE:
      return {Want::kWrite, {}};
    case SSL_ERROR_ZERO_RETURN:
      return {Want::kNothing, {asio::error::eof, 0}};
    case SSL_ERROR_SYSCALL:
      if (saved_errno != 0) {
        return {Want::kNothing, {{saved_errno, boost::system::system_category()}, 0}};
      }
      return {Want::kNothing, {asio::error::eof, 0}};
    default:
      return {Want::kNothing, {asio::error::connection_aborted, 0}};
  }
}

TlsStream::Step TlsStream::socket_step(int error_number, Want want, std::size_t bytes) const {
  if (error_number == 0) return {Want::kNothing, {{}, bytes}};
  if (error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR) {
    return {want, {}};
  }
  return {Want::kNothing, {{error_number, boost::system::system_category()}, 0}};
}

TlsStream::Step TlsStream::step_read(MutableByteSpan into) {
  Step step;
  drained_ = false;
  if (into.empty()) return step;
  if (tls_ == nullptr) {
    const ssize_t got = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
    step = socket_step(got < 0 ? errno : 0, Want::kRead, static_cast<std::size_t>(got));
    if (got == 0) step.transfer.error = asio::error::eof;
  } else if (tls_failed_) {
    step.transfer.error = asio::error::connection_aborted;
  } else {
    std::size_t filled = 0;
    int result = 1;
    bio_->begin_read();
    while (filled < into.size() && result == 1) {  // a record gives at most 16 KiB
      std::size_t got = 0;
      ERR_clear_error();
      errno = 0;
      bio_->set_wanted(into.size() - filled);
      result = SSL_read_ex(ssl(tls_), into.data() + filled, into.size() - filled, &got);
      filled += got;
    }
    step = tls_step(result, filled);
    bio_->end_read();
    drained_ = result != 1 && SSL_want(ssl(tls_)) == SSL_READING && !bio_->has_more();
  }
  bytes_since_wait_ += step.transfer.bytes;
  counters_.bytes_received.fetch_add(step.transfer.bytes, std::memory_order_relaxed);
  return step;
}

TlsStream::Step TlsStream::step_write(ByteSpan from) {
  Step step;
  if (from.empty()) return step;
  if (tls_ == nullptr) {
    const ssize_t sent = ::send(socket_.native_handle(), from.data(), from.size(), MSG_NOSIGNAL);
    step = socket_step(sent < 0 ? errno : 0, Want::kWrite, static_cast<std::size_t>(sent));
  } else if (tls_failed_) {
    step.transfer.error = asio::error::connection_aborted;
  } else {
    std::size_t written = 0;
    int result = 1;
    while (written < from.size() && result == 1) {
      std::size_t sent = 0;
      ERR_clear_error();
      errno = 0;
      result = SSL_write_ex(ssl(tls_), from.data() + written, from.size() - written, &sent);
      written += sent;
    }
    step = tls_step(result, written);
  }
  counters_.bytes_sent.fetch_add(step.transfer.bytes, std::memory_order_relaxed);
  return step;
}

TlsStream::Step TlsStream::step_handshake() {
  if (tls_ == nullptr) return {};
  ERR_clear_error();
  errno = 0;
  return tls_step(SSL_do_handshake(ssl(tls_)), 0);
}

bool TlsStream::is_at_hand(Want want) const {
  return want == Want::kRead && bio_ != nullptr && bio_->has_more();
}

void TlsStream::begin_wait(bool first) {
  bytes_since_wait_ = 0;
  timed_out_ = false;
  wait_began_ = Deadline::Clock::now();
  Deadline::Clock::time_point moment = no_wait_beyond_;
  if (moment == Deadline::Clock::time_point::max()) {
    if (first) operation_ends_ = wait_began_ + each_wait_;
    moment = operation_ends_;
  }
  deadline_.set(moment);
}

TlsStream::ErrorCode TlsStream::end_wait(ErrorCode error) {
  deadline_.clear();
  waited_ += Deadline::Clock::now() - wait_began_;
  if (cancelled_) return asio::error::operation_aborted;
  if (timed_out_) return asio::error::timed_out;
  return error;
}

Awaitable<TlsStream::ErrorCode> TlsStream::wait(Want want, bool first) {
  if (cancelled_) co_return asio::error::operation_aborted;
  begin_wait(first);
  ErrorCode error;
  if (is_at_hand(want)) {
    co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    co_return end_wait(error);
  }
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await socket_.async_wait(wait_type(want), token);
  co_return end_wait(error);
}

Awaitable<TlsStream::ErrorCode> TlsStream::handshake() {
  for (bool first = true;; first = false) {
    const Step step = step_handshake();
    if (step.want == Want::kNothing) co_return step.transfer.error;
    const ErrorCode error = co_await wait(step.want, first);
    if (error) co_return error;
  }
}

Awaitable<TlsStream::Transfer> TlsStream::read(MutableByteSpan into) {
  if (bytes_since_wait_ >= kFairBytes) {
    bytes_since_wait_ = 0;
    co_await asio::post(socket_.get_executor(), asio::use_awaitable);
  }
  // After a read that took everything, asking again would be a system call for nothing.
  Step step;
  if (drained_) {
    step.want = Want::kRead;
  } else {
    step = step_read(into);
  }
  for (bool first = true; step.want != Want::kNothing; first = false) {
    const ErrorCode error = co_await wait(step.want, first);
    if (error) co_return Transfer{error, 0};
    step = step_read(into);
  }
  co_return step.transfer;
}

TlsStream::Transfer TlsStream::read_at_hand(MutableByteSpan into) {
  return step_read(into).transfer;
}

void TlsStream::limit_each_wait(std::chrono::milliseconds limit) {
  each_wait_ = limit;
  no_wait_beyond_ = Deadline::Clock::time_point::max();
}

void TlsStream::limit_all_waits(std::chrono::milliseconds from_now) {
  no_wait_beyond_ = Deadline::Clock::now() + from_now;
}

void TlsStream::cancel() {
  cancelled_ = true;
  ErrorCode unread;  // the waiting operation reports the cancellation
  socket_.cancel(unread);
}

void TlsStream::shutdown() {
  if (tls_ != nullptr && !tls_failed_ && SSL_is_init_finished(ssl(tls_)) == 1) {
    ERR_clear_error();
    if (SSL_shutdown(ssl(tls_)) < 0) ERR_clear_error();  // the peer finds out from the FIN
  }
  ErrorCode unread;  // not connected any more: nothing left to tell
  socket_.shutdown(tcp::socket::shutdown_send, unread);
}

Awaitable<void> TlsStream::discard_input() {
  std::array<char, std::size_t{16} * 1024> dropped;
  std::size_t since_turn = 0;
  if (bio_ != nullptr) bio_->drop();
  while (true) {
    const ssize_t got = ::recv(socket_.native_handle(), dropped.data(), dropped.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) co_return;
    if (no_wait_beyond_ < Deadline::Clock::now()) co_return;
    if (got > 0) {
      since_turn += static_cast<std::size_t>(got);
      if (since_turn < kFairBytes) continue;
      since_turn = 0;
      co_await asio::post(socket_.get_executor(), asio::use_awaitable);
      continue;
    }
    const ErrorCode error = co_await wait(Want::kRead, true);
    if (error) co_return;
  }
}

void TlsStream::close() {
  deadline_.clear();
  ErrorCode unread;  // the descriptor is gone whatever close says
  socket_.close(unread);
}

const std::string& TlsStream::refused_subject() const {
  static const std::string nobody;
  return refused_ ? refused_->subject : nobody;
}

std::string TlsStream::peer_address() const {
  ErrorCode error;
  const tcp::endpoint peer = socket_.remote_endpoint(error);
  if (error) return "unknown";
  const std::string address = peer.address().to_string();
  return (peer.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(peer.port());
}

}  // namespace hansom::http
