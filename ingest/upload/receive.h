// The hot loop: from the body of a request into the spool.
#pragma once

#include <atomic>
#include <functional>

#include "ingest/upload/buffer_pool.h"
#include "ingest/upload/disk_pool.h"
#include "ingest/upload/hash_pairs.h"
#include "ingest/upload/spool_upload.h"

namespace hansom::ingest {

// A buffer is one write: large enough to hide the cost of a system call and a hand-over, small
// enough that what a crash loses of an unfinished request is little.
inline constexpr std::size_t kBufferBytes = std::size_t{512} * 1024;
// A long body is made durable, and the unit's right to send it looked at again, this often.
inline constexpr std::uint64_t kDurableEveryBytes = std::uint64_t{32} * 1024 * 1024;
static_assert(kDurableEveryBytes % kBufferBytes == 0);
// One buffer is being written while the next one fills.
static_assert(kDurableEveryBytes + 2 * kBufferBytes <= kUnsyncedBytesMax);

// What the loop works with; shared by all exchanges.
struct ReceiveTools {
  BufferPool& buffers;
  DiskPool& disk;
  SyncGroup& syncs;
  HashPairsOfThreads& hashes;
  std::atomic<std::uint64_t>& bytes_received;
};

enum class BodyEnd { kEnded, kOverran };  // at or before the bound; going on past it

// Reads up to `bytes_max` bytes of the body into `upload`, from its present offset on. What came is
// kept, whatever happens then: the written offset tells how much. Nothing is durable when it
// returns unless said so by the upload. `still_allowed` is asked at every durable flush. Errors:
// those of Exchange::read_body, of SpoolUpload, of the pools, of `still_allowed`. Requires: the
// caller holds the lease; all references outlive the task.
[[nodiscard]] http::Awaitable<Result<BodyEnd>> receive(http::Exchange& exchange,
                                                       SpoolUpload& upload, std::uint64_t bytes_max,
                                                       const std::function<Status()>& still_allowed,
                                                       const ReceiveTools& tools);

}  // namespace hansom::ingest
