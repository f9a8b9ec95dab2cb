// Uploads of units: certificates say who asks, a manifest comes with each creation, and a full
// upload becomes a clip.
#pragma once

#include "ingest/accept_clip.h"
#include "ingest/upload/upload_context.h"
#include "proto/age/identity_set.h"

namespace hansom::ingest {

// Borrows index, vault, identities and clock. Any thread.
class UnitUploads final : public UploadHost {
 public:
  UnitUploads(EvidenceIndex& index, vault::Vault& vault, const age::IdentitySet& identities,
              Clock& clock)
      : index_(index), vault_(vault), identities_(identities), clock_(clock) {}

  // Errors: those of identify_unit.
  [[nodiscard]] Result<KnownUnit> identify(const http::Peer& peer) const override;
  // Error: kStorage `journal_failed`.
  [[nodiscard]] Status check_open() const override;
  [[nodiscard]] Status check_still_known(const KnownUnit& unit) const override;
  // Errors: those of ingest::check_creation.
  [[nodiscard]] Result<UploadFacts> check_creation(const upload::CreateRequest& request,
                                                   const http::Peer& peer,
                                                   const KnownUnit& unit) const override;
  // accept_clip.
  [[nodiscard]] http::Awaitable<Result<upload::Facts>> finish(SpoolUpload& upload,
                                                              UploadContext& context) override;
  [[nodiscard]] Result<std::optional<upload::Facts>> find_complete(
      const UploadId& id, const KnownUnit& unit) const override;
  [[nodiscard]] Result<std::optional<UploadId>> find_concatenated(
      const UploadFacts& wanted) const override;

  // The receipt of an upload of that unit that is complete; nullopt: none is known. Errors: those
  // of EvidenceIndex::receipt.
  [[nodiscard]] Result<std::optional<evidence::Receipt>> find_receipt(const UploadId& id,
                                                                      const KnownUnit& unit) const;
  [[nodiscard]] std::uint64_t clips_accepted() const { return clips_accepted_; }

 private:
  EvidenceIndex& index_;
  vault::Vault& vault_;
  const age::IdentitySet& identities_;
  Clock& clock_;
  std::atomic<std::uint64_t> clips_accepted_ = 0;
  ClipsInAcceptance accepting_;
};

}  // namespace hansom::ingest
