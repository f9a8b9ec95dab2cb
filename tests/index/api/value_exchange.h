// An exchange without a socket: a request made of values, an answer kept as values.
#pragma once

#include <functional>
#include <string>

#include "proto/http/exchange.h"

namespace hansom::test {

class ValueExchange final : public http::Exchange {
 public:
  // `before_release` runs when the first byte of an answer would leave.
  ValueExchange(boost::asio::any_io_executor executor, http::Request request, std::string body,
                std::function<void()> before_release);

  [[nodiscard]] const http::Request& request() const override { return request_; }
  [[nodiscard]] const http::Peer& peer() const override { return peer_; }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return executor_; }
  [[nodiscard]] http::StopHandle stop_handle() override { return {}; }
  [[nodiscard]] http::Awaitable<Result<std::size_t>> read_body(MutableByteSpan into) override;
  [[nodiscard]] const http::Fields& trailers() const override { return trailers_; }
  [[nodiscard]] http::Awaitable<Result<std::string>> read_all(std::size_t bytes_max) override;
  [[nodiscard]] http::Awaitable<Status> respond(http::Response response) override;
  [[nodiscard]] http::Awaitable<Status> begin(http::Response head,
                                              std::uint64_t content_length) override;
  [[nodiscard]] http::Awaitable<Status> write(ByteSpan bytes) override;

  http::Request& mutable_request() { return request_; }
  [[nodiscard]] bool answered() const { return answered_; }
  [[nodiscard]] const http::Response& answer() const { return answer_; }
  [[nodiscard]] std::uint64_t promised_bytes() const { return promised_bytes_; }
  [[nodiscard]] std::size_t largest_write_bytes() const { return largest_write_bytes_; }

 private:
  boost::asio::any_io_executor executor_;
  http::Request request_;
  http::Peer peer_{.address = "127.0.0.1:1", .certificate = {}, .tls_resumed = false};
  http::Fields trailers_;
  std::string body_;
  std::function<void()> before_release_;
  bool answered_ = false;
  http::Response answer_;
  std::uint64_t promised_bytes_ = 0;
  std::size_t largest_write_bytes_ = 0;
};

}  // namespace hansom::test
