// Checks a bundle from the record outwards: receipt, proof, bytes.
#include "index/cli/bundle.h"

#include "index/cli/session.h"
#include "index/retrieval/media_type.h"
#include "proto/base/hash_file.h"
#include "proto/evidence/journal.pb.h"
#include "proto/evidence/key_chain.h"
#include "proto/tlog/leaf.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

Status check_bytes(const fs::path& file, const Digest& expected) {
  HANSOM_TRY_ASSIGN(const FileFacts found, hash_file(file));
  if (found.sha256 == expected) return {};
  return fail(ErrorKind::kCorrupt, "digest_mismatch",
              file.string() + " is not what the record names: SHA-256 " + found.sha256.hex() +
                  " instead of " + expected.hex());
}

// The same leaf that the receipt shows, in a tree that witnesses saw.
Result<tlog::ProvenLeaf> check_proof(const fs::path& file, const evidence::Receipt& receipt,
                                     const tlog::KeyHistory& keys,
                                     const tlog::WitnessPolicy& policy) {
  HANSOM_TRY_ASSIGN(const std::string text, read_text(file));
  HANSOM_TRY_ASSIGN(const tlog::LogProof proof, tlog::LogProof::parse(text));
  if (proof.index != to_u64(receipt.leaf_index)) {
    return fail(ErrorKind::kCorrupt, "proof_invalid", "the proof is of another leaf");
  }
  return tlog::verify_log_proof(proof, tlog::leaf_hash(receipt.leaf), keys, policy);
}

}  // namespace

std::string bundle_media_name(std::string_view media_type) {
  return "clip." + std::string(retrieval::served_type(media_type).extension);
}

Result<BundleChecked> check_bundle(const fs::path& folder, const tlog::KeyHistory& keys,
                                   const tlog::WitnessPolicy& policy) {
  BundleChecked checked;
  const fs::path receipt_file = folder / kBundleReceipt;
  HANSOM_TRY_ASSIGN(const std::string text, read_text(receipt_file));
  auto receipt = evidence::parse_receipt(text);
  if (!receipt) return fail(std::move(receipt).error().in(receipt_file.string()));
  checked.receipt = *std::move(receipt);
  if (Status holds = evidence::verify_receipt(checked.receipt, keys); !holds) {
    return fail(std::move(holds).error().in(receipt_file.string()));
  }
  auto proven = check_proof(folder / kBundleProof, checked.receipt, keys, policy);
  if (!proven) return fail(std::move(proven).error().in((folder / kBundleProof).string()));
  checked.proven = *std::move(proven);

  evidence::Record record;  // verify_receipt has read it
  record.ParseFromArray(checked.receipt.record.data(),
                        static_cast<int>(checked.receipt.record.size()));
  const evidence::Manifest& manifest = record.clip_accepted().manifest();
  checked.media_file = bundle_media_name(manifest.media_type());
  HANSOM_TRY_ASSIGN(checked.media, Digest::from_span(as_bytes(manifest.media_sha256())));
  HANSOM_TRY(check_bytes(folder / checked.media_file, checked.media));
  std::error_code failed;
  checked.sealed = fs::exists(folder / kBundleSealed, failed);
  if (checked.sealed) HANSOM_TRY(check_bytes(folder / kBundleSealed, checked.receipt.clip));
  return checked;
}

}  // namespace hansom::cli
