// Runs a server's contexts on threads and waits for its end.
#include "tests/support/running_server.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "proto/base/check.h"

namespace hansom::test {

namespace asio = boost::asio;

struct RunningServer::Impl {
  using Work = asio::executor_work_guard<asio::io_context::executor_type>;

  std::vector<std::unique_ptr<asio::io_context>> contexts;
  std::vector<Work> work;
  std::unique_ptr<http::Server> server;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
};

RunningServer::RunningServer(const http::Router& router, http::ServerOptions options,
                             std::size_t threads)
    : impl_(std::make_unique<Impl>()) {
  std::vector<asio::io_context*> contexts;
  for (std::size_t i = 0; i < threads; ++i) {
    impl_->contexts.push_back(std::make_unique<asio::io_context>(1));
    contexts.push_back(impl_->contexts.back().get());
    impl_->work.emplace_back(contexts.back()->get_executor());
  }
  options.address = "127.0.0.1";
  auto server = http::Server::listen(contexts, router, std::move(options));
  HANSOM_CHECK(server.has_value());
  impl_->server = *std::move(server);
  for (asio::io_context* context : contexts) {
    impl_->threads.emplace_back([context] { context->run(); });
  }
}

RunningServer::~RunningServer() {
  begin_stop(std::chrono::milliseconds(0));
  HANSOM_CHECK(wait_stopped(std::chrono::seconds(30)));
  impl_->work.clear();
  for (std::thread& thread : impl_->threads) thread.join();
}

std::uint16_t RunningServer::port() const {
  return impl_->server->port();
}

http::ServerCounters RunningServer::counters() const {
  return impl_->server->counters();
}

void RunningServer::begin_stop(std::chrono::milliseconds grace) {
  impl_->server->stop(grace, [impl = impl_.get()] {
    const std::lock_guard lock(impl->mutex);
    impl->stopped = true;
    impl->changed.notify_all();
  });
}

bool RunningServer::wait_stopped(std::chrono::milliseconds limit) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, limit, [this] { return impl_->stopped; });
}

}  // namespace hansom::test
