// The body of a request, from the stream to the caller.
#include "proto/http/body_reader.h"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proto/base/check.h"
#include "proto/http/trailers.h"

namespace hansom::http {
namespace {

// Framing of chunks comes in small pieces: read ahead this much at a time.
constexpr std::size_t kReadAheadBytes = std::size_t{64} * 1024;

}  // namespace

Error stream_error(const boost::system::error_code& error, std::string_view what) {
  const std::string message = std::string(what) + ": " + error.message();
  if (error == boost::asio::error::timed_out) {
    return {ErrorKind::kTimeout, "body_timeout", std::string(what) + ": no progress in time"};
  }
  if (error == boost::asio::error::operation_aborted) {
    return {ErrorKind::kCancelled, "cancelled", message};
  }
  return {ErrorKind::kUnavailable, "connection_lost", message};
}

BodyReader::BodyReader(Connection& connection, const RequestHead& head)
    : connection_(connection),
      chunked_(head.chunked),
      left_(head.body_bytes),
      waited_before_(connection.stream.waited()) {}

Awaitable<Result<std::size_t>> BodyReader::read(MutableByteSpan into) {
  HANSOM_CHECK(!into.empty());
  if (done()) co_return std::size_t{0};
  connection_.stream.limit_each_wait(connection_.options.limits.progress_timeout);
  Result<std::size_t> got;
  if (chunked_) {
    got = co_await read_chunked(into);
  } else {
    got = co_await read_identity(into);
  }
  if (got) HANSOM_CO_TRY(check_rate(*got));
  co_return got;
}

Status BodyReader::check_rate(std::size_t bytes) {
  const ServerLimits& limits = connection_.options.limits;
  bytes_since_ += bytes;
  const std::chrono::nanoseconds waited = connection_.stream.waited() - waited_before_;
  if (waited < limits.progress_timeout || done()) return {};
  const auto least = std::chrono::duration<double>(limits.progress_timeout).count() *
                     static_cast<double>(limits.body_bytes_per_second_min);
  if (static_cast<double>(bytes_since_) < least) {
    return fail(ErrorKind::kTimeout, "body_timeout",
                "the body came slower than " + std::to_string(limits.body_bytes_per_second_min) +
                    " bytes a second");
  }
  waited_before_ += waited;
  bytes_since_ = 0;
  return {};
}

Awaitable<Result<std::size_t>> BodyReader::read_identity(MutableByteSpan into) {
  into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, into.size())));
  const std::size_t buffered = connection_.take_buffered(into);
  left_ -= buffered;
  into = into.subspan(buffered);
  if (into.empty()) co_return buffered;
  if (buffered > 0) {  // an error here shows again at the next read
    const std::size_t more = connection_.stream.read_at_hand(into).bytes;
    left_ -= more;
    co_return buffered + more;
  }
  const TlsStream::Transfer got = co_await connection_.stream.read(into);
  if (got.error) co_return fail(stream_error(got.error, "reading the body"));
  left_ -= got.bytes;
  co_return got.bytes;
}

Awaitable<Result<std::size_t>> BodyReader::read_chunked(MutableByteSpan into) {
  boost::system::error_code error;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
  while (true) {
    const auto ahead = connection_.buffer.data();
    const ByteSpan in(static_cast<const std::uint8_t*>(ahead.data()), ahead.size());
    HANSOM_CO_TRY_ASSIGN(const ChunkDecoder::Step step, decoder_.decode(in, into));
    connection_.buffer.consume(step.consumed);
    if (decoder_.done()) {
      HANSOM_CO_TRY_ASSIGN(trailers_, parse_trailers(decoder_.trailer_lines()));
    }
    if (step.produced > 0 || decoder_.done()) co_return step.produced;
    const auto room = connection_.buffer.prepare(kReadAheadBytes);
    const std::size_t got = co_await connection_.stream.async_read_some(room, token);
    if (error) co_return fail(stream_error(error, "reading the chunked body"));
    connection_.buffer.commit(got);
  }
}

}  // namespace hansom::http
