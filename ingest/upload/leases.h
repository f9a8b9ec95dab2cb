// Leases: one exchange at a time works on an upload, and the newest wins.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "proto/base/ids.h"
#include "proto/http/exchange.h"

namespace hansom::ingest {

// How long a newer request waits for the older one to let go (it stops reading at once, but may be
// writing, syncing or accepting).
inline constexpr std::chrono::milliseconds kLeaseWait{1000};

// Nothing of it is on disk: a lease cannot outlive its process. Any thread.
class Leases {
 public:
  // Holds the upload until destroyed. Movable; an empty one holds nothing.
  class Lease {
   public:
    Lease() = default;
    ~Lease() { release(); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease(Lease&& other) noexcept
        : leases_(std::exchange(other.leases_, nullptr)), upload_(std::move(other.upload_)) {}
    Lease& operator=(Lease&& other) noexcept;
    [[nodiscard]] bool held() const { return leases_ != nullptr; }

   private:
    friend class Leases;
    Lease(Leases& leases, UploadId upload) : leases_(&leases), upload_(std::move(upload)) {}
    void release();
    Leases* leases_ = nullptr;
    UploadId upload_;
  };

  Leases() = default;
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;

  // Takes the upload for the calling exchange, whose `stop` is called when a newer one comes. Where
  // it is held, stops the holder and waits for it. Errors: kConflict `upload_locked` after `wait`;
  // kCancelled `superseded` when a newer request came while this one waited.
  [[nodiscard]] http::Awaitable<Result<Lease>> take(UploadId upload, http::StopHandle stop,
                                                    std::chrono::milliseconds wait = kLeaseWait);
  // Takes it only if nobody has it; empty otherwise. Never stops anybody.
  [[nodiscard]] Lease try_take(const UploadId& upload);
  // Takes it once nobody has it, or is empty when that has not come about within `wait`. Never
  // stops anybody, and never comes before one that take() has queued.
  [[nodiscard]] http::Awaitable<Lease> take_when_free(UploadId upload,
                                                      std::chrono::milliseconds wait);
  // Asks every holder to stop: the server is going down.
  void stop_all();
  [[nodiscard]] std::uint64_t taken_over() const { return taken_over_.load(); }

 private:
  struct Waiter;
  struct Entry {
    http::StopHandle holder;
    std::shared_ptr<Waiter> waiter;                // shared: the waiting coroutine and this
    std::vector<std::shared_ptr<Waiter>> patient;  // look again when it is free; shared likewise
  };
  // Takes it and returns null, or makes the caller the one that waits and returns its place.
  [[nodiscard]] std::shared_ptr<Waiter> take_or_queue(const UploadId& upload,
                                                      const http::StopHandle& stop,
                                                      const boost::asio::any_io_executor& executor);
  void release(const UploadId& upload);

  std::mutex mutex_;
  std::map<UploadId, Entry> entries_;  // by mutex_
  std::atomic<std::uint64_t> taken_over_ = 0;
};

}  // namespace hansom::ingest
