// Turns a callback into an awaitable: for journal commits, disk work and other things that finish
// on another thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proto/base/result.h"
#include "proto/http/exchange.h"

namespace hansom::http {

template <typename T>
using Callback = std::function<void(Result<T>)>;

// Holds a suspended coroutine until its callback comes. Owned by the copies of the callback (hence
// shared): when the last copy goes uncalled, the coroutine resumes with kInternal `internal`
// instead of hanging for ever.
template <typename T, typename Handler>
class CallbackWaiter {
 public:
  CallbackWaiter(boost::asio::any_io_executor executor, Handler handler)
      : executor_(boost::asio::prefer(std::move(executor),
                                      boost::asio::execution::outstanding_work.tracked)),
        handler_(std::move(handler)) {}
  ~CallbackWaiter() {
    if (called_) return;
    complete(fail(ErrorKind::kInternal, "internal", "a callback was dropped without being called"));
  }
  CallbackWaiter(const CallbackWaiter&) = delete;
  CallbackWaiter& operator=(const CallbackWaiter&) = delete;

  // Requires: called once. Any thread.
  void complete(Result<T> result) {
    called_ = true;
    // Posting also covers a callback that comes before the coroutine is suspended.
    boost::asio::post(executor_,
                      [handler = std::move(handler_), value = std::move(result)]() mutable {
                        std::move(handler)(std::move(value));
                      });
  }

 private:
  boost::asio::any_io_executor executor_;
  Handler handler_;
  bool called_ = false;
};

// Calls start(callback) on the coroutine's thread, and resumes the coroutine on its own executor
// with what the callback was given. The callback may come from any thread, at once or later, and
// exactly once.
//
//   std::function<void(Callback<LeafIndex>)> start = [&](auto done) { journal.submit(command,
//   done); }; Result<LeafIndex> leaf = co_await await_callback<LeafIndex>(start);
//
// Name `start` in a local as above: GCC 12 miscompiles lambdas made inside a co_await expression.
template <typename T>
[[nodiscard]] Awaitable<Result<T>> await_callback(std::function<void(Callback<T>)> start) {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto initiate = [&executor, &start]<typename Handler>(Handler&& handler) {
    using Waiter = CallbackWaiter<T, std::decay_t<Handler>>;
    auto waiter = std::make_shared<Waiter>(executor, std::forward<Handler>(handler));
    const Callback<T> callback = [waiter = std::move(waiter)](Result<T> result) {
      waiter->complete(std::move(result));
    };
    start(callback);
  };
  const boost::asio::use_awaitable_t<>& token = boost::asio::use_awaitable;
  Result<T> result =
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(
          initiate, token);
  co_return result;
}

}  // namespace hansom::http
