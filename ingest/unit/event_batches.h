// Cuts a file of events into batches that the server takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/evidence/events_json.h"

namespace hansom::ingest {

struct BatchBounds {
  std::size_t events_max = evidence::kEventsPerBatchMax;
  std::size_t bytes_max = evidence::kEventBatchBytesMax;
};

// Reads {"events": [...]} of any length, checks every event as the server will, and returns the
// bodies to send, in order; members we do not know go along. Error: kInvalid `events_unparsable`.
[[nodiscard]] Result<std::vector<std::string>> event_batches(std::string_view json,
                                                             BatchBounds bounds = {});

}  // namespace hansom::ingest
