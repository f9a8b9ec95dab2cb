// Reads trailer lines as fields.
#include "proto/http/trailers.h"

#include <algorithm>

namespace hansom::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool is_token_char(char c) {  // RFC 9110 section 5.6.2
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  const bool alphanumeric =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alphanumeric || kOthers.find(c) != std::string_view::npos;
}

std::string_view without_outer_space(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

Result<Fields> parse_trailers(std::string_view lines) {
  Fields fields;
  while (!lines.empty()) {
    const auto end = lines.find(kLineEnd);
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + kLineEnd.size());
    const auto colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || name.empty() ||
        !std::all_of(name.begin(), name.end(), is_token_char)) {
      return fail(ErrorKind::kInvalid, "bad_chunk", "a trailer is not a name and a value");
    }
    fields.add(std::string(name), std::string(without_outer_space(line.substr(colon + 1))));
  }
  return fields;
}

}  // namespace hansom::http
