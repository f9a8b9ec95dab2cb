// TLS driven on the socket itself: OpenSSL reads and writes it through socket_bio, Asio only waits
// for it to be ready.
//
// asio::ssl::stream hands every record through a BIO pair and costs more than twice the processor
// time for uploads; here one call takes whatever has arrived, straight into the caller's buffer.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "proto/base/bytes.h"
#include "proto/http/deadline.h"
#include "proto/http/exchange.h"

namespace hansom::http {

class SocketBio;
class TlsContext;
struct RefusedCertificate;

struct TrafficCounters {  // of one listener, all threads
  std::atomic<std::uint64_t> bytes_received{0};
  std::atomic<std::uint64_t> bytes_sent{0};
};

// One connection's bytes: TLS where it has a context, plain TCP else. An Asio AsyncStream. One
// operation at a time, on the socket's executor. Every wait is limited (see limit_*): then the
// operation fails with error::timed_out.
class TlsStream {
 public:
  using executor_type = boost::asio::any_io_executor;
  using ErrorCode = boost::system::error_code;
  struct Transfer {
    ErrorCode error;
    std::size_t bytes = 0;
  };

  struct FreeTls {
    void operator()(void* ssl) const;
  };
  using TlsHandle = std::unique_ptr<void, FreeTls>;  // SSL*

  // The server's side. `context` may be null: plain TCP. Context and counters outlive the stream.
  TlsStream(boost::asio::ip::tcp::socket socket, const TlsContext* context,
            TrafficCounters& counters);
  // The client's side: `tls` knows whom to trust and what to show, and has no socket yet.
  TlsStream(boost::asio::ip::tcp::socket socket, TlsHandle tls, TrafficCounters& counters);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }

  // Our side of the handshake. After an error tls_reason() tells why.
  [[nodiscard]] Awaitable<ErrorCode> handshake();

  // The hot path: waits until something is there, then fills `into` with all that is at hand.
  // error::eof at the end of the stream, orderly or not: whether the message was whole is for HTTP
  // to say. Gives other connections their turn after kFairBytes.
  [[nodiscard]] Awaitable<Transfer> read(MutableByteSpan into);
  // What is at hand, without waiting; 0 bytes and no error when that is nothing.
  [[nodiscard]] Transfer read_at_hand(MutableByteSpan into);

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    const boost::asio::mutable_buffer buffer = first_buffer<boost::asio::mutable_buffer>(buffers);
    return boost::asio::async_compose<Token, void(ErrorCode, std::size_t)>(
        Operation{this, Direction::kRead, static_cast<std::uint8_t*>(buffer.data()), nullptr,
                  buffer.size()},
        token, socket_);
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    const boost::asio::const_buffer buffer = first_buffer<boost::asio::const_buffer>(buffers);
    return boost::asio::async_compose<Token, void(ErrorCode, std::size_t)>(
        Operation{this, Direction::kWrite, nullptr, static_cast<const std::uint8_t*>(buffer.data()),
                  buffer.size()},
        token, socket_);
  }

  // From now on each operation may wait this long: progress moves the deadline.
  void limit_each_wait(std::chrono::milliseconds limit);
  // From now on no wait lasts beyond this moment.
  void limit_all_waits(std::chrono::milliseconds from_now);

  // Ends the pending and all later waits with error::operation_aborted. Bytes at hand can still be
  // read.
  void cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  // Tells the peer that no more comes, as far as that goes without waiting.
  void shutdown();
  // Reads and drops what the peer still sends, until it closes or the limit on waits is over, so
  // that an answer already sent is not destroyed by a reset.
  [[nodiscard]] Awaitable<void> discard_input();
  void close();

  // How long operations have waited for the peer, in all.
  [[nodiscard]] std::chrono::nanoseconds waited() const { return waited_; }

  [[nodiscard]] std::string peer_address() const;
  [[nodiscard]] const std::string& tls_reason() const { return tls_reason_; }
  // Whose certificate the handshake refused; empty: nobody's.
  [[nodiscard]] const std::string& refused_subject() const;
  // OpenSSL's handle (SSL*); null for plain TCP.
  [[nodiscard]] void* native_tls() const { return tls_.get(); }

 private:
  enum class Direction { kRead, kWrite };
  enum class Want { kNothing, kRead, kWrite };
  struct Step {
    Want want = Want::kNothing;
    Transfer transfer;
  };
  // One turn of an asynchronous read or write: try, wait, try again.
  struct Operation {
    TlsStream* stream;
    Direction direction;
    std::uint8_t* into;
    const std::uint8_t* from;
    std::size_t size;
    Transfer done = {};
    bool suspended = false;
    bool finished = false;

    template <typename Self>
    void operator()(Self& self, ErrorCode wait_error = {}) {
      if (!finished && suspended) done.error = stream->end_wait(wait_error);
      if (!finished && !done.error) {
        const Step step = direction == Direction::kRead ? stream->step_read({into, size})
                                                        : stream->step_write({from, size});
        if (step.want != Want::kNothing && !stream->cancelled_) {
          stream->begin_wait(!suspended);
          suspended = true;
          if (stream->is_at_hand(step.want)) {
            return boost::asio::post(stream->get_executor(), std::move(self));
          }
          return stream->socket_.async_wait(wait_type(step.want), std::move(self));
        }
        done = step.transfer;
        if (step.want != Want::kNothing) done.error = boost::asio::error::operation_aborted;
        if (!suspended) {  // a handler is never called from inside its initiating function
          finished = true;
          return boost::asio::post(stream->get_executor(), std::move(self));
        }
      }
      self.complete(done.error, done.bytes);
    }
  };

  template <typename Buffer, typename Buffers>
  static Buffer first_buffer(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end; ++it) {
      if (const Buffer buffer(*it); buffer.size() > 0) return buffer;
    }
    return {};
  }
  [[nodiscard]] static boost::asio::ip::tcp::socket::wait_type wait_type(Want want);

  void set_options();
  void use_socket();

  [[nodiscard]] Step step_read(MutableByteSpan into);
  [[nodiscard]] Step step_write(ByteSpan from);
  [[nodiscard]] Step step_handshake();
  [[nodiscard]] Step tls_step(int result, std::size_t bytes);
  [[nodiscard]] Step socket_step(int error_number, Want want, std::size_t bytes) const;
  // `first` in its operation: only bytes that came through move the deadline, not a record that
  // carried none.
  [[nodiscard]] Awaitable<ErrorCode> wait(Want want, bool first);
  // Whether what is wanted is not to be waited for: then others get a turn, and it is tried again.
  [[nodiscard]] bool is_at_hand(Want want) const;
  void begin_wait(bool first);
  [[nodiscard]] ErrorCode end_wait(ErrorCode error);

  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<SocketBio> bio_;  // null for plain TCP
  TlsHandle tls_;
  TrafficCounters& counters_;
  Deadline deadline_;
  std::chrono::milliseconds each_wait_{0};
  Deadline::Clock::time_point no_wait_beyond_ = Deadline::Clock::time_point::max();
  Deadline::Clock::time_point operation_ends_;
  Deadline::Clock::time_point wait_began_;
  std::chrono::nanoseconds waited_{0};
  std::size_t bytes_since_wait_ = 0;
  bool drained_ = false;  // the last read took all there was
  bool timed_out_ = false;
  bool cancelled_ = false;
  bool tls_failed_ = false;
  std::string tls_reason_;
  std::unique_ptr<RefusedCertificate> refused_;
};

}  // namespace hansom::http
