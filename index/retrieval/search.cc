// From the parameters of a search to the catalogue's questions.
#include "index/retrieval/search.h"

#include <charconv>

#include "index/timeline/asked.h"

namespace hansom::retrieval {
namespace {

tl::unexpected<Error> bad(std::string_view name, std::string_view what) {
  return fail(ErrorKind::kInvalid, "bad_parameter", std::string(name) + " " + std::string(what));
}

// A parameter that is absent stays absent; one that is there must say something.
Result<std::optional<std::string>> text_parameter(const http::Request& request,
                                                  std::string_view name,
                                                  std::size_t bytes_max = kParameterBytesMax) {
  const auto value = request.query_value(name);
  if (!value) return std::nullopt;
  if (value->empty()) return bad(name, "is empty: leave it out or give it a value");
  if (value->size() > bytes_max) return bad(name, "is too long");
  return std::string(*value);
}

// Closed in the timeline, half open in the catalogue; a moment has its microsecond.
Result<std::vector<catalogue::Interval>> intervals_of(const timeline::Asked& asked, bool moment) {
  std::vector<catalogue::Interval> spans;
  for (const timeline::Bounds& span : asked.spans) {
    catalogue::Interval& interval = spans.emplace_back();
    if (span.lo > -timeline::kFarUs) interval.start_us = span.lo;
    if (span.hi < timeline::kFarUs) interval.end_us = span.hi + (moment ? 1 : 0);
    if (interval.start_us >= interval.end_us) {
      return fail(ErrorKind::kInvalid, "bad_query", "from must be before to: " + asked.says);
    }
  }
  return spans;
}

Result<AskedTime> time_parameters(const http::Request& request, std::string_view site_zone) {
  HANSOM_TRY_ASSIGN(timeline::Zone zone, zone_parameter(request, site_zone));
  AskedTime time{std::move(zone), {}, ""};
  HANSOM_TRY_ASSIGN(const auto at, text_parameter(request, "at"));
  HANSOM_TRY_ASSIGN(const auto from, text_parameter(request, "from"));
  HANSOM_TRY_ASSIGN(const auto to, text_parameter(request, "to"));
  if (at && (from || to)) return bad("at", "is one moment: leave out from and to");
  if (!at && !from && !to) return time;
  HANSOM_TRY_ASSIGN(timeline::Asked asked, at ? timeline::asked_moment(time.zone, *at)
                                              : timeline::asked_spans(time.zone, from, to));
  HANSOM_TRY_ASSIGN(time.spans, intervals_of(asked, at.has_value()));
  time.says = std::move(asked.says);
  return time;
}

Result<std::optional<UnitId>> unit_parameter(const http::Request& request) {
  const auto value = request.query_value("unit");
  if (!value) return std::nullopt;
  HANSOM_TRY_ASSIGN(UnitId unit, UnitId::parse(*value));
  return unit;
}

Result<store::Order> order_parameter(const http::Request& request) {
  const auto value = request.query_value("order").value_or("newest");
  if (value == "newest") return store::Order::kDescending;
  if (value == "oldest") return store::Order::kAscending;
  return bad("order", "is newest or oldest");
}

// What searches of clips and of events have in common.
template <typename Query>
Status read_common(const http::Request& request, Query& query) {
  HANSOM_TRY_ASSIGN(query.registration, text_parameter(request, "registration"));
  HANSOM_TRY_ASSIGN(query.unit, unit_parameter(request));
  HANSOM_TRY_ASSIGN(query.order, order_parameter(request));
  HANSOM_TRY_ASSIGN(const std::optional<std::uint64_t> limit, number_parameter(request, "limit"));
  if (limit && (*limit == 0 || *limit > catalogue::kPageMax)) {
    return bad("limit", "is a number from 1 to " + std::to_string(catalogue::kPageMax));
  }
  if (limit) query.limit = static_cast<std::size_t>(*limit);
  HANSOM_TRY_ASSIGN(const std::optional<std::string> cursor,
                    text_parameter(request, "cursor", kCursorBytesMax));
  query.cursor = cursor.value_or("");
  return {};
}

}  // namespace

Result<timeline::Zone> zone_parameter(const http::Request& request, std::string_view site_zone) {
  HANSOM_TRY_ASSIGN(const auto name, text_parameter(request, "zone"));
  auto zone = timeline::Zone::find(name ? std::string_view(*name) : site_zone);
  if (!zone) return fail(std::move(zone).error().in("zone"));
  return zone;
}

Result<std::vector<catalogue::Interval>> spans_between(const timeline::Zone& zone,
                                                       const std::optional<std::string>& from,
                                                       const std::optional<std::string>& to) {
  HANSOM_TRY_ASSIGN(const timeline::Asked asked, timeline::asked_spans(zone, from, to));
  return intervals_of(asked, false);
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  return value;
}

Result<std::optional<std::uint64_t>> number_parameter(const http::Request& request,
                                                      std::string_view name) {
  const auto value = request.query_value(name);
  if (!value) return std::nullopt;
  const auto number = parse_number(*value);
  if (!number) return bad(name, "is not a number");
  return number;
}

Result<ClipQuestion> clip_query(const http::Request& request, std::string_view site_zone) {
  catalogue::ClipQuery query;
  HANSOM_TRY(read_common(request, query));
  HANSOM_TRY_ASSIGN(query.vehicle_licence, text_parameter(request, "vehicle_licence"));
  HANSOM_TRY_ASSIGN(query.driver_licence, text_parameter(request, "driver_licence"));
  HANSOM_TRY_ASSIGN(query.event_type, text_parameter(request, "event_type"));
  HANSOM_TRY_ASSIGN(query.event_sequence, number_parameter(request, "event_sequence"));
  if (query.event_sequence && !query.unit) {
    return bad("event_sequence", "needs unit: sequence numbers are a unit's own");
  }
  HANSOM_TRY_ASSIGN(AskedTime time, time_parameters(request, site_zone));
  query.spans = time.spans;
  return ClipQuestion{std::move(query), std::move(time)};
}

Result<EventQuestion> event_query(const http::Request& request, std::string_view site_zone) {
  catalogue::EventQuery query;
  HANSOM_TRY(read_common(request, query));
  HANSOM_TRY_ASSIGN(query.type, text_parameter(request, "type"));
  HANSOM_TRY_ASSIGN(AskedTime time, time_parameters(request, site_zone));
  if (!time.spans.empty()) {
    time.spans = {{time.spans.front().start_us, time.spans.back().end_us}};
    const catalogue::Interval& span = time.spans.front();
    constexpr catalogue::Interval kOpen;
    if (span.start_us != kOpen.start_us) query.from = from_unix_us(span.start_us);
    if (span.end_us != kOpen.end_us) query.to = from_unix_us(span.end_us);
  }
  return EventQuestion{std::move(query), std::move(time)};
}

}  // namespace hansom::retrieval
