// Callbacks that come before, after and never; the coroutine always goes on, on its own thread.
#include "proto/http/awaitable_callback.h"

#include <gtest/gtest.h>

#include <exception>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace hansom::http {
namespace {

// Runs a task to its end on this thread.
void run(Awaitable<void> task) {
  boost::asio::io_context context(1);
  bool ended = false;
  boost::asio::co_spawn(context, std::move(task), [&ended](const std::exception_ptr& exception) {
    EXPECT_EQ(exception, nullptr);
    ended = true;
  });
  context.run();
  EXPECT_TRUE(ended);
}

Awaitable<void> called_at_once() {
  std::function<void(Callback<std::string>)> start = [](const Callback<std::string>& callback) {
    callback(std::string(100, 'v'));
  };
  const Result<std::string> value = co_await await_callback<std::string>(start);
  EXPECT_EQ(value.value_or("error"), std::string(100, 'v'));
}

TEST(AwaitCallback, MayBeCalledBeforeTheCoroutineIsSuspended) {
  run(called_at_once());
}

Awaitable<void> called_from_threads(std::thread::id home) {
  for (int i = 0; i < 200; ++i) {
    std::thread other;
    std::function<void(Callback<int>)> start = [&other, i](Callback<int> callback) {
      other = std::thread([callback = std::move(callback), i] { callback(i); });
    };
    const Result<int> value = co_await await_callback<int>(start);
    other.join();
    EXPECT_EQ(value.value_or(-1), i);
    EXPECT_EQ(std::this_thread::get_id(), home);
  }
}

TEST(AwaitCallback, ResumesOnItsOwnThread) {
  run(called_from_threads(std::this_thread::get_id()));
}

Awaitable<void> fails() {
  std::function<void(Callback<void>)> start = [](const Callback<void>& callback) {
    callback(fail(ErrorKind::kStorage, "journal_failed", "disk"));
  };
  const Status status = co_await await_callback<void>(start);
  EXPECT_EQ(status.error().token, "journal_failed");
}

TEST(AwaitCallback, PassesErrorsOn) {
  run(fails());
}

Awaitable<void> dropped() {
  std::function<void(Callback<void>)> start = [](const Callback<void>& /*dropped*/) {};
  const Status status = co_await await_callback<void>(start);
  EXPECT_EQ(status.error().kind, ErrorKind::kInternal);
}

TEST(AwaitCallback, DroppedCallbackIsAnErrorNotAHang) {
  run(dropped());
}

}  // namespace
}  // namespace hansom::http
