// An exchange without a socket.
#include "tests/index/api/value_exchange.h"

#include <algorithm>

#include "proto/base/check.h"

namespace hansom::test {

ValueExchange::ValueExchange(boost::asio::any_io_executor executor, http::Request request,
                             std::string body, std::function<void()> before_release)
    : executor_(std::move(executor)),
      request_(std::move(request)),
      body_(std::move(body)),
      before_release_(std::move(before_release)) {}

http::Awaitable<Result<std::size_t>> ValueExchange::read_body(MutableByteSpan into) {
  const std::size_t taken = std::min(into.size(), body_.size());
  std::copy_n(body_.begin(), taken, into.begin());
  body_.erase(0, taken);
  co_return taken;
}

http::Awaitable<Result<std::string>> ValueExchange::read_all(std::size_t bytes_max) {
  if (body_.size() > bytes_max) {
    co_return fail(ErrorKind::kTooLarge, "body_too_large", "the body is too large");
  }
  co_return std::move(body_);
}

http::Awaitable<Status> ValueExchange::respond(http::Response response) {
  HANSOM_CHECK(!answered_);
  before_release_();
  answered_ = true;
  answer_ = std::move(response);
  promised_bytes_ = answer_.body.size();
  co_return Status{};
}

http::Awaitable<Status> ValueExchange::begin(http::Response head, std::uint64_t content_length) {
  HANSOM_CHECK(!answered_);
  before_release_();
  answered_ = true;
  answer_ = std::move(head);
  promised_bytes_ = content_length;
  co_return Status{};
}

http::Awaitable<Status> ValueExchange::write(ByteSpan bytes) {
  HANSOM_CHECK(answered_ && answer_.body.size() + bytes.size() <= promised_bytes_);
  largest_write_bytes_ = std::max(largest_write_bytes_, bytes.size());
  answer_.body += to_text(bytes);
  co_return Status{};
}

}  // namespace hansom::test
