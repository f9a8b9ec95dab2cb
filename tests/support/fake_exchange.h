// An exchange without a connection: for handlers and the hot loop.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "proto/http/exchange.h"
#include "proto/http/router.h"

namespace hansom::test {

// The test fills request, peer and body before the handler runs, and reads the answer afterwards.
// All on the thread that runs the context, but stop_handle().stop().
class FakeExchange final : public http::Exchange {
 public:
  // What read_body() meets behind the last piece.
  enum class BodyEnd {
    kEnds,
    kBreaks,  // connection_lost
    kStalls,  // nothing comes, until somebody stops the exchange
  };

  explicit FakeExchange(boost::asio::io_context& context);

  http::Request incoming;
  http::Peer from;
  http::Fields trailing;   // trailers
  std::deque<Bytes> body;  // each read_body() gives at most one piece
  BodyEnd body_end = BodyEnd::kEnds;
  std::function<void()> when_stalled;  // called when a read finds nothing

  std::vector<http::Response> interim;  // 1xx, in order
  std::optional<http::Response> answer;
  // The error the handler returned, rendered by nobody.
  std::optional<Error> failure;

  // Sets has_body and Content-Length to those of `bytes` and cuts it into pieces.
  void set_body(ByteSpan bytes, std::size_t piece_bytes);
  // Status of the answer, or the token of the failure.
  [[nodiscard]] std::string outcome() const;
  [[nodiscard]] std::string answer_field(std::string_view name) const;  // "" when missing

  [[nodiscard]] const http::Request& request() const override { return incoming; }
  [[nodiscard]] const http::Peer& peer() const override { return from; }
  [[nodiscard]] boost::asio::any_io_executor executor() override;
  [[nodiscard]] http::StopHandle stop_handle() override;
  [[nodiscard]] http::Awaitable<Result<std::size_t>> read_body(MutableByteSpan into) override;
  [[nodiscard]] const http::Fields& trailers() const override { return trailing; }
  [[nodiscard]] http::Awaitable<Result<std::string>> read_all(std::size_t bytes_max) override;
  [[nodiscard]] http::Awaitable<Status> respond(http::Response response) override;
  [[nodiscard]] http::Awaitable<Status> begin(http::Response head,
                                              std::uint64_t content_length) override;
  [[nodiscard]] http::Awaitable<Status> write(ByteSpan bytes) override;

 private:
  boost::asio::io_context& context_;
  boost::asio::steady_timer stall_;
  bool stopped_ = false;
};

// Finds the handler of the exchange's method and path and starts it on the context; its failure is
// left in the exchange. Requires: everything outlives the run of the context.
void start_exchange(boost::asio::io_context& context, const http::Router& router,
                    FakeExchange& exchange);

}  // namespace hansom::test
