// The checkpoint's text: origin, size, root, extension lines.
#include "proto/tlog/checkpoint.h"

#include <charconv>

#include "proto/tlog/note_text.h"

namespace hansom::tlog {
namespace {

tl::unexpected<Error> bad_checkpoint(const char* why) {
  return fail(ErrorKind::kInvalid, "bad_checkpoint", why);
}

// Takes one line with its newline off the front; false when there is none.
bool take_line(std::string_view& text, std::string_view& line) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
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
  std::string_view line;

  if (!take_line(text, line) || line.empty()) return bad_checkpoint("the origin is missing");
  checkpoint.origin = line;

  if (!take_line(text, line)) return bad_checkpoint("the size is missing");
  const char* end = line.data() + line.size();
  const auto [rest, error] = std::from_chars(line.data(), end, checkpoint.size);
  const bool canonical = line == "0" || (!line.empty() && line.front() != '0');
  if (error != std::errc() || rest != end || !canonical) {
    return bad_checkpoint("the size is not a decimal number");
  }

  if (!take_line(text, line)) return bad_checkpoint("the root is missing");
  const auto bytes = from_base64(line);
  if (!bytes || bytes->size() != 32) return bad_checkpoint("the root is not base64 of 32 bytes");
  HANSOM_TRY_ASSIGN(checkpoint.root, Digest::from_span(*bytes));

  while (take_line(text, line)) {
    if (line.empty()) return bad_checkpoint("an extension line is empty");
    checkpoint.extensions.emplace_back(line);
  }
  if (!text.empty()) return bad_checkpoint("the last line has no newline");
  return checkpoint;
}

Result<Checkpoint> verify_checkpoint(std::string_view note, const VerifierKey& key) {
  HANSOM_TRY_ASSIGN(const std::string text, verify_note(note, key));
  HANSOM_TRY_ASSIGN(Checkpoint checkpoint, Checkpoint::parse(text));
  if (checkpoint.origin != key.name) {
    return bad_checkpoint("the checkpoint is of another journal than the key");
  }
  return checkpoint;
}

}  // namespace hansom::tlog
