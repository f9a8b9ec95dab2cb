// accept_clip: THE MAIN PATH. An upload whose bytes are all in becomes a clip.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <span>

#include "index/evidence_index.h"
#include "index/vault/vault.h"
#include "ingest/upload/disk_pool.h"
#include "ingest/upload/spool.h"
#include "proto/age/age.h"

namespace hansom::ingest {

// The clips whose arrival is between vault and journal. Two arrivals of the same bytes must not be
// there at once: one that the journal refuses takes its bytes out of the vault again. Any thread.
class ClipsInAcceptance {
 public:
  class Entry {
   public:
    Entry() = default;
    ~Entry() { leave(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    Entry(Entry&& other) noexcept
        : clips_(std::exchange(other.clips_, nullptr)), clip_(other.clip_) {}
    Entry& operator=(Entry&&) = delete;
    [[nodiscard]] bool held() const { return clips_ != nullptr; }

   private:
    friend class ClipsInAcceptance;
    Entry(ClipsInAcceptance& clips, const ClipId& clip) : clips_(&clips), clip_(clip) {}
    void leave();
    ClipsInAcceptance* clips_ = nullptr;
    ClipId clip_;
  };
  // Empty when another arrival of this clip is in.
  [[nodiscard]] Entry try_enter(const ClipId& clip);

 private:
  std::mutex mutex_;
  std::set<ClipId> inside_;  // by mutex_
};

// What the path works with; shared by all exchanges.
struct AcceptTools {
  EvidenceIndex& index;
  vault::Vault& vault;
  std::span<const age::Identity> identities;  // the vault's
  Clock& clock;
  Spool& spool;
  DiskPool& disk;
  SyncGroup& syncs;
  Fault& fault;
  ClipsInAcceptance& clips;
  std::atomic<std::uint64_t>& clips_accepted;
};

// Removes an object from the vault unless some arrival made it a clip. Blocks. Requires: no
// acceptance of it is under way. Errors: kStorage.
[[nodiscard]] Status take_out_of_vault(const ClipId& clip, const EvidenceIndex& index,
                                       vault::Vault& vault);

// Returns the leaf of the ClipAccepted this upload ended in. Can be asked again at any time, also
// after a crash at any point: what was done is found done.
// Requires: upload.full(); the caller holds its lease; all references outlive the task.
//
// Errors that end the upload (it is discarded; nothing of it is in the vault): kRefused
// `digest_mismatch`, `not_sealed`, `not_for_vault`, `clip_truncated`; what the journal refuses for
// good (kGone `destroyed`, kForbidden `unit_revoked`); kNotFound `upload_not_found` when its bytes
// are lost. Errors that leave it to be asked again: kStorage, kUnavailable (`acceptance_pending`:
// another arrival of the same bytes is in; `journal_busy`, `overloaded`, `draining`).
[[nodiscard]] http::Awaitable<Result<LeafIndex>> accept_clip(SpoolUpload& upload,
                                                             AcceptTools& tools);

}  // namespace hansom::ingest
