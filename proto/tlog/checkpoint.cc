// The checkpoint's text: origin, size, root, extension lines.
#include "proto/tlog/checkpoint.h"

#include "proto/tlog/note_text.h"

namespace hansom::tlog {
namespace {

tl::unexpected<Error> bad_checkpoint(const char* why) {
  return fail(ErrorKind::kInvalid, "bad_checkpoint", why);
}

}  // namespace

std::string Checkpoint::text() const {
  std::string out = origin + "\n" + std::to_string(size) + "\n" + to_base64(root.bytes) + "\n";
  for (const std::string& line : extensions) out += line + "\n";
  return out;
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  if (!is_note_text(text)) return bad_checkpoint("not UTF-8 text");
  Checkpoint checkpoint;

  const auto origin = take_line(text);
  if (!origin || origin->empty()) return bad_checkpoint("the origin is missing");
  checkpoint.origin = *origin;

  const auto size_line = take_line(text);
  if (!size_line) return bad_checkpoint("the size is missing");
  const auto size = parse_decimal(*size_line);
  if (!size) return bad_checkpoint("the size is not a decimal number");
  checkpoint.size = *size;

  const auto root_line = take_line(text);
  if (!root_line) return bad_checkpoint("the root is missing");
  const auto bytes = from_base64(*root_line);
  if (!bytes || bytes->size() != 32) return bad_checkpoint("the root is not base64 of 32 bytes");
  HANSOM_TRY_ASSIGN(checkpoint.root, Digest::from_span(*bytes));

  while (const auto line = take_line(text)) {
    if (line->empty()) return bad_checkpoint("an extension line is empty");
    checkpoint.extensions.emplace_back(*line);
  }
  if (!text.empty()) return bad_checkpoint("the last line has no newline");
  return checkpoint;
}

Result<Checkpoint> verify_checkpoint(std::string_view note, const VerifierKey& key) {
  if (key.type != kEd25519) return bad_checkpoint("the key is a witness's, not a journal's");
  HANSOM_TRY_ASSIGN(const std::string text, verify_note(note, key));
  HANSOM_TRY_ASSIGN(Checkpoint checkpoint, Checkpoint::parse(text));
  if (checkpoint.origin != key.name) {
    return bad_checkpoint("the checkpoint is of another journal than the key");
  }
  return checkpoint;
}

}  // namespace hansom::tlog
