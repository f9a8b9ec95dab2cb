// Everything the handlers of uploads share, in the order in which it may go.
#pragma once

#include <atomic>
#include <chrono>

#include "ingest/upload/admission.h"
#include "ingest/upload/disk_pool.h"
#include "ingest/upload/disk_room.h"
#include "ingest/upload/leases.h"
#include "ingest/upload/receive.h"
#include "ingest/upload/refusals.h"
#include "ingest/upload/spool.h"
#include "ingest/upload/upload_host.h"

namespace hansom::ingest {

// Bounds of the spool's threads: a disk needs few requests at once to be busy, and each exchange
// waits for one job at a time.
inline constexpr unsigned kDiskThreads = 4;
inline constexpr std::size_t kDiskQueueMax = 4096;

struct UploadOptions {
  std::uint64_t clip_bytes_max = 0;
  Reserve reserve;
  std::chrono::seconds expiry{0};
  AdmissionLimits limits;

  // As many as may be in flight. One at least.
  [[nodiscard]] std::size_t buffers_max() const {
    return std::max<std::uint64_t>(1, limits.bytes_in_flight_max / kBufferBytes);
  }
};

// Owns threads, spool and leases; borrows host, clock and random. Any thread.
struct UploadContext {
  UploadContext(UploadHost& upload_host, Clock& site_clock, Random& randomness,
                UploadOptions upload_options, std::filesystem::path spool_directory)
      : host(upload_host),
        clock(site_clock),
        random(randomness),
        options(upload_options),
        admission(options.limits),
        room(spool_directory, options.reserve),
        buffers(options.buffers_max(), kBufferBytes),
        syncs(std::move(spool_directory), fault, [this] { spool->withdraw_unsynced(); }),
        receive_tools{buffers, disk, syncs, hashes, bytes_received} {}

  // Whether anything may be taken in. Errors: kUnavailable `draining`, kStorage `storage_failed`,
  // those of the host.
  [[nodiscard]] Status check_open() const {
    if (draining) return fail(ErrorKind::kUnavailable, "draining", "the server is shutting down");
    HANSOM_TRY(host.check_open());
    return fault.check();
  }
  // Ends the threads, when no exchange runs any more.
  void stop() {
    disk.stop();
    syncs.stop();
  }

  UploadHost& host;
  Clock& clock;
  Random& random;
  const UploadOptions options;

  std::atomic<bool> draining = false;
  std::atomic<std::uint64_t> bytes_received = 0;
  // What requests that broke off had brought: without resuming it would have to be sent again.
  std::atomic<std::uint64_t> bytes_saved = 0;
  Refusals refusals;
  Fault fault;
  Admission admission;
  DiskRoom room;
  std::unique_ptr<Spool> spool;  // opened before anybody else gets this
  Leases leases;
  BufferPool buffers;
  SyncGroup syncs;
  DiskPool disk{kDiskThreads, kDiskQueueMax};
  HashPairsOfThreads hashes;
  const ReceiveTools receive_tools;
};

}  // namespace hansom::ingest
