// The request's codec and THE WITNESS'S DECISION, check by check in the order of the specification.
#include "proto/tlog/witness.h"

#include "proto/tlog/note_text.h"
#include "proto/tlog/proof_text.h"

namespace hansom::tlog {
namespace {

constexpr std::string_view kToken = "bad_add_checkpoint";
constexpr std::string_view kOld = "old ";

tl::unexpected<Error> bad_request(const char* why) {
  return fail(ErrorKind::kInvalid, kToken, why);
}

WitnessDecision refuse(unsigned status, std::string why) {
  return {status, {}, {}, std::move(why)};
}

// The checkpoint, when one of the keys signed it.
Result<Checkpoint> verify_by_any(const std::string& note, const std::vector<VerifierKey>& keys) {
  Result<Checkpoint> verified =
      fail(ErrorKind::kCorrupt, "signature_invalid", "no key is trusted for this log");
  for (const VerifierKey& key : keys) {
    verified = verify_checkpoint(note, key);
    if (verified) return verified;
  }
  return verified;
}

// From `known` to the checkpoint's tree. Requires: known.size is the request's old size and not
// above the checkpoint's.
Status check_growth(const AddCheckpoint& request, const WitnessedTree& known,
                    const Checkpoint& checkpoint) {
  if (known.size > 0) {
    return verify_consistency(known.size, checkpoint.size, request.proof, known.root,
                              checkpoint.root);
  }
  // Every tree grows from the empty one: there is nothing to prove.
  if (!request.proof.empty()) {
    return fail(ErrorKind::kCorrupt, "proof_invalid", "an empty tree needs no proof");
  }
  return {};
}

}  // namespace

std::string AddCheckpoint::text() const {
  std::string out = std::string(kOld) + std::to_string(old_size) + "\n";
  return out + proof_text(proof, checkpoint);
}

Result<AddCheckpoint> AddCheckpoint::parse(std::string_view body) {
  AddCheckpoint request;
  const auto line = take_line(body);
  if (!line || !line->starts_with(kOld)) return bad_request("the first line is not \"old SIZE\"");
  const auto old_size = parse_decimal(line->substr(kOld.size()));
  if (!old_size) return bad_request("the old size is not a decimal number");
  request.old_size = *old_size;
  HANSOM_TRY_ASSIGN(ProvenCheckpoint proven, parse_proof_text(body, kConsistencyHashesMax, kToken));
  request.proof = std::move(proven.hashes);
  request.checkpoint = std::move(proven.checkpoint);
  return request;
}

Result<std::string> origin_of(const AddCheckpoint& request) {
  const auto note = SignedNote::parse(request.checkpoint);
  if (!note) return bad_request("the checkpoint is not a signed note");
  auto checkpoint = Checkpoint::parse(note->text);
  if (!checkpoint) return bad_request("the note is not a checkpoint");
  return std::move(checkpoint->origin);
}

WitnessDecision decide(const AddCheckpoint& request, const std::vector<VerifierKey>& keys,
                       const WitnessedTree& known) {
  // 1. It is the log that speaks.
  const auto checkpoint = verify_by_any(request.checkpoint, keys);
  if (!checkpoint) return refuse(403, checkpoint.error().message);
  // 2. What it says makes sense.
  if (request.old_size > checkpoint->size) {
    return refuse(400, "the old size is larger than the checkpoint's");
  }
  if (checkpoint->size == 0 && checkpoint->root != empty_root()) {
    return refuse(422, "an empty tree has another root");
  }
  // 3. It goes on where this witness stands.
  if (request.old_size != known.size) {
    return {409, known, {}, "the newest cosigned tree has another size"};
  }
  // 4. Two trees of one size are never cosigned.
  if (known.size == checkpoint->size && known.root != checkpoint->root) {
    return {409, known, {}, "a tree of that size with another root was cosigned before"};
  }
  // 5. The new tree holds the old one.
  if (const Status grown = check_growth(request, known, *checkpoint); !grown) {
    return refuse(422, grown.error().message);
  }
  return {200, {checkpoint->size, checkpoint->root}, checkpoint->text(), {}};
}

std::string tree_size_text(std::uint64_t size) {
  return std::to_string(size) + "\n";
}

std::optional<std::uint64_t> parse_tree_size(std::string_view body) {
  const auto line = take_line(body);
  if (!line || !body.empty()) return std::nullopt;
  return parse_decimal(*line);
}

}  // namespace hansom::tlog
