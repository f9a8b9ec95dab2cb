// One connection from handshake to close: reads heads, routes, runs handlers, renders their errors.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "proto/http/connection.h"
#include "proto/http/session_exchange.h"

namespace hansom::http {

struct SessionCounters {  // of one listener, all threads
  std::atomic<std::uint64_t> handshakes_failed{0};
  std::atomic<std::uint64_t> sessions_resumed{0};
  std::atomic<std::uint64_t> requests_total{0};
  TrafficCounters traffic;
};

// Owned by the server; all members on the connection's thread. Options, router and counters outlive
// it.
class Session {
 public:
  Session(boost::asio::ip::tcp::socket socket, const ServerOptions& options, const Router& router,
          SessionCounters& counters);

  // Its first request is refused (503 `connections_full`) and the connection ends. Before run().
  void refuse_all() { refuses_all_ = true; }
  // Serves the connection until it ends. Requires: called once; the session outlives the task.
  [[nodiscard]] Awaitable<void> run();

  // No further request: an idle connection ends now, a running exchange may end.
  void drain();
  // Ends every wait for the peer now. A handler that waits for something else goes on until that
  // comes.
  void force();

 private:
  enum class Next { kGoOn, kClose };

  [[nodiscard]] Awaitable<bool> open();
  [[nodiscard]] Awaitable<void> close();
  // Waits for one request and answers it.
  [[nodiscard]] Awaitable<Next> serve_one();
  // Size of the next head in the buffer, 0 when the connection is over.
  [[nodiscard]] Awaitable<Result<std::size_t>> read_head();
  [[nodiscard]] Awaitable<Next> serve(RequestHead& head);
  [[nodiscard]] Awaitable<Status> run_handler(RequestHead& head, SessionExchange& exchange);
  [[nodiscard]] Awaitable<Next> finish(SessionExchange& exchange);
  // Answers what could not even be parsed, and closes.
  [[nodiscard]] Awaitable<Next> refuse(const Error& error);

  Connection connection_;
  SessionCounters& counters_;
  bool idle_ = true;   // no exchange is running and no byte of a head has come
  bool first_ = true;  // no request has come yet
  bool refuses_all_ = false;
};

}  // namespace hansom::http
