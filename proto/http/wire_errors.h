// The one table of wire errors: token -> status and title. Everything a client can be told stands
// here.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "proto/base/random.h"
#include "proto/base/result.h"
#include "proto/http/exchange.h"

namespace hansom::http {

struct WireError {
  std::string_view token;
  unsigned status;
  std::string_view title;      // short, for people, the same every time
  unsigned retry_after_s = 5;  // of a 503: the least wait before the next try
};

[[nodiscard]] std::span<const WireError> wire_errors();  // sorted by token
// The row of a token; the kind's default row where the token is unknown.
[[nodiscard]] WireError wire_error(const Error& error);
// What a protocol of its own says in a problem document.
struct ProblemForm {
  std::string_view type;                                            // empty: ours
  std::vector<std::pair<std::string_view, std::uint64_t>> members;  // beside ours
  unsigned status = 0;                                              // 0: the token's
};
// RFC 9457: application/problem+json with type "urn:hansom:error:<token>", title, status, detail,
// token. kInternal, kStorage and kCorrupt keep their message out of `detail` (it goes to the log).
// A 503 says Retry-After: the row's wait and up to as much again by chance, so that those who were
// refused together do not come back together.
[[nodiscard]] Response problem(const Error& error, const ProblemForm& form = {},
                               Random& random = system_random());

}  // namespace hansom::http
