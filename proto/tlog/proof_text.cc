// The end that proofs and requests to witnesses have in common.
#include "proto/tlog/proof_text.h"

#include "proto/tlog/checkpoint.h"
#include "proto/tlog/note_text.h"

namespace hansom::tlog {

std::string proof_text(const Proof& hashes, const std::string& checkpoint) {
  std::string out;
  for (const Digest& hash : hashes) out += to_base64(hash.bytes) + "\n";
  return out + "\n" + checkpoint;
}

Result<ProvenCheckpoint> parse_proof_text(std::string_view text, std::size_t hashes_max,
                                          std::string_view token) {
  const auto bad = [token](std::string why) {
    return fail(ErrorKind::kInvalid, token, std::move(why));
  };
  ProvenCheckpoint proven;
  auto line = take_line(text);
  for (; line && !line->empty(); line = take_line(text)) {
    if (proven.hashes.size() == hashes_max) {
      return bad("over " + std::to_string(hashes_max) + " hashes");
    }
    const auto bytes = from_base64(*line);
    if (!bytes || bytes->size() != 32) return bad("a hash is not base64 of 32 bytes");
    HANSOM_TRY_ASSIGN(const Digest hash, Digest::from_span(*bytes));
    proven.hashes.push_back(hash);
  }
  if (!line) return bad("the empty line before the checkpoint is missing");
  const auto note = SignedNote::parse(text);
  if (!note) return bad("the checkpoint is not a signed note");
  if (!Checkpoint::parse(note->text)) return bad("the note is not a checkpoint");
  proven.checkpoint = text;
  return proven;
}

}  // namespace hansom::tlog
