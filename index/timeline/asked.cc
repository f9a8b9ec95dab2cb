// Questions in people's times: see asked.h.
#include "index/timeline/asked.h"

#include <algorithm>

namespace hansom::timeline {
namespace {

// An end that does not exist is the moment clocks went over it.
std::int64_t first_of(const LocalReading& reading) {
  return to_unix_us(reading.never() ? reading.change : reading.instants.front().time);
}
std::int64_t last_of(const LocalReading& reading) {
  return to_unix_us(reading.never() ? reading.change : reading.instants.back().time);
}

// The error names the end.
Result<LocalReading> read_end(const Zone& zone, std::string_view name, std::string_view text) {
  auto reading = zone.read(text);
  if (!reading) return fail(std::move(reading).error().in(name));
  return reading;
}

}  // namespace

Result<Asked> asked_spans(const Zone& zone, std::optional<std::string_view> from,
                          std::optional<std::string_view> until) {
  std::optional<LocalReading> begin;
  std::optional<LocalReading> end;
  if (from) {
    HANSOM_TRY_ASSIGN(begin, read_end(zone, "from", *from));
  }
  if (until) {
    HANSOM_TRY_ASSIGN(end, read_end(zone, "to", *until));
  }
  Asked asked;
  for (const auto* reading : {&begin, &end}) {
    if (*reading) asked.says += (asked.says.empty() ? "" : " ") + explain(**reading);
  }
  const bool within_the_hour = begin && end && begin->twice() && end->twice() &&
                               begin->change == end->change && begin->asked <= end->asked;
  if (within_the_hour) {
    asked.spans = {{first_of(*begin), first_of(*end)}, {last_of(*begin), last_of(*end)}};
    // Ends on either side of one hour's length make one span.
    if (asked.spans[0].meets(asked.spans[1])) asked.spans = {hull(asked.spans[0], asked.spans[1])};
  } else {
    Bounds& span = asked.spans.emplace_back();
    if (begin) span.lo = first_of(*begin);
    if (end) span.hi = last_of(*end);
  }
  if (asked.spans.front().hi < asked.spans.front().lo) {
    return fail(ErrorKind::kInvalid, "bad_query", "the end is before the beginning: " + asked.says);
  }
  return asked;
}

Result<Asked> asked_moment(const Zone& zone, std::string_view moment) {
  HANSOM_TRY_ASSIGN(const LocalReading reading, read_end(zone, "at", moment));
  Asked asked;
  asked.says = explain(reading);
  asked.spans.push_back({first_of(reading), first_of(reading)});
  if (reading.twice()) asked.spans.push_back({last_of(reading), last_of(reading)});
  return asked;
}

Presence presence(const FusedClip& clip, const Bounds& asked) {
  if (clip.start.hi <= asked.hi && clip.end.lo >= asked.lo) return Presence::kCertain;
  if (clip.start.lo <= asked.hi && clip.end.hi >= asked.lo) return Presence::kPossible;
  return Presence::kNo;
}

Presence presence(const FusedClip& clip, const Asked& asked) {
  Presence best = Presence::kNo;
  for (const Bounds& span : asked.spans) best = std::max(best, presence(clip, span));
  return best;
}

}  // namespace hansom::timeline
