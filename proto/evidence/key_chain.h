// The chain of a journal's keys: each rotation with its proof, so that whoever trusts one key can
// trust the keys after it. proto/evidence/key_chain.md describes the JSON and the rule.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/evidence/receipt.h"
#include "proto/tlog/key_history.h"

namespace hansom::evidence {

// One rotation: its record, a JournalKeyRotated, and the head over it, which both keys have signed.
using KeyLink = LeafProof;
using KeyChain = std::vector<KeyLink>;  // in the order of the journal

[[nodiscard]] std::string key_chain_json(const KeyChain& chain);
// Error: kInvalid `bad_key_chain`. Bounds: 1,000 links.
[[nodiscard]] Result<KeyChain> parse_key_chain(std::string_view json);

// The keys that follow from `from`, which comes first. Links before it are passed over. Error:
// kCorrupt `key_chain_invalid` saying which link does not hold; also when the chain has links and
// `from` is in none of them.
[[nodiscard]] Result<tlog::KeyHistory> follow_key_chain(const tlog::VerifierKey& from,
                                                        const KeyChain& chain);

// verify_receipt() by whichever key signs trees of the receipt's size.
[[nodiscard]] Status verify_receipt(const Receipt& receipt, const tlog::KeyHistory& history);

}  // namespace hansom::evidence
