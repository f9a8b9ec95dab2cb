// From the parameters of a search to the catalogue's questions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/catalogue/catalogue.h"
#include "index/timeline/zone.h"
#include "proto/http/exchange.h"

namespace hansom::retrieval {

inline constexpr std::size_t kParameterBytesMax = 256;
inline constexpr std::size_t kCursorBytesMax = 1024;

// How a question of time was read: by which zone's clocks, and what it means.
struct AskedTime {
  timeline::Zone zone;
  std::vector<catalogue::Interval> spans;  // empty: no time was asked for
  std::string says;                        // for whoever asked: each end with its offset
};
struct ClipQuestion {
  catalogue::ClipQuery query;
  AskedTime time;
};
struct EventQuestion {
  catalogue::EventQuery query;
  AskedTime time;
};
// Reads the query string of GET /v1/clips and GET /v1/events. `from`, `to` and, of clips, `at` are
// times of day by the clocks of `zone`, else of the site's, unless they have an offset. Errors:
// kInvalid `bad_parameter` naming the parameter (empty, too long, not a number, unknown order or
// zone, limit outside 1 to kPageMax, `at` beside `from` or `to`), `bad_time`, `bad_unit_id`,
// `bad_query` (nothing asked, or from >= to). Events are asked for in one span: where two are
// meant, from the beginning of the first to the end of the second.
[[nodiscard]] Result<ClipQuestion> clip_query(const http::Request& request,
                                              std::string_view site_zone);
[[nodiscard]] Result<EventQuestion> event_query(const http::Request& request,
                                                std::string_view site_zone);

// The zone that `zone` names; the site's where it is absent. Reads zone files. Error: kInvalid
// `bad_parameter`.
[[nodiscard]] Result<timeline::Zone> zone_parameter(const http::Request& request,
                                                    std::string_view site_zone);

// What `from` and `to` mean by the clocks of `zone`; one that is absent is open. Errors: kInvalid
// `bad_time`, `bad_query`.
[[nodiscard]] Result<std::vector<catalogue::Interval>> spans_between(
    const timeline::Zone& zone, const std::optional<std::string>& from,
    const std::optional<std::string>& to);

// A decimal number without sign or leading zeros; nullopt for anything else and above 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);
// The parameter as a number; nullopt where it is absent. Error: kInvalid `bad_parameter`.
[[nodiscard]] Result<std::optional<std::uint64_t>> number_parameter(const http::Request& request,
                                                                    std::string_view name);

}  // namespace hansom::retrieval
