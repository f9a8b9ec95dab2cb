// The moving deadline: one timer that is set again when it fires too early.
#include "proto/http/deadline.h"

#include <utility>

#include <boost/asio/steady_timer.hpp>

namespace hansom::http {

struct Deadline::State {
  State(const boost::asio::any_io_executor& executor, std::function<void()> on_expiry)
      : timer(executor), expired(std::move(on_expiry)) {}

  boost::asio::steady_timer timer;
  std::function<void()> expired;
  Clock::time_point moment = Clock::time_point::max();  // max: none
  bool waiting = false;
};

Deadline::Deadline(const boost::asio::any_io_executor& executor, std::function<void()> expired)
    : state_(std::make_shared<State>(executor, std::move(expired))) {}

Deadline::~Deadline() = default;

void Deadline::wait(const std::shared_ptr<State>& state) {
  state->waiting = true;
  state->timer.expires_at(state->moment);
  state->timer.async_wait(
      [weak = std::weak_ptr<State>(state)](const boost::system::error_code& error) {
        const std::shared_ptr<State> held = weak.lock();
        if (!held || error) return;  // gone, or set again to an earlier moment
        held->waiting = false;
        if (held->moment == Clock::time_point::max()) return;
        if (Clock::now() < held->moment) return wait(held);
        held->moment = Clock::time_point::max();
        held->expired();
      });
}

void Deadline::set(Clock::time_point moment) {
  state_->moment = moment;
  if (!state_->waiting || moment < state_->timer.expiry()) wait(state_);
}

void Deadline::clear() {
  state_->moment = Clock::time_point::max();
}

}  // namespace hansom::http
