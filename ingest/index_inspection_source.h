// Where the inspector pool gets its work: clips the journal says are waiting, opened from the
// vault; reports go back as leaves. The queue is a view of the journal, so it survives a restart by
// itself.
#pragma once

#include <mutex>
#include <set>

#include "index/evidence_index.h"
#include "index/inspections/inspections.h"
#include "index/inspections/level_policy.h"
#include "index/vault/vault.h"
#include "ingest/inspect/inspection_source.h"
#include "proto/age/identity_set.h"

namespace hansom::ingest {

// Thread-safe: the pool's workers call it at once.
class IndexInspectionSource final : public InspectionSource {
 public:
  // All arguments outlive it.
  IndexInspectionSource(EvidenceIndex& index, vault::Vault& vault,
                        const age::IdentitySet& identities, std::uint64_t media_bytes_max,
                        inspections::LevelPolicy levels)
      : index_(index),
        vault_(vault),
        identities_(identities),
        media_bytes_max_(media_bytes_max),
        levels_(std::move(levels)) {}

  // What waits first and is of a clip in no worker's hands.
  Result<std::optional<InspectionTask>> next() override;
  Result<FileDescriptor> open_media(ClipId clip) override;
  // Seals thumbnails and a repaired copy into the vault, then commits ClipInspected. A clip
  // destroyed meanwhile is success: its report has nowhere to go.
  Status store(const InspectionTask& task, evidence::Report report) override;
  // Commits InspectorDied.
  Status put_back(const InspectionTask& task, const evidence::Report& report) override;

 private:
  // Thumbnails are sealed to what units are told; with the first identity where that is not known.
  [[nodiscard]] Result<const age::Identity*> newest_identity() const;
  Status seal_thumbnails(const ClipId& clip, evidence::Report& report);
  Status seal_repair(const ClipId& clip, evidence::Report& report);
  Status remove_derived(const evidence::Report& report);
  [[nodiscard]] Result<age::Opener> open(const ClipId& clip) const;
  void give_back(const ClipId& clip);

  EvidenceIndex& index_;
  vault::Vault& vault_;
  const age::IdentitySet& identities_;
  const std::uint64_t media_bytes_max_;
  const inspections::LevelPolicy levels_;
  std::mutex mutex_;
  inspections::QueueFront front_;  // by mutex_
  std::set<ClipId> in_hand_;       // by mutex_
};

}  // namespace hansom::ingest
