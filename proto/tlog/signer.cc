// The journal's signing key.
#include "proto/base/check.h"
#include "proto/tlog/checkpoint.h"
#include "proto/tlog/ed25519.h"
#include "proto/tlog/note_text.h"

namespace hansom::tlog {

struct Signer::State {
  Ed25519Key key;
  VerifierKey verifier;
};

Signer::Signer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;

Result<Signer> Signer::from_pem(std::string name, const Secret& pem) {
  if (!is_key_name(name)) {
    return fail(ErrorKind::kInvalid, "bad_journal_key",
                "a journal's origin is a word without spaces and '+'");
  }
  HANSOM_TRY_ASSIGN(Ed25519Key key, Ed25519Key::from_pem(pem));
  VerifierKey verifier;
  verifier.key = key.public_key();
  verifier.id = key_id(name, kEd25519, verifier.key);
  verifier.name = std::move(name);
  return Signer(std::make_unique<State>(State{std::move(key), std::move(verifier)}));
}

Secret Signer::generate_pem() {
  return Ed25519Key::generate_pem();
}

const VerifierKey& Signer::verifier() const {
  return state_->verifier;
}

std::string Signer::sign_note(std::string_view text) const {
  HANSOM_CHECK(text.ends_with('\n') && is_note_text(text));
  const NoteSignature signature{state_->verifier.name, state_->verifier.id, state_->key.sign(text)};
  return std::string(text) + "\n" + signature.line();
}

}  // namespace hansom::tlog
