// Renders the head of an answer. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/http/exchange.h"

namespace hansom::http {

struct AnswerOptions {
  std::optional<std::uint64_t> content_length;  // absent for 1xx and 204
  bool close = false;                           // tell the peer that the connection ends
  UtcTime now;                                  // for Date
};

// Status line, fields of `response`, those of `common` that it does not set itself, Date,
// Content-Length (unless set, as for HEAD) and Connection. Control characters in values become
// spaces: no value can start a new line.
[[nodiscard]] std::string render_head(const Response& response, const Fields& common,
                                      const AnswerOptions& options);

}  // namespace hansom::http
