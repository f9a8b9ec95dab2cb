// The journal's signing key.
#include <algorithm>
#include <optional>

#include "proto/base/check.h"
#include "proto/tlog/checkpoint.h"
#include "proto/tlog/ed25519.h"
#include "proto/tlog/note_text.h"

namespace hansom::tlog {

struct Signer::State {
  std::optional<Ed25519Key> key;             // in memory, or
  std::shared_ptr<const SigningKey> remote;  // elsewhere
  VerifierKey verifier;

  [[nodiscard]] Result<Bytes> sign(std::string_view text) const {
    if (key) return key->sign(text);
    return remote->sign(as_bytes(text));
  }
};

namespace {

Status check_name(std::string_view name) {
  if (is_key_name(name)) return {};
  return fail(ErrorKind::kInvalid, "bad_journal_key",
              "a journal's origin is a word without spaces and '+'");
}

}  // namespace

Signer::Signer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;

Result<Signer> Signer::from_pem(std::string name, const Secret& pem) {
  HANSOM_TRY(check_name(name));
  HANSOM_TRY_ASSIGN(Ed25519Key key, Ed25519Key::from_pem(pem));
  VerifierKey verifier = VerifierKey::of_journal(std::move(name), key.public_key());
  return Signer(std::make_unique<State>(State{std::move(key), nullptr, std::move(verifier)}));
}

Result<Signer> Signer::from_key(std::string name, std::shared_ptr<const SigningKey> key) {
  HANSOM_TRY(check_name(name));
  const Bytes bytes = key->public_key();
  Ed25519PublicKey public_key{};
  if (bytes.size() != public_key.size()) {
    return fail(ErrorKind::kInvalid, "bad_journal_key", "the journal key is not an Ed25519 key");
  }
  std::copy(bytes.begin(), bytes.end(), public_key.begin());
  VerifierKey verifier = VerifierKey::of_journal(std::move(name), public_key);
  return Signer(std::make_unique<State>(State{std::nullopt, std::move(key), std::move(verifier)}));
}

Secret Signer::generate_pem() {
  return Ed25519Key::generate_pem();
}

const VerifierKey& Signer::verifier() const {
  return state_->verifier;
}

Result<std::string> Signer::signature_line(std::string_view text) const {
  HANSOM_CHECK(text.ends_with('\n') && is_note_text(text));
  HANSOM_TRY_ASSIGN(Bytes signature, state_->sign(text));
  return NoteSignature{state_->verifier.name, state_->verifier.id, std::move(signature)}.line();
}

std::string Signer::sign_note(std::string_view text) const {
  const Result<std::string> line = signature_line(text);
  HANSOM_CHECK(line.has_value());
  return std::string(text) + "\n" + *line;
}

}  // namespace hansom::tlog
