// The codec of ".tlog-proof" and its verification.
#include "proto/tlog/log_proof.h"

#include "proto/tlog/note_text.h"
#include "proto/tlog/proof_text.h"

namespace hansom::tlog {
namespace {

constexpr std::string_view kToken = "bad_proof";
constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kTextBytesMax = std::size_t{1024} * 1024;
constexpr std::size_t kHashesMax = 64;  // the depth of a tree of 2^64 leaves

tl::unexpected<Error> bad_proof(const char* why) {
  return fail(ErrorKind::kInvalid, kToken, why);
}

}  // namespace

std::string LogProof::text() const {
  std::string out = std::string(kFirstLine) + "\n";
  if (extra) out += std::string(kExtra) + to_base64(*extra) + "\n";
  out += std::string(kIndex) + std::to_string(index) + "\n";
  return out + proof_text(hashes, checkpoint);
}

Result<LogProof> LogProof::parse(std::string_view text) {
  if (text.size() > kTextBytesMax) return bad_proof("the proof is over 1 MiB");
  if (take_line(text) != kFirstLine)
    return bad_proof("the first line is not c2sp.org/tlog-proof@v1");
  LogProof proof;
  auto line = take_line(text);
  if (line && line->starts_with(kExtra)) {
    auto extra = from_base64(line->substr(kExtra.size()));
    if (!extra || extra->empty()) return bad_proof("the extra data are not base64");
    proof.extra = *std::move(extra);
    line = take_line(text);
  }
  if (!line || !line->starts_with(kIndex)) return bad_proof("the index line is missing");
  const auto index = parse_decimal(line->substr(kIndex.size()));
  if (!index) return bad_proof("the index is not a decimal number");
  proof.index = *index;
  HANSOM_TRY_ASSIGN(ProvenCheckpoint proven, parse_proof_text(text, kHashesMax, kToken));
  proof.hashes = std::move(proven.hashes);
  proof.checkpoint = std::move(proven.checkpoint);
  return proof;
}

Result<ProvenLeaf> verify_log_proof(const LogProof& proof, const Digest& leaf,
                                    const KeyHistory& journal, const WitnessPolicy& policy) {
  ProvenLeaf proven;
  HANSOM_TRY_ASSIGN(proven.checkpoint, verify_checkpoint(proof.checkpoint, journal));
  HANSOM_TRY_ASSIGN(proven.witnesses, verify_witnesses(proof.checkpoint, policy));
  HANSOM_TRY(verify_inclusion(leaf, proof.index, proven.checkpoint.size, proof.hashes,
                              proven.checkpoint.root));
  return proven;
}

}  // namespace hansom::tlog
