// UTF-8 for signed notes (RFC 3629), key ids, lines and numbers.
#include "proto/tlog/note_text.h"

#include <charconv>

#include "proto/base/sha256.h"

namespace hansom::tlog {
namespace {

// Takes one code point off the front of `text`; nullopt when it is not valid UTF-8.
std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U;
  };
  const std::uint32_t first = byte(0);
  std::size_t length = 1;
  std::uint32_t point = first;
  std::uint32_t lowest = 0;
  if (first >= 0xF0 && first < 0xF8) {
    length = 4, point = first & 0x07U, lowest = 0x10000;
  } else if (first >= 0xE0 && first < 0xF0) {
    length = 3, point = first & 0x0FU, lowest = 0x800;
  } else if (first >= 0xC0 && first < 0xE0) {
    length = 2, point = first & 0x1FU, lowest = 0x80;
  } else if (first >= 0x80) {
    return std::nullopt;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return std::nullopt;
    point = point << 6 | (byte(i) & 0x3FU);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < lowest || point > 0x10FFFF || surrogate) return std::nullopt;
  text.remove_prefix(length);
  return static_cast<char32_t>(point);
}

// Unicode's White_Space property.
bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

}  // namespace

bool is_note_text(std::string_view text) {
  while (!text.empty()) {
    const auto point = take_code_point(text);
    if (!point || (*point < 0x20 && *point != '\n')) return false;
  }
  return true;
}

bool is_key_name(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto point = take_code_point(name);
    if (!point || *point < 0x20 || *point == '+' || is_space(*point)) return false;
  }
  return true;
}

std::uint32_t key_id(std::string_view name, std::uint8_t type, ByteSpan key) {
  const std::array<std::uint8_t, 2> between = {'\n', type};
  const Digest digest = Sha256().update(as_bytes(name)).update(between).update(key).finish();
  return read_u32be(digest.bytes);
}

std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const bool canonical = text == "0" || (!text.empty() && text.front() != '0');
  if (error != std::errc() || rest != end || !canonical) return std::nullopt;
  return number;
}

}  // namespace hansom::tlog
