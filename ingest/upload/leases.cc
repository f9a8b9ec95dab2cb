// Who may work on which upload.
#include "ingest/upload/leases.h"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hansom::ingest {

// One coroutine that waits for a lease. `state` is guarded by the leases' mutex; the timer is
// touched on the coroutine's executor only.
struct Leases::Waiter {
  enum class State { kWaiting, kGranted, kSuperseded };
  Waiter(boost::asio::any_io_executor ex, http::StopHandle handle)
      : executor(std::move(ex)), timer(executor), stop(std::move(handle)) {}

  boost::asio::any_io_executor executor;
  boost::asio::steady_timer timer;
  http::StopHandle stop;
  State state = State::kWaiting;
};

namespace {

// Ends the wait of `waiter`, whose state has been set. Posted, so that it comes after the wait has
// begun. Any thread.
template <typename Waiter>
void wake(const std::shared_ptr<Waiter>& waiter) {
  boost::asio::post(waiter->executor, [waiter] { waiter->timer.cancel(); });
}

}  // namespace

Leases::Lease& Leases::Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    release();
    leases_ = std::exchange(other.leases_, nullptr);
    upload_ = std::move(other.upload_);
  }
  return *this;
}

void Leases::Lease::release() {
  if (leases_ != nullptr) std::exchange(leases_, nullptr)->release(upload_);
}

Leases::Lease Leases::try_take(const UploadId& upload) {
  const std::scoped_lock lock(mutex_);
  return entries_.try_emplace(upload).second ? Lease(*this, upload) : Lease();
}

std::shared_ptr<Leases::Waiter> Leases::take_or_queue(
    const UploadId& upload, const http::StopHandle& stop,
    const boost::asio::any_io_executor& executor) {
  const std::scoped_lock lock(mutex_);
  const auto [entry, is_free] = entries_.try_emplace(upload);
  if (is_free) {
    entry->second.holder = stop;
    return nullptr;
  }
  if (auto& older = entry->second.waiter) {
    older->state = Waiter::State::kSuperseded;
    wake(older);
  }
  auto waiter = std::make_shared<Waiter>(executor, stop);
  entry->second.waiter = waiter;
  entry->second.holder.stop();
  taken_over_.fetch_add(1, std::memory_order_relaxed);
  return waiter;
}

http::Awaitable<Result<Leases::Lease>> Leases::take(UploadId upload, http::StopHandle stop,
                                                    std::chrono::milliseconds wait) {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const std::shared_ptr<Waiter> waiter = take_or_queue(upload, stop, executor);
  if (waiter == nullptr) co_return Lease(*this, std::move(upload));

  waiter->timer.expires_after(wait);
  boost::system::error_code ignored;  // the state says how the wait ended
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
  co_await waiter->timer.async_wait(token);

  const std::scoped_lock lock(mutex_);
  switch (waiter->state) {
    case Waiter::State::kGranted:
      co_return Lease(*this, std::move(upload));
    case Waiter::State::kSuperseded:
      co_return fail(ErrorKind::kCancelled, "superseded", "a newer request took the upload over");
    case Waiter::State::kWaiting:
      break;
  }
  entries_.at(upload).waiter = nullptr;
  co_return fail(ErrorKind::kConflict, "upload_locked",
                 "an older request did not let go of the upload in time; try again");
}

http::Awaitable<Leases::Lease> Leases::take_when_free(UploadId upload,
                                                      std::chrono::milliseconds wait) {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto end = std::chrono::steady_clock::now() + wait;
  const auto waiter = std::make_shared<Waiter>(executor, http::StopHandle());
  while (true) {
    {
      const std::scoped_lock lock(mutex_);
      const auto [entry, is_free] = entries_.try_emplace(upload);
      if (is_free) co_return Lease(*this, std::move(upload));
      auto& patient = entry->second.patient;
      std::erase(patient, waiter);
      if (std::chrono::steady_clock::now() >= end) co_return Lease();
      patient.push_back(waiter);
    }
    waiter->timer.expires_at(end);
    boost::system::error_code ignored;  // a look says how it stands
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
    co_await waiter->timer.async_wait(token);
  }
}

void Leases::release(const UploadId& upload) {
  const std::scoped_lock lock(mutex_);
  const auto entry = entries_.find(upload);
  if (const auto waiter = std::exchange(entry->second.waiter, nullptr)) {
    entry->second.holder = waiter->stop;
    waiter->state = Waiter::State::kGranted;
    wake(waiter);
  } else {
    for (const auto& patient : entry->second.patient) wake(patient);
    entries_.erase(entry);
  }
}

void Leases::stop_all() {
  std::vector<http::StopHandle> holders;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [upload, entry] : entries_) holders.push_back(entry.holder);
  }
  for (const auto& holder : holders) holder.stop();
}

}  // namespace hansom::ingest
