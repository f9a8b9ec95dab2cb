// Making, verifying and collecting cosignatures.
#include "proto/tlog/cosignature.h"

#include <limits>

#include "proto/base/check.h"
#include "proto/tlog/note_text.h"

namespace hansom::tlog {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kSignatureBytes = 64;

tl::unexpected<Error> invalid(std::string why) {
  return fail(ErrorKind::kCorrupt, "signature_invalid", std::move(why));
}

std::string signed_message(std::string_view text, std::uint64_t seconds) {
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

}  // namespace

Result<Cosigner> Cosigner::from_pem(std::string name, const Secret& pem) {
  if (!is_key_name(name)) {
    return fail(ErrorKind::kInvalid, "bad_journal_key",
                "a witness's name is a word without spaces and '+'");
  }
  HANSOM_TRY_ASSIGN(Ed25519Key key, Ed25519Key::from_pem(pem));
  VerifierKey verifier;
  verifier.type = kCosignatureV1;
  verifier.key = key.public_key();
  verifier.id = key_id(name, verifier.type, verifier.key);
  verifier.name = std::move(name);
  return Cosigner(std::move(key), std::move(verifier));
}

NoteSignature Cosigner::cosign(std::string_view text, UtcTime time) const {
  HANSOM_CHECK(text.ends_with('\n') && is_note_text(text));
  const auto since = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  HANSOM_CHECK(since >= 0);
  const auto seconds = static_cast<std::uint64_t>(since);
  NoteSignature signature{verifier_.name, verifier_.id, {}};
  append_u64be(signature.signature, seconds);
  const Bytes bytes = key_.sign(signed_message(text, seconds));
  signature.signature.insert(signature.signature.end(), bytes.begin(), bytes.end());
  return signature;
}

Result<UtcTime> verify_cosignature(std::string_view text, ByteSpan signature,
                                   const VerifierKey& key) {
  HANSOM_CHECK(key.type == kCosignatureV1);
  if (signature.size() != kTimeBytes + kSignatureBytes) {
    return invalid("a cosignature has 72 bytes behind its key id");
  }
  // UtcTime counts microseconds: some 290,000 years.
  constexpr std::uint64_t kSecondsMax = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  const std::uint64_t seconds = read_u64be(signature);
  if (seconds > kSecondsMax) return invalid("a cosignature's time is out of range");
  if (!verify_ed25519(key.key, signed_message(text, seconds), signature.subspan(kTimeBytes))) {
    return invalid("the cosignature of " + key.name + " does not verify");
  }
  return UtcTime(std::chrono::seconds(seconds));
}

Result<UtcTime> find_cosignature(const SignedNote& note, const VerifierKey& witness) {
  Result<UtcTime> found = invalid("no cosignature of " + witness.name);
  for (const NoteSignature& signature : note.signatures) {
    if (signature.name != witness.name || signature.id != witness.id) continue;
    found = verify_cosignature(note.text, signature.signature, witness);
    if (!found) return found;
  }
  return found;
}

Result<std::string> add_cosignature(std::string_view note, std::string_view lines,
                                    const VerifierKey& witness) {
  HANSOM_TRY_ASSIGN(const SignedNote before, SignedNote::parse(note));
  if (find_cosignature(before, witness)) return std::string(note);
  HANSOM_TRY_ASSIGN(const SignedNote together,
                    SignedNote::parse(std::string(note) + std::string(lines)));
  HANSOM_TRY(find_cosignature(together, witness));
  for (const NoteSignature& signature : together.signatures) {
    if (signature.name == witness.name && signature.id == witness.id) {
      return std::string(note) + signature.line();
    }
  }
  return invalid("no cosignature of " + witness.name);
}

}  // namespace hansom::tlog
