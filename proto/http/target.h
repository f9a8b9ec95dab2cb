// The target of a request: path and query, decoded. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/base/result.h"

namespace hansom::http {

struct Target {
  std::string path;                                        // decoded; "/..." or "*"
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
};

// Reads the origin form, the absolute form (scheme and authority are dropped) and "*" (RFC 9112
// section 3.2). Error: kInvalid `bad_target` for other characters than visible ASCII, wrong
// percent-encoding, control characters or an encoded slash in the path, and "." or ".." as
// segments: one resource has one spelling.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

}  // namespace hansom::http
