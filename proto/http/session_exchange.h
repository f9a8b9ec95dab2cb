// One request and its answer on a connection: the session's side of Exchange.
#pragma once

#include <cstdint>
#include <memory>

#include "proto/http/body_reader.h"
#include "proto/http/connection.h"

namespace hansom::http {

// Lives on the session's frame while the handler runs. `connection` and `head` outlive it.
class SessionExchange final : public Exchange {
 public:
  SessionExchange(Connection& connection, RequestHead& head);
  ~SessionExchange() override;
  SessionExchange(const SessionExchange&) = delete;
  SessionExchange& operator=(const SessionExchange&) = delete;

  [[nodiscard]] const Request& request() const override { return head_.request; }
  [[nodiscard]] const Peer& peer() const override { return connection_.peer; }
  [[nodiscard]] boost::asio::any_io_executor executor() override {
    return connection_.stream.get_executor();
  }
  [[nodiscard]] StopHandle stop_handle() override;
  [[nodiscard]] Awaitable<Result<std::size_t>> read_body(MutableByteSpan into) override;
  [[nodiscard]] const Fields& trailers() const override { return body_.trailers(); }
  [[nodiscard]] Awaitable<Result<std::string>> read_all(std::size_t bytes_max) override;
  [[nodiscard]] Awaitable<Status> respond(Response response) override;
  [[nodiscard]] Awaitable<Status> begin(Response head, std::uint64_t content_length) override;
  [[nodiscard]] Awaitable<Status> write(ByteSpan bytes) override;

  // For the session, after the handler.
  [[nodiscard]] bool answered() const { return answered_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  // The answer is whole and the peer was not told that the connection ends.
  [[nodiscard]] bool can_go_on() const { return answered_ && !closes_ && answer_left_ == 0; }
  [[nodiscard]] bool answer_cut() const { return answered_ && answer_left_ > 0; }
  [[nodiscard]] BodyReader& body() { return body_; }

  // A body of which no more than this is unread does not end the connection.
  static constexpr std::uint64_t kDrainBytesMax = std::size_t{64} * 1024;

 private:
  // What a StopHandle reaches from other threads, also after the exchange has gone (hence shared).
  struct StopState;

  [[nodiscard]] Awaitable<Status> send_bytes(ByteSpan bytes);
  [[nodiscard]] bool must_close() const;
  [[nodiscard]] Error ended(Error error) const;

  Connection& connection_;
  RequestHead& head_;
  BodyReader body_;
  std::shared_ptr<StopState> stop_state_;
  bool continue_owed_;
  bool answered_ = false;
  bool stopped_ = false;
  bool closes_ = false;
  std::uint64_t answer_left_ = 0;  // promised by begin(), not yet written
};

}  // namespace hansom::http
