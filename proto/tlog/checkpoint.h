// Checkpoints (c2sp.org/tlog-checkpoint) in signed notes (c2sp.org/signed-note), signed by a
// journal (Ed25519, type 0x01). What witnesses add is in cosignature.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/secret.h"
#include "proto/base/sha256.h"
#include "proto/base/signing_key.h"

namespace hansom::tlog {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  std::vector<std::string> extensions;

  [[nodiscard]] std::string text() const;  // the note's text, with its final newline
  // Error: kInvalid `bad_checkpoint`.
  [[nodiscard]] static Result<Checkpoint> parse(std::string_view text);
  bool operator==(const Checkpoint&) const = default;
};

// A verifier key: "<name>+<key id hex>+<base64(type || 32 bytes)>". The type is 0x01 for a journal,
// 0x04 for a witness; the bytes are an Ed25519 public key.
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;
  std::uint8_t type = 0x01;
  std::array<std::uint8_t, 32> key{};
  // Error: kInvalid `bad_verifier_key` (also when the id is not that of name and key).
  [[nodiscard]] static Result<VerifierKey> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  // The key of a journal's origin.
  [[nodiscard]] static VerifierKey of_journal(std::string origin,
                                              const std::array<std::uint8_t, 32>& key);
};

// A signing key: an Ed25519 private key with its name. PEM (PKCS #8) outside. Thread-safe after
// construction.
class Signer {
 public:
  // Error: kInvalid `bad_journal_key`.
  [[nodiscard]] static Result<Signer> from_pem(std::string name, const Secret& pem);
  // A key that lies elsewhere, in a token. Error: kInvalid `bad_journal_key` unless it is Ed25519.
  [[nodiscard]] static Result<Signer> from_key(std::string name,
                                               std::shared_ptr<const SigningKey> key);
  [[nodiscard]] static Secret generate_pem();
  [[nodiscard]] const VerifierKey& verifier() const;
  // One signature line for a note of this text, with its newline. Error: kUnavailable
  // `key_unavailable`, `pin_wrong` for a key in a token; a key in memory always signs.
  [[nodiscard]] Result<std::string> signature_line(std::string_view text) const;
  // The whole signed note: text, blank line, one signature line. Requires: a key in memory.
  [[nodiscard]] std::string sign_note(std::string_view text) const;
  ~Signer();
  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;

 private:
  struct State;
  explicit Signer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  Bytes signature;

  [[nodiscard]] std::string line() const;  // "\u2014 <name> <base64>", with its newline
};
struct SignedNote {
  std::string text;
  std::vector<NoteSignature> signatures;
  // Error: kInvalid `bad_note`. Bounds: 1 MiB, 100 signatures.
  [[nodiscard]] static Result<SignedNote> parse(std::string_view note);
};

// Returns the text when a signature of `key` is there and verifies, and no signature with its name
// and id fails. Signatures of other keys and of unknown types are passed over. Errors: kInvalid
// `bad_note`, kCorrupt `signature_invalid`.
[[nodiscard]] Result<std::string> verify_note(std::string_view note, const VerifierKey& key);
// The same for a checkpoint by a journal's key; also its origin must be the key's name.
[[nodiscard]] Result<Checkpoint> verify_checkpoint(std::string_view note, const VerifierKey& key);

}  // namespace hansom::tlog
