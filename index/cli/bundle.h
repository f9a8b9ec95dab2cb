// A bundle: one clip in a folder with all that proves it, to hand to a court or a driver. It needs
// no server. Its files: the opened clip (`clip.mp4`, or what it is), `clip.age` where the sealed
// bytes were asked for, `receipt.json`, `accepted.tlog-proof`, `journal.vkey`,
// `journal-chain.json`, `READ-ME.txt`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "proto/evidence/receipt.h"
#include "proto/tlog/key_history.h"
#include "proto/tlog/log_proof.h"

namespace hansom::cli {

inline constexpr const char* kBundleReceipt = "receipt.json";
inline constexpr const char* kBundleProof = "accepted.tlog-proof";
inline constexpr const char* kBundleKey = "journal.vkey";
inline constexpr const char* kBundleSealed = "clip.age";

// The name of the opened clip in a bundle, by the type that its unit signed.
[[nodiscard]] std::string bundle_media_name(std::string_view media_type);

struct BundleChecked {
  evidence::Receipt receipt;
  tlog::ProvenLeaf proven;
  std::string media_file;  // its name in the folder
  Digest media;
  bool sealed = false;  // the sealed bytes are there, and are the clip
};
// Checks that the record of the receipt is a leaf of the journal with these keys, that the tree of
// the proof was cosigned as the policy asks, and that the clip's bytes are those that the record
// names. Errors: kNotFound `not_found` for a file that is missing, kInvalid for one that cannot be
// read, kCorrupt `receipt_invalid`, `proof_invalid`, `policy_unmet`, `signature_invalid`,
// `digest_mismatch`.
[[nodiscard]] Result<BundleChecked> check_bundle(const std::filesystem::path& folder,
                                                 const tlog::KeyHistory& keys,
                                                 const tlog::WitnessPolicy& policy);

}  // namespace hansom::cli
