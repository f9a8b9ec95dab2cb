// Decodes request targets, strictly.
#include "proto/http/target.h"

#include <algorithm>
#include <optional>

namespace hansom::http {
namespace {

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_target", std::move(message));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Part { kPath, kQuery };

Result<std::string> decode(std::string_view text, Part part) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && part == Part::kQuery) {
      c = ' ';
    } else if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return bad("'%' without two hex digits in the request target");
      c = static_cast<char>(high * 16 + low);
      i += 2;
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        return bad("encoded control character in the request target");
      }
      if (c == '/' && part == Part::kPath) return bad("encoded slash in the path");
    }
    out += c;
  }
  return out;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(end);
  }
  return false;
}

// The part from the first slash after "scheme://authority".
std::optional<std::string_view> strip_authority(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::size_t slash = text.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : text.substr(slash);
  }
  return std::nullopt;
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f && c != '#'; };
  if (!std::all_of(text.begin(), text.end(), visible)) {
    return bad("the request target has characters that must be percent-encoded");
  }
  if (text == "*") return Target{"*", {}};
  if (!text.starts_with('/')) {
    const std::optional<std::string_view> origin = strip_authority(text);
    if (!origin) return bad("the request target must start with a slash");
    text = *origin;
  }

  const std::size_t mark = std::min(text.find('?'), text.size());
  Target target;
  HANSOM_TRY_ASSIGN(target.path, decode(text.substr(0, mark), Part::kPath));
  if (has_dot_segment(target.path)) return bad("'.' or '..' in the path");

  std::string_view query = text.substr(std::min(mark + 1, text.size()));
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    HANSOM_TRY_ASSIGN(std::string name, decode(pair.substr(0, equals), Part::kQuery));
    HANSOM_TRY_ASSIGN(std::string value,
                      decode(pair.substr(std::min(equals + 1, pair.size())), Part::kQuery));
    target.query.emplace_back(std::move(name), std::move(value));
  }
  return target;
}

}  // namespace hansom::http
