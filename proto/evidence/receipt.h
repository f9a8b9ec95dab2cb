// The receipt: the server's signed promise that a clip is durable and journalled.
// proto/evidence/receipt.md describes the JSON. It verifies offline with the journal's verifier key
// alone.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/base/ids.h"
#include "proto/tlog/checkpoint.h"
#include "proto/tlog/merkle.h"

namespace hansom::evidence {

struct Receipt {
  ClipId clip;
  std::uint64_t sealed_bytes = 0;
  std::string unit;
  std::string upload;
  UtcTime accepted;
  LeafIndex leaf_index{};
  Bytes leaf;    // the journal's leaf (version, type, time, commitment)
  Bytes salt;    // 32 bytes
  Bytes record;  // the serialized journal record; SHA-256(salt || record) is the leaf's commitment
  std::uint64_t tree_size = 0;
  tlog::Proof inclusion;
  std::string checkpoint;  // signed note over tree_size
};

[[nodiscard]] std::string receipt_json(const Receipt& receipt);
// Error: kInvalid `bad_receipt`.
[[nodiscard]] Result<Receipt> parse_receipt(std::string_view json);
// Checks commitment, leaf, record (a ClipAccepted of this clip, unit, size, upload), inclusion and
// signature. Error: kCorrupt `receipt_invalid` saying which check failed.
[[nodiscard]] Status verify_receipt(const Receipt& receipt, const tlog::VerifierKey& key);

}  // namespace hansom::evidence
