// Proofs to keep and carry (c2sp.org/tlog-proof, "*.tlog-proof"): a leaf's place, its inclusion
// proof and the signed, witnessed checkpoint it leads to, in one text. Verifies offline. Pure.
#pragma once

#include <optional>
#include <string>

#include "proto/tlog/key_history.h"
#include "proto/tlog/merkle.h"
#include "proto/tlog/policy.h"

namespace hansom::tlog {

struct LogProof {
  std::optional<Bytes> extra;  // not empty; a Hansom journal puts the leaf's bytes here
  std::uint64_t index = 0;
  Proof hashes;
  std::string checkpoint;  // signed note

  [[nodiscard]] std::string text() const;
  // Error: kInvalid `bad_proof`. Bounds: 1 MiB, 64 hashes. The checkpoint is not verified, only
  // taken apart.
  [[nodiscard]] static Result<LogProof> parse(std::string_view text);
};

struct ProvenLeaf {
  Checkpoint checkpoint;
  std::vector<Witnessed> witnesses;
};
// That a leaf with this hash stands at proof.index of the journal with these keys, in a tree that
// the policy's witnesses saw. Errors: kCorrupt `signature_invalid`, `policy_unmet`,
// `proof_invalid`; kInvalid `bad_note`, `bad_checkpoint`.
[[nodiscard]] Result<ProvenLeaf> verify_log_proof(const LogProof& proof, const Digest& leaf,
                                                  const KeyHistory& journal,
                                                  const WitnessPolicy& policy);

}  // namespace hansom::tlog
