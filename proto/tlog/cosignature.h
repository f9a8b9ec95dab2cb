// Cosignatures of witnesses (c2sp.org/tlog-cosignature, type 0x04: Ed25519 with a time): what a
// witness signs, how it is verified, how a note collects several.
#pragma once

#include "proto/base/clock.h"
#include "proto/tlog/checkpoint.h"
#include "proto/tlog/ed25519.h"

namespace hansom::tlog {

// A witness's signing key with its name. Thread-safe after construction.
class Cosigner {
 public:
  // Error: kInvalid `bad_journal_key`.
  [[nodiscard]] static Result<Cosigner> from_pem(std::string name, const Secret& pem);
  [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }
  // Over a checkpoint's text. The time is cut to seconds. Requires: a time not before 1970.
  [[nodiscard]] NoteSignature cosign(std::string_view text, UtcTime time) const;

 private:
  Cosigner(Ed25519Key key, VerifierKey verifier)
      : key_(std::move(key)), verifier_(std::move(verifier)) {}
  Ed25519Key key_;
  VerifierKey verifier_;
};

// Takes the bytes behind the key id: time (u64, seconds), 64 bytes of signature. Returns the time.
// Error: kCorrupt `signature_invalid`. Requires: key.type is 0x04.
[[nodiscard]] Result<UtcTime> verify_cosignature(std::string_view text, ByteSpan signature,
                                                 const VerifierKey& key);

// When `witness` cosigned the note. Errors: kInvalid `bad_note`, kCorrupt `signature_invalid` (no
// cosignature of that key, or one that does not verify). Requires: witness.type is 0x04.
[[nodiscard]] Result<UtcTime> find_cosignature(const SignedNote& note, const VerifierKey& witness);

// A witness's answer, signature lines, put to the note: the note with the cosignature of `witness`
// added, unless it had one. Lines of other keys are left out. Errors: kInvalid `bad_note`, kCorrupt
// `signature_invalid` when none of the lines is a cosignature of that key that verifies.
[[nodiscard]] Result<std::string> add_cosignature(std::string_view note, std::string_view lines,
                                                  const VerifierKey& witness);

}  // namespace hansom::tlog
