// The receipt: the server's signed promise that a clip is durable and journalled.
// proto/evidence/receipt.md describes the JSON. It verifies offline with the journal's verifier key
// alone.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/evidence/leaf_proof.h"
#include "proto/tlog/checkpoint.h"

namespace hansom::evidence {

struct Receipt : LeafProof {
  ClipId clip;
  std::uint64_t sealed_bytes = 0;
  std::string unit;
  std::string upload;
  UtcTime accepted;
};

[[nodiscard]] std::string receipt_json(const Receipt& receipt);
// Error: kInvalid `bad_receipt`.
[[nodiscard]] Result<Receipt> parse_receipt(std::string_view json);
// Checks commitment, leaf, record (a ClipAccepted of this clip, unit, size, upload), inclusion and
// signature. Error: kCorrupt `receipt_invalid` saying which check failed.
[[nodiscard]] Status verify_receipt(const Receipt& receipt, const tlog::VerifierKey& key);

}  // namespace hansom::evidence
