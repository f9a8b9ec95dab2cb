// Reads the body and writes the answer of one exchange.
#include "proto/http/session_exchange.h"

#include <mutex>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "proto/base/check.h"
#include "proto/http/answer.h"

namespace hansom::http {

struct SessionExchange::StopState {
  std::mutex mutex;
  SessionExchange* exchange = nullptr;  // null once it has gone
};

SessionExchange::SessionExchange(Connection& connection, RequestHead& head)
    : connection_(connection),
      head_(head),
      body_(connection, head),
      stop_state_(std::make_shared<StopState>()),
      continue_owed_(head.expects_continue) {
  stop_state_->exchange = this;
}

SessionExchange::~SessionExchange() {
  const std::lock_guard lock(stop_state_->mutex);
  stop_state_->exchange = nullptr;
}

StopHandle SessionExchange::stop_handle() {
  return StopHandle([state = stop_state_] {
    const std::lock_guard lock(state->mutex);
    if (state->exchange == nullptr) return;
    // The exchange is there, so its executor is. What is posted looks again: it may be gone by
    // then.
    boost::asio::post(state->exchange->executor(), [state] {
      const std::lock_guard posted_lock(state->mutex);
      if (state->exchange == nullptr) return;
      state->exchange->stopped_ = true;
      state->exchange->connection_.stream.cancel();
    });
  });
}

// Says why a wait was ended: by a stop handle, or by the server at the end of its grace.
Error SessionExchange::ended(Error error) const {
  if (error.kind != ErrorKind::kCancelled) return error;
  if (stopped_) {
    return {ErrorKind::kCancelled, "superseded", "a newer request took over"};
  }
  return {ErrorKind::kCancelled, "draining", "the server stops"};
}

Awaitable<Result<std::size_t>> SessionExchange::read_body(MutableByteSpan into) {
  if (connection_.stream.cancelled()) co_return fail(ended({ErrorKind::kCancelled, "", ""}));
  if (body_.done()) co_return std::size_t{0};
  if (continue_owed_ && connection_.buffer.size() == 0) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    HANSOM_CO_TRY(co_await send_bytes(as_bytes(kContinue)));
  }
  continue_owed_ = false;
  Result<std::size_t> got = co_await body_.read(into);
  if (!got) co_return fail(ended(std::move(got).error()));
  co_return *got;
}

Awaitable<Result<std::string>> SessionExchange::read_all(std::size_t bytes_max) {
  const auto too_large = [bytes_max] {
    return fail(ErrorKind::kTooLarge, "body_too_large",
                "the body may have at most " + std::to_string(bytes_max) + " bytes");
  };
  if (!body_.chunked() && body_.bytes_left() > bytes_max) co_return too_large();
  constexpr std::size_t kStepBytes = std::size_t{64} * 1024;
  std::string text;
  while (true) {
    const std::size_t before = text.size();
    // One byte more than allowed shows that the body is too large.
    text.resize(std::min(before + kStepBytes, bytes_max + 1));
    const MutableByteSpan into(reinterpret_cast<std::uint8_t*>(text.data()) + before,
                               text.size() - before);
    HANSOM_CO_TRY_ASSIGN(const std::size_t got, co_await read_body(into));
    text.resize(before + got);
    if (got == 0) co_return text;
    if (text.size() > bytes_max) co_return too_large();
  }
}

// True when the next request could not be told from what is left of this body, or nobody wants one.
bool SessionExchange::must_close() const {
  if (!head_.keep_alive || connection_.draining || stopped_) return true;
  if (body_.done()) return false;
  return continue_owed_ || body_.chunked() || body_.bytes_left() > kDrainBytesMax;
}

Awaitable<Status> SessionExchange::respond(Response response) {
  const bool interim = response.status < 200;
  HANSOM_CHECK(!answered_);
  AnswerOptions options;
  options.now = system_clock().now();
  if (!interim) {
    answered_ = true;
    options.close = closes_ = must_close();
    if (response.status != 204) options.content_length = response.body.size();
  }
  const Fields none;
  std::string bytes =
      render_head(response, interim ? none : connection_.router.common_fields(), options);
  if (!interim && response.status != 204 && head_.request.method != "HEAD") bytes += response.body;
  co_return co_await send_bytes(as_bytes(bytes));
}

Awaitable<Status> SessionExchange::begin(Response head, std::uint64_t content_length) {
  HANSOM_CHECK(!answered_ && head.status >= 200);
  answered_ = true;
  AnswerOptions options;
  options.now = system_clock().now();
  options.close = closes_ = must_close();
  options.content_length = content_length;
  answer_left_ = head_.request.method == "HEAD" ? 0 : content_length;
  const std::string bytes = render_head(head, connection_.router.common_fields(), options);
  co_return co_await send_bytes(as_bytes(bytes));
}

Awaitable<Status> SessionExchange::write(ByteSpan bytes) {
  if (head_.request.method == "HEAD") co_return Status{};
  HANSOM_CHECK(bytes.size() <= answer_left_);
  HANSOM_CO_TRY(co_await send_bytes(bytes));
  answer_left_ -= bytes.size();
  co_return Status{};
}

Awaitable<Status> SessionExchange::send_bytes(ByteSpan bytes) {
  if (connection_.stream.cancelled()) co_return fail(ended({ErrorKind::kCancelled, "", ""}));
  connection_.stream.limit_each_wait(connection_.options.limits.progress_timeout);
  boost::system::error_code error;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
  const boost::asio::const_buffer buffer(bytes.data(), bytes.size());
  co_await boost::asio::async_write(connection_.stream, buffer, token);
  if (error) {
    closes_ = true;
    co_return fail(ended(stream_error(error, "sending the answer")));
  }
  co_return Status{};
}

}  // namespace hansom::http
