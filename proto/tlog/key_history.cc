// Chooses a journal's key by the size of the tree.
#include "proto/tlog/key_history.h"

#include "proto/base/check.h"

namespace hansom::tlog {

void KeyHistory::rotate(VerifierKey next, std::uint64_t size) {
  HANSOM_CHECK(size >= eras_.back().first_size);
  eras_.back().last_size = size;
  eras_.push_back({std::move(next), size});
}

Result<Checkpoint> verify_checkpoint(std::string_view note, const KeyHistory& history) {
  HANSOM_TRY_ASSIGN(const SignedNote parsed, SignedNote::parse(note));
  HANSOM_TRY_ASSIGN(const Checkpoint claimed, Checkpoint::parse(parsed.text));
  Result<Checkpoint> verified =
      fail(ErrorKind::kCorrupt, "signature_invalid",
           "no key of the journal signs trees of " + std::to_string(claimed.size) + " leaves");
  for (const KeyEra& era : history.eras()) {
    if (claimed.size < era.first_size || claimed.size > era.last_size) continue;
    verified = verify_checkpoint(note, era.key);
    if (verified) return verified;
  }
  return verified;
}

}  // namespace hansom::tlog
