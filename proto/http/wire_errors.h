// The one table of wire errors: token -> status and title. Everything a client can be told stands
// here.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "proto/base/result.h"
#include "proto/http/exchange.h"

namespace hansom::http {

struct WireError {
  std::string_view token;
  unsigned status;
  std::string_view title;  // short, for people, the same every time
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
[[nodiscard]] Response problem(const Error& error, const ProblemForm& form = {});

}  // namespace hansom::http
