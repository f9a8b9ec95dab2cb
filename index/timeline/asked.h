// A question in people's times against intervals of true time: which spans are meant, and whether a
// clip was then certainly or only possibly. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/timeline/fuse.h"

namespace hansom::timeline {

// What "from ... until ..." means. Spans are closed, in order, without a common instant.
struct Asked {
  std::vector<Bounds> spans;  // unix microseconds; one, or two in the hour that comes twice
  std::string says;           // for whoever asked: both ends with their offsets
};

// Reads the ends as Zone::read() does; one that is absent is open. Where both come twice over one
// change, two spans are meant; where one does, the longer span. An end that does not exist is the
// instant of the change. Errors: kInvalid `bad_time` for an end that is none, kInvalid `bad_query`
// where `until` is before `from`.
[[nodiscard]] Result<Asked> asked_spans(const Zone& zone, std::optional<std::string_view> from,
                                        std::optional<std::string_view> until);
// One moment: a span of no length for each instant it means; of one that does not exist the instant
// of the change. Error: kInvalid `bad_time`.
[[nodiscard]] Result<Asked> asked_moment(const Zone& zone, std::string_view moment);

enum class Presence { kNo, kPossible, kCertain };
// Whether the clip overlaps `asked`: certainly when it does so for every true time its interval
// allows, possibly when for one.
[[nodiscard]] Presence presence(const FusedClip& clip, const Bounds& asked);
// The best of several spans.
[[nodiscard]] Presence presence(const FusedClip& clip, const Asked& asked);

}  // namespace hansom::timeline
