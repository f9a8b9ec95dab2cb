// The JSON form of an event batch (POST /v1/events of a unit) and our dictionary of event types.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"
#include "proto/evidence/event.pb.h"

namespace hansom::evidence {

inline constexpr std::size_t kEventsPerBatchMax = 10'000;
inline constexpr std::size_t kEventBatchBytesMax = std::size_t{8} * 1024 * 1024;

[[nodiscard]] std::span<const std::string_view> event_types();  // sorted
[[nodiscard]] bool is_known_event_type(std::string_view type);

// Reads {"events": [...]}. Unknown types are kept with known_type false; a type is 1-64 of
// [a-z0-9_/.-] in any case. Errors: kTooLarge `too_many_events`, kInvalid `events_unparsable`
// naming the event and member; a sequence number that stands twice in one batch with different
// content is `events_unparsable`.
[[nodiscard]] Result<std::vector<Event>> parse_events(std::string_view json);
[[nodiscard]] std::string events_json(std::span<const Event> events);

}  // namespace hansom::evidence
