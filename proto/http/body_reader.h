// Reads one request's body: counted down straight into the caller's buffer, or with the chunked
// coding taken off.
#pragma once

#include <cstdint>

#include "proto/http/chunk_decoder.h"
#include "proto/http/connection.h"
#include "proto/http/head.h"

namespace hansom::http {

// Belongs to one exchange, on the connection's thread.
class BodyReader {
 public:
  // `connection` outlives the reader.
  BodyReader(Connection& connection, const RequestHead& head);

  [[nodiscard]] bool done() const { return chunked_ ? decoder_.done() : left_ == 0; }
  [[nodiscard]] bool chunked() const { return chunked_; }
  [[nodiscard]] std::uint64_t bytes_left() const { return left_; }    // of an identity body
  [[nodiscard]] const Fields& trailers() const { return trailers_; }  // none before done()

  // Some bytes of the body; 0 when it has ended. Requires: !into.empty(). Errors as
  // Exchange::read_body has them, but for `superseded`: an ended wait is kCancelled `cancelled`.
  [[nodiscard]] Awaitable<Result<std::size_t>> read(MutableByteSpan into);

 private:
  // Holds what has come against the least rate. Error: kTimeout `body_timeout`.
  [[nodiscard]] Status check_rate(std::size_t bytes);
  [[nodiscard]] Awaitable<Result<std::size_t>> read_identity(MutableByteSpan into);
  [[nodiscard]] Awaitable<Result<std::size_t>> read_chunked(MutableByteSpan into);

  Connection& connection_;
  bool chunked_;
  std::uint64_t left_;
  ChunkDecoder decoder_;
  Fields trailers_;
  std::chrono::nanoseconds waited_before_;  // of the stream, when the rate was last looked at
  std::uint64_t bytes_since_ = 0;
};

// Turns a stream's error into ours. Requires: error is set.
[[nodiscard]] Error stream_error(const boost::system::error_code& error, std::string_view what);

}  // namespace hansom::http
