// The trailer section of a chunked body (RFC 9112 section 7.1.2). Pure.
#pragma once

#include "proto/http/exchange.h"

namespace hansom::http {

// `lines` end with CR LF each and have no control characters but tabs; they may be none. Error:
// kInvalid `bad_chunk` for a line that is not a name, a colon and a value.
[[nodiscard]] Result<Fields> parse_trailers(std::string_view lines);

}  // namespace hansom::http
