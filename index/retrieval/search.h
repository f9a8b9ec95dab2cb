// From the parameters of a search to the catalogue's questions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "index/catalogue/catalogue.h"
#include "proto/http/exchange.h"

namespace hansom::retrieval {

inline constexpr std::size_t kParameterBytesMax = 256;
inline constexpr std::size_t kCursorBytesMax = 1024;

// Reads the query string of GET /v1/clips and GET /v1/events. Errors: kInvalid `bad_parameter`
// naming the parameter (empty, too long, not a number, unknown order, limit outside 1 to kPageMax),
// `bad_time`, `bad_unit_id`, `bad_query` (nothing asked, or from >= to).
[[nodiscard]] Result<catalogue::ClipQuery> clip_query(const http::Request& request);
[[nodiscard]] Result<catalogue::EventQuery> event_query(const http::Request& request);

// A decimal number without sign or leading zeros; nullopt for anything else and above 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);
// The parameter as a number; nullopt where it is absent. Error: kInvalid `bad_parameter`.
[[nodiscard]] Result<std::optional<std::uint64_t>> number_parameter(const http::Request& request,
                                                                    std::string_view name);

}  // namespace hansom::retrieval
