// An exchange without a connection.
#include "tests/support/fake_exchange.h"

#include <algorithm>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proto/base/check.h"

namespace hansom::test {

namespace asio = boost::asio;

FakeExchange::FakeExchange(asio::io_context& context) : context_(context), stall_(context) {
  stall_.expires_at(asio::steady_timer::time_point::max());
}

void FakeExchange::set_body(ByteSpan bytes, std::size_t piece_bytes) {
  incoming.has_body = true;
  incoming.content_length = bytes.size();
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    const ByteSpan piece = bytes.subspan(at, std::min(piece_bytes, bytes.size() - at));
    body.emplace_back(piece.begin(), piece.end());
  }
}

std::string FakeExchange::outcome() const {
  if (failure) return std::string(failure->token);
  return answer ? std::to_string(answer->status) : "no answer";
}

std::string FakeExchange::answer_field(std::string_view name) const {
  if (!answer) return {};
  return std::string(answer->fields.find(name).value_or(""));
}

asio::any_io_executor FakeExchange::executor() {
  return context_.get_executor();
}

http::StopHandle FakeExchange::stop_handle() {
  return http::StopHandle([this] {
    asio::post(context_, [this] {
      stopped_ = true;
      stall_.expires_at(asio::steady_timer::time_point::min());
    });
  });
}

http::Awaitable<Result<std::size_t>> FakeExchange::read_body(MutableByteSpan into) {
  if (body.empty() && body_end == BodyEnd::kStalls) {
    if (when_stalled) std::exchange(when_stalled, nullptr)();
    boost::system::error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    while (!stopped_) co_await stall_.async_wait(token);
  }
  if (stopped_) co_return fail(ErrorKind::kCancelled, "superseded", "stopped");
  if (body.empty() && body_end == BodyEnd::kBreaks) {
    co_return fail(ErrorKind::kUnavailable, "connection_lost", "broken");
  }
  if (body.empty()) co_return std::size_t{0};
  Bytes& piece = body.front();
  const std::size_t given = std::min(piece.size(), into.size());
  std::copy_n(piece.begin(), given, into.begin());
  piece.erase(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(given));
  if (piece.empty()) body.pop_front();
  co_return given;
}

http::Awaitable<Result<std::string>> FakeExchange::read_all(std::size_t bytes_max) {
  std::string all;
  for (const Bytes& piece : body) all += as_text(piece);
  body.clear();
  if (all.size() > bytes_max) {
    co_return fail(ErrorKind::kTooLarge, "body_too_large", "too large");
  }
  co_return all;
}

http::Awaitable<Status> FakeExchange::respond(http::Response response) {
  HANSOM_CHECK(!answer);
  if (response.status < 200) {
    interim.push_back(std::move(response));
    co_return Status{};
  }
  answer = std::move(response);
  co_return Status{};
}

http::Awaitable<Status> FakeExchange::begin(http::Response head, std::uint64_t /*content_length*/) {
  return respond(std::move(head));
}

http::Awaitable<Status> FakeExchange::write(ByteSpan bytes) {
  HANSOM_CHECK(answer.has_value());
  answer->body += as_text(bytes);
  co_return Status{};
}

void start_exchange(asio::io_context& context, const http::Router& router, FakeExchange& exchange) {
  http::Router::Match match = router.match(exchange.incoming.method, exchange.incoming.path);
  HANSOM_CHECK(match.route != nullptr);
  exchange.incoming.path_parameters = std::move(match.parameters);
  const auto done = [&exchange](const std::exception_ptr& thrown, Status status) {
    if (thrown) std::rethrow_exception(thrown);
    if (!status) exchange.failure = std::move(status).error();
  };
  asio::co_spawn(context, match.route->handler(exchange), done);
}

}  // namespace hansom::test
