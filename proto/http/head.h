// Parses the head of a request. Pure; refuses every form that two parsers might read differently.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/http/exchange.h"

namespace hansom::http {

struct RequestHead {
  Request request;
  std::string effective_method;  // X-HTTP-Method-Override where that is allowed and sent
  bool keep_alive = false;
  bool chunked = false;
  bool expects_continue = false;
  std::uint64_t body_bytes = 0;  // of an identity body
};

// Each costs memory and a look at every later question for a field.
inline constexpr std::size_t kFieldsMax = 100;

struct HeadOptions {
  bool method_override = false;
};

// `text` runs from the request line to the blank line, both included. Errors (kInvalid unless
// said): `bad_head` for syntax: control characters, bare CR or LF, folded lines, Host missing or
// twice, X-HTTP-Method-Override twice; `bad_framing` for Content-Length with Transfer-Encoding,
// either of them twice, a length that is not 1-18 digits, any transfer coding but one "chunked",
// and that under HTTP/1.0; `bad_target`; kTooLarge `header_too_large` for more than kFieldsMax
// fields; kUnsupported `unsupported_expectation` for an Expect that is not 100-continue.
[[nodiscard]] Result<RequestHead> parse_head(std::string_view text, const HeadOptions& options);

}  // namespace hansom::http
