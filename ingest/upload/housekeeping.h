// Looks after uploads nobody is asking about.
#pragma once

#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "ingest/upload/upload_context.h"

namespace hansom::ingest {

inline constexpr std::chrono::minutes kHousekeepingEvery{10};

// At the start and then every kHousekeepingEvery: accepts uploads that are full (the process ended
// between last byte and commit, or the journal was busy) and removes expired ones. Leaves alone
// what an exchange has leased. One thread of its own.
class Housekeeping {
 public:
  // Requires: the context outlives this.
  explicit Housekeeping(UploadContext& context);
  ~Housekeeping();  // stop()
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  // Ends after the upload that is being looked after, and joins. Idempotent.
  void stop();

 private:
  [[nodiscard]] http::Awaitable<void> run();
  [[nodiscard]] http::Awaitable<void> look_after(Spool::Upload upload);

  UploadContext& context_;
  std::atomic<bool> stopping_ = false;
  boost::asio::io_context io_;
  boost::asio::steady_timer timer_;
  std::jthread thread_;
};

}  // namespace hansom::ingest
