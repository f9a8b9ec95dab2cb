// Everything the handlers of uploads share, in the order in which it may go.
#pragma once

#include <atomic>
#include <chrono>

#include "ingest/accept_clip.h"
#include "ingest/upload/leases.h"
#include "ingest/upload/receive.h"
#include "ingest/upload/refusals.h"
#include "proto/age/identity_set.h"

namespace hansom::ingest {

// Bounds of the spool's threads: a disk needs few requests at once to be busy, and each exchange
// waits for one job at a time.
inline constexpr unsigned kDiskThreads = 4;
inline constexpr std::size_t kDiskQueueMax = 4096;
static_assert(kDiskQueueMax > 2 * kBuffersMax);

struct UploadOptions {
  std::uint64_t clip_bytes_max = 0;
  std::uint64_t reserve_bytes = 0;
  std::chrono::seconds expiry{0};
};

// Owns threads, spool and leases; borrows index, vault, clock and random. Any thread.
struct UploadContext {
  UploadContext(EvidenceIndex& evidence_index, vault::Vault& clip_vault,
                const age::IdentitySet& identities, Clock& site_clock, Random& randomness,
                UploadOptions upload_options, std::filesystem::path spool_directory)
      : index(evidence_index),
        vault(clip_vault),
        clock(site_clock),
        random(randomness),
        options(upload_options),
        vault_identities(identities),
        syncs(std::move(spool_directory), fault, [this] { spool->withdraw_unsynced(); }),
        receive_tools{buffers, disk, syncs, bytes_received} {}

  // Whether anything may be taken in. Errors: kUnavailable `draining`, kStorage `storage_failed`,
  // `journal_failed`.
  [[nodiscard]] Status check_open() const {
    if (draining) return fail(ErrorKind::kUnavailable, "draining", "the server is shutting down");
    // Bytes that cannot become a clip are better kept by their unit.
    if (!index.journal().healthy()) {
      return fail(ErrorKind::kStorage, "journal_failed",
                  "an earlier commit failed; nothing is accepted until a restart");
    }
    return fault.check();
  }
  [[nodiscard]] AcceptTools accept_tools() {
    return {index, vault,     vault_identities.all(), clock,      *spool, disk, syncs,
            fault, accepting, clips_accepted,         on_accepted};
  }
  // Ends the threads, when no exchange runs any more.
  void stop() {
    disk.stop();
    syncs.stop();
  }

  EvidenceIndex& index;
  vault::Vault& vault;
  Clock& clock;
  Random& random;
  const UploadOptions options;
  const age::IdentitySet& vault_identities;

  std::atomic<bool> draining = false;
  std::atomic<std::uint64_t> bytes_received = 0, clips_accepted = 0;
  std::function<void()> on_accepted;  // set before the first exchange
  Refusals refusals;
  Fault fault;
  std::unique_ptr<Spool> spool;  // opened before anybody else gets this
  Leases leases;
  ClipsInAcceptance accepting;
  BufferPool buffers{kBuffersMax, kBufferBytes};
  SyncGroup syncs;
  DiskPool disk{kDiskThreads, kDiskQueueMax};
  const ReceiveTools receive_tools;
};

}  // namespace hansom::ingest
