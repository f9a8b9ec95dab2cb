// Finishes what is full and removes what is expired.
#include "ingest/upload/housekeeping.h"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ingest/upload/intake.h"
#include "proto/base/log.h"

namespace hansom::ingest {

Housekeeping::Housekeeping(UploadContext& context) : context_(context), io_(1), timer_(io_) {
  const auto ended = [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);  // ends the program: nothing here may throw
  };
  boost::asio::co_spawn(io_, run(), ended);
  thread_ = std::jthread([this] { io_.run(); });
}

Housekeeping::~Housekeeping() {
  stop();
}

void Housekeeping::stop() {
  stopping_ = true;
  boost::asio::post(io_, [this] { timer_.cancel(); });
  if (thread_.joinable()) thread_.join();
}

http::Awaitable<void> Housekeeping::run() {
  while (!stopping_) {
    for (const Spool::Upload& upload : context_.spool->all()) {
      if (stopping_) co_return;
      co_await look_after(upload);
    }
    timer_.expires_after(kHousekeepingEvery);
    if (stopping_) co_return;
    boost::system::error_code ignored;  // stopping_ says why it ended
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
    co_await timer_.async_wait(token);
  }
}

http::Awaitable<void> Housekeeping::look_after(Spool::Upload upload) {
  const UtcTime now = context_.clock.now();
  const bool expired = upload->expired(now);
  // What is full but not said to be all is finished in the end, not thrown away.
  const bool full = upload->closed() || (upload->finishable() && upload->overdue(now));
  if ((!expired && !full) || context_.fault.raised()) co_return;
  const UploadId id = upload->facts().id;
  const Leases::Lease lease = context_.leases.try_take(id);
  if (!lease.held() || context_.spool->find(id) != upload) co_return;
  if (full) {
    upload->close_if_full();
    const auto finished = co_await finish_upload(*upload, context_);
    if (!finished) log_error("acceptance_deferred", finished.error(), {{"upload", id.text()}});
    co_return;
  }
  const std::function<Status()> remove = [this, &upload] {
    return context_.spool->remove(*upload);
  };
  const Status removed = co_await context_.disk.await<void>(remove);
  if (!removed) {
    log_error("expired_upload_stays", removed.error(), {{"upload", id.text()}});
    co_return;
  }
  log(LogLevel::kInfo, "upload_expired",
      {{"upload", id.text()},
       {"unit", upload->facts().unit.text()},
       {"offset", upload->written()},
       {"length", upload->length().value_or(0)}});
}

}  // namespace hansom::ingest
