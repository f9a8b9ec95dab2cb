// Reads age's header text (c2sp.org/age, "File format"): strict, canonical, bounded.
#include <algorithm>

#include "proto/age/header.h"

namespace hansom::age {
namespace {

constexpr std::string_view kVersionLine = "age-encryption.org/v1";
constexpr std::size_t kBodyLineChars = 64;
constexpr std::size_t kMacChars = 43;  // 32 bytes in base64 without padding

tl::unexpected<Error> malformed(std::string why) {
  return fail(ErrorKind::kInvalid, "age_header", "not an age v1 header: " + std::move(why));
}

// Hands out lines, within the bound on the header.
class Lines {
 public:
  explicit Lines(std::string_view start)
      : text_(start.substr(0, kHeaderBytesMax)), cut_(start.size() > kHeaderBytesMax) {}

  // The next line without its line feed.
  Result<std::string_view> next() {
    const auto end = text_.find('\n', at_);
    if (end == std::string_view::npos) {
      if (cut_) return malformed("longer than 64 KiB");
      return fail(ErrorKind::kInvalid, "age_truncated", "the object ends within its age header");
    }
    const auto line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  std::string_view text_;
  bool cut_;
  std::size_t at_ = 0;
};

Result<std::vector<std::string_view>> parse_arguments(std::string_view line) {
  std::vector<std::string_view> arguments;
  std::size_t at = 0;
  while (true) {
    const auto end = std::min(line.find(' ', at), line.size());
    const auto argument = line.substr(at, end - at);
    if (argument.empty()) return malformed("a stanza has an empty argument");
    const auto visible = [](char c) { return c >= 33 && c <= 126; };
    if (!std::ranges::all_of(argument, visible)) {
      return malformed("a stanza's argument holds a character that is not printable ASCII");
    }
    arguments.push_back(argument);
    if (end == line.size()) return arguments;
    at = end + 1;
  }
}

// Full lines of 64 characters and one shorter line, which may be empty.
Result<Bytes> parse_body(Lines& lines) {
  std::string text;
  while (true) {
    HANSOM_TRY_ASSIGN(const auto line, lines.next());
    if (line.size() > kBodyLineChars) return malformed("a line of a stanza's body is too long");
    text += line;
    if (line.size() < kBodyLineChars) break;
  }
  auto body = from_base64(text, Padding::kNone);
  if (!body) return malformed("a stanza's body is not canonical base64");
  return body;
}

}  // namespace

Result<Header> parse_header(std::string_view start) {
  // An object that is something else altogether is told so, however short it is.
  const auto seen = start.substr(0, kVersionLine.size());
  if (seen != kVersionLine.substr(0, seen.size())) return malformed("another format or version");
  Lines lines(start);
  HANSOM_TRY_ASSIGN(const auto version, lines.next());
  if (version != kVersionLine) return malformed("another format or version");

  Header header;
  while (true) {
    const auto line_start = lines.at();
    HANSOM_TRY_ASSIGN(const auto line, lines.next());
    if (line.starts_with("-> ")) {
      Stanza stanza;
      HANSOM_TRY_ASSIGN(stanza.arguments, parse_arguments(line.substr(3)));
      HANSOM_TRY_ASSIGN(stanza.body, parse_body(lines));
      header.stanzas.push_back(std::move(stanza));
      continue;
    }
    if (!line.starts_with("--- ") || line.size() != 4 + kMacChars) {
      return malformed("a line is neither a stanza nor the MAC");
    }
    const auto mac = from_base64(line.substr(4), Padding::kNone);
    if (!mac || mac->size() != header.mac.size()) return malformed("the MAC is not canonical");
    if (header.stanzas.empty()) return malformed("it has no stanza");
    std::ranges::copy(*mac, header.mac.begin());
    header.authenticated = start.substr(0, line_start + 3);
    header.bytes = lines.at();
    return header;
  }
}

}  // namespace hansom::age
