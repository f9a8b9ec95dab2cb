// Signed notes: verifier keys, taking a note apart, verifying its signatures.
#include <algorithm>

#include "proto/tlog/checkpoint.h"
#include "proto/tlog/cosignature.h"
#include "proto/tlog/ed25519.h"
#include "proto/tlog/note_text.h"

namespace hansom::tlog {
namespace {

constexpr std::size_t kNoteBytesMax = std::size_t{1024} * 1024;
constexpr std::size_t kSignaturesMax = 100;
constexpr std::string_view kSignaturePrefix = "\u2014 ";  // em dash, space

tl::unexpected<Error> bad_key(const char* why) {
  return fail(ErrorKind::kInvalid, "bad_verifier_key", why);
}
tl::unexpected<Error> bad_note(const char* why) {
  return fail(ErrorKind::kInvalid, "bad_note", why);
}

// Reads "— <name> <base64>" without its newline.
Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return bad_note("a signature line begins with a dash");
  line.remove_prefix(kSignaturePrefix.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return bad_note("a signature line has two words");
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!is_key_name(signature.name)) return bad_note("not a key name");
  const auto bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() < 5) return bad_note("a signature is base64 of key id and signature");
  signature.id = read_u32be(*bytes);
  signature.signature.assign(bytes->begin() + 4, bytes->end());
  return signature;
}

bool verifies(std::string_view text, ByteSpan signature, const VerifierKey& key) {
  if (key.type == kCosignatureV1) return verify_cosignature(text, signature, key).has_value();
  return verify_ed25519(key.key, text, signature);
}

}  // namespace

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return bad_key("a verifier key is <name>+<id>+<key>");
  VerifierKey key;
  key.name = text.substr(0, first);
  if (!is_key_name(key.name)) return bad_key("not a key name");
  const auto id = from_hex(text.substr(first + 1, second - first - 1));
  if (!id || id->size() != 4) return bad_key("the key id is 8 hexadecimal digits");
  const auto bytes = from_base64(text.substr(second + 1));
  if (!bytes || bytes->size() != 33) return bad_key("the key is base64 of 33 bytes");
  key.type = bytes->front();
  if (key.type != kEd25519 && key.type != kCosignatureV1) return bad_key("not an Ed25519 key");
  std::copy(bytes->begin() + 1, bytes->end(), key.key.begin());
  key.id = read_u32be(*id);
  if (key.id != key_id(key.name, key.type, key.key))
    return bad_key("the key id is not of this key");
  return key;
}

VerifierKey VerifierKey::of_journal(std::string origin, const std::array<std::uint8_t, 32>& key) {
  VerifierKey made;
  made.id = key_id(origin, kEd25519, key);
  made.name = std::move(origin);
  made.key = key;
  return made;
}

std::string VerifierKey::text() const {
  Bytes id_bytes;
  append_u32be(id_bytes, id);
  Bytes key_bytes = {type};
  key_bytes.insert(key_bytes.end(), key.begin(), key.end());
  return name + "+" + to_hex(id_bytes) + "+" + to_base64(key_bytes);
}

std::string NoteSignature::line() const {
  Bytes bytes;
  append_u32be(bytes, id);
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return std::string(kSignaturePrefix) + name + " " + to_base64(bytes) + "\n";
}

Result<SignedNote> SignedNote::parse(std::string_view note) {
  if (note.size() > kNoteBytesMax) return bad_note("the note is over 1 MiB");
  if (!is_note_text(note)) return bad_note("the note is not UTF-8 text");
  // The last empty line divides: the text itself may hold others.
  const std::size_t divider = note.rfind("\n\n");
  if (divider == std::string_view::npos) return bad_note("the note has no empty line");
  SignedNote result;
  result.text = note.substr(0, divider + 1);
  std::string_view lines = note.substr(divider + 2);
  if (lines.empty()) return bad_note("the note has no signature");
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) return bad_note("the note does not end in a newline");
    if (result.signatures.size() == kSignaturesMax) return bad_note("over 100 signatures");
    HANSOM_TRY_ASSIGN(auto signature, parse_signature(lines.substr(0, end)));
    result.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return result;
}

Result<std::string> verify_note(std::string_view note, const VerifierKey& key) {
  HANSOM_TRY_ASSIGN(SignedNote parsed, SignedNote::parse(note));
  bool found = false;
  for (const NoteSignature& signature : parsed.signatures) {
    if (signature.name != key.name || signature.id != key.id) continue;
    if (!verifies(parsed.text, signature.signature, key)) {
      return fail(ErrorKind::kCorrupt, "signature_invalid",
                  "the signature of " + key.name + " does not verify");
    }
    found = true;
  }
  if (!found) {
    return fail(ErrorKind::kCorrupt, "signature_invalid", "no signature of " + key.name);
  }
  return std::move(parsed.text);
}

}  // namespace hansom::tlog
