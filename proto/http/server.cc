// Accepts connections, owns the sessions, and stops them.
#include "proto/http/server.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <unordered_map>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proto/base/check.h"
#include "proto/base/log.h"
#include "proto/http/session.h"

namespace hansom::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// So many connections over connections_max, a sixteenth of it and some, are told why: each costs a
// handshake.
constexpr std::size_t kToldMore = 16;

std::size_t told_max(const ServerLimits& limits) {
  return limits.connections_max + limits.connections_max / 16 + kToldMore;
}

// Pause of the acceptor when the process has no descriptors left.
constexpr std::chrono::milliseconds kAcceptPause{100};

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// One context's share of the server: its acceptor and its sessions, touched on its thread only.
struct Listener {
  explicit Listener(asio::io_context& io) : context(io), acceptor(io), pause(io), grace(io) {}

  asio::io_context& context;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  asio::steady_timer grace;
  std::unordered_map<Session*, std::unique_ptr<Session>> sessions;
  bool accepting = false;
  bool stopping = false;
  bool finished = false;
};

// Everything the tasks use. Shared between the server and its tasks: contexts that are destroyed
// without stop() still hold tasks.
struct Core {
  Core(const Router& server_router, ServerOptions server_options)
      : router(server_router), options(std::move(server_options)) {}

  const Router& router;
  ServerOptions options;
  SessionCounters counters;
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> connections_total{0};
  std::atomic<std::uint64_t> connections_refused{0};
  std::vector<std::unique_ptr<Listener>> listeners;

  std::mutex stop_mutex;
  std::size_t unfinished = 0;  // listeners with tasks, under stop_mutex from here on
  std::vector<std::function<void()>> stop_waiters;
};

void finish_if_empty(const std::shared_ptr<Core>& core, Listener& listener) {
  if (!listener.stopping || listener.finished || listener.accepting || !listener.sessions.empty()) {
    return;
  }
  listener.finished = true;
  listener.grace.cancel();
  std::vector<std::function<void()>> waiters;
  {
    const std::lock_guard lock(core->stop_mutex);
    if (--core->unfinished == 0) waiters.swap(core->stop_waiters);
  }
  for (const auto& done : waiters) done();
}

void log_exception(std::string_view event, const std::exception_ptr& exception) {
  if (!exception) return;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& caught) {
    log(LogLevel::kError, event, {{"reason", caught.what()}});
  }
}

enum class Admitted { kServed, kTold, kNot };

void start_session(const std::shared_ptr<Core>& core, Listener& listener, tcp::socket socket,
                   Admitted admitted) {
  auto owned =
      std::make_unique<Session>(std::move(socket), core->options, core->router, core->counters);
  if (admitted == Admitted::kTold) owned->refuse_all();
  Session* session = owned.get();
  listener.sessions.emplace(session, std::move(owned));
  core->connections_total.fetch_add(1, std::memory_order_relaxed);
  asio::co_spawn(listener.context, session->run(),
                 [core, &listener, session](const std::exception_ptr& exception) {
                   log_exception("session_failed", exception);
                   listener.sessions.erase(session);
                   core->connections_open.fetch_sub(1);
                   finish_if_empty(core, listener);
                 });
}

// The limit's policy: the first ones over it get an answer, which says when to come back; the
// others are accepted and closed at once, before the handshake that the limit is there to save.
// They come back by their backoff, and a backlog left full would hide the reason.
Admitted admit(Core& core) {
  const std::size_t open = core.connections_open.fetch_add(1);
  if (open < core.options.limits.connections_max) return Admitted::kServed;
  const bool told = open < told_max(core.options.limits);
  if (!told) core.connections_open.fetch_sub(1);
  if (core.connections_refused.fetch_add(1) % 1000 == 0) {
    log(LogLevel::kWarning, "connections_max_reached",
        {{"listener", core.options.name},
         {"connections_max", std::uint64_t{core.options.limits.connections_max}}});
  }
  return told ? Admitted::kTold : Admitted::kNot;
}

Awaitable<void> accept_loop(std::shared_ptr<Core> core, Listener& listener) {
  while (!listener.stopping) {
    tcp::socket socket(listener.context);
    ErrorCode error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await listener.acceptor.async_accept(socket, token);
    if (listener.stopping) co_return;
    if (!error) {
      const Admitted admitted = admit(*core);
      if (admitted != Admitted::kNot) start_session(core, listener, std::move(socket), admitted);
      continue;
    }
    if (error == asio::error::connection_aborted) continue;  // gone before we looked
    log(LogLevel::kError, "accept_failed",
        {{"listener", core->options.name}, {"reason", error.message()}});
    listener.pause.expires_after(kAcceptPause);
    co_await listener.pause.async_wait(token);
  }
}

// Runs on the listener's thread.
void stop_listener(const std::shared_ptr<Core>& core, Listener& listener,
                   std::chrono::milliseconds grace) {
  listener.stopping = true;
  ErrorCode unread;  // closed already by an earlier stop
  listener.acceptor.close(unread);
  listener.pause.cancel();
  for (const auto& [session, owned] : listener.sessions) session->drain();
  if (listener.finished) return;
  listener.grace.expires_after(grace);
  listener.grace.async_wait([core, &listener](const ErrorCode& error) {
    if (error) return;
    for (const auto& [session, owned] : listener.sessions) session->force();
  });
  finish_if_empty(core, listener);
}

class AsioServer final : public Server {
 public:
  AsioServer(std::shared_ptr<Core> core, std::uint16_t port)
      : core_(std::move(core)), port_(port) {}

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  [[nodiscard]] ServerCounters counters() const override {
    ServerCounters counters;
    counters.connections_open = core_->connections_open.load();
    counters.connections_total = core_->connections_total.load();
    counters.connections_refused = core_->connections_refused.load();
    counters.handshakes_failed = core_->counters.handshakes_failed.load();
    counters.sessions_resumed = core_->counters.sessions_resumed.load();
    counters.requests_total = core_->counters.requests_total.load();
    counters.bytes_received = core_->counters.traffic.bytes_received.load();
    counters.bytes_sent = core_->counters.traffic.bytes_sent.load();
    return counters;
  }

  void stop(std::chrono::milliseconds grace, std::function<void()> done) override {
    {
      const std::lock_guard lock(core_->stop_mutex);
      if (core_->unfinished > 0) {
        core_->stop_waiters.push_back(std::move(done));
        done = nullptr;
      }
    }
    if (done) return done();  // an earlier stop has ended
    for (const auto& listener : core_->listeners) {
      asio::post(listener->context, [core = core_, &listener = *listener, grace] {
        stop_listener(core, listener, grace);
      });
    }
  }

 private:
  std::shared_ptr<Core> core_;
  std::uint16_t port_;
};

enum class Sharing { kExclusive, kAmongContexts };

Status bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, Sharing sharing) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && sharing == Sharing::kAmongContexts) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) return {};
  const std::string where = endpoint.address().to_string() + " port " +
                            std::to_string(endpoint.port()) + ": " + error.message();
  if (error == asio::error::address_in_use || error == asio::error::access_denied) {
    return fail(ErrorKind::kUnavailable, "port_in_use", where);
  }
  return fail(ErrorKind::kInvalid, "bad_address", where);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(std::vector<asio::io_context*> contexts,
                                               const Router& router, ServerOptions options) {
  HANSOM_CHECK(!contexts.empty());
  ErrorCode error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  if (error) {
    return fail(ErrorKind::kInvalid, "bad_address",
                "'" + options.address + "' port " + std::to_string(options.port) +
                    ": not an IP address to listen on");
  }
  // OpenSSL writes to descriptors without MSG_NOSIGNAL: a vanished peer must be an error, not a
  // signal.
  std::signal(SIGPIPE, SIG_IGN);

  tcp::endpoint endpoint(address, options.port);
  const Sharing sharing = contexts.size() > 1 ? Sharing::kAmongContexts : Sharing::kExclusive;
  if (sharing == Sharing::kAmongContexts) {
    // SO_REUSEPORT would let a second server of the same user share the port unnoticed.
    tcp::acceptor probe(*contexts.front());
    HANSOM_TRY(bind(probe, endpoint, Sharing::kExclusive));
  }
  auto core = std::make_shared<Core>(router, std::move(options));
  for (asio::io_context* context : contexts) {
    auto listener = std::make_unique<Listener>(*context);
    HANSOM_TRY(bind(listener->acceptor, endpoint, sharing));
    listener->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return fail(ErrorKind::kUnavailable, "port_in_use", error.message());
    endpoint = listener->acceptor.local_endpoint();  // port 0 has become a real one
    listener->accepting = true;
    core->listeners.push_back(std::move(listener));
  }
  core->unfinished = core->listeners.size();
  for (const auto& owned : core->listeners) {
    Listener& listener = *owned;
    asio::co_spawn(listener.context, accept_loop(core, listener),
                   [core, &listener](const std::exception_ptr& exception) {
                     log_exception("acceptor_failed", exception);
                     listener.accepting = false;
                     finish_if_empty(core, listener);
                   });
  }
  return std::make_unique<AsioServer>(std::move(core), endpoint.port());
}

}  // namespace hansom::http
