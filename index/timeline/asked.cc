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

}  // namespace

Result<Asked> asked_spans(const Zone& zone, std::string_view from, std::string_view until) {
  HANSOM_TRY_ASSIGN(const LocalReading begin, zone.read(from));
  HANSOM_TRY_ASSIGN(const LocalReading end, zone.read(until));
  Asked asked;
  asked.says = explain(begin) + " " + explain(end);
  if (begin.twice() && end.twice() && begin.change == end.change && begin.asked <= end.asked) {
    asked.spans = {{first_of(begin), first_of(end)}, {last_of(begin), last_of(end)}};
    // Ends on either side of one hour's length make one span.
    if (asked.spans[0].meets(asked.spans[1])) asked.spans = {hull(asked.spans[0], asked.spans[1])};
  } else {
    asked.spans = {{first_of(begin), last_of(end)}};
  }
  if (asked.spans.front().hi < asked.spans.front().lo) {
    return fail(ErrorKind::kInvalid, "bad_query", "the end is before the beginning: " + asked.says);
  }
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
