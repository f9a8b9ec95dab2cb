// A real server on its own threads, for the length of a test.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "proto/http/server.h"

namespace hansom::test {

class RunningServer {
 public:
  // Listens on 127.0.0.1, on any free port unless options.port says one; aborts when it cannot.
  // `router` and the handlers outlive this.
  RunningServer(const http::Router& router, http::ServerOptions options, std::size_t threads = 1);
  // Stops at once and joins the threads.
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] http::ServerCounters counters() const;
  // Asks the server to stop; does not wait.
  void begin_stop(std::chrono::milliseconds grace);
  // True when every session had ended within `limit` of this call. Requires: begin_stop() was
  // called.
  [[nodiscard]] bool wait_stopped(std::chrono::milliseconds limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hansom::test
