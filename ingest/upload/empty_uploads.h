// Uploads that were created and never begun: the answer that named them was lost, so the unit asked
// again and nobody will ever come back for them.
#pragma once

#include "ingest/upload/upload_context.h"

namespace hansom::ingest {

// Younger ones may still be begun.
inline constexpr std::chrono::seconds kEmptyAgeMin{60};

// Removes the oldest upload of `unit` that has no byte, that nobody works on and that is older than
// kEmptyAgeMin; whether there was one. Without this a unit on a bad link would fill its share with
// names it has never heard, until they expire. Nothing is lost: there was no byte to keep.
// Requires: both outlive the task.
[[nodiscard]] http::Awaitable<bool> discard_oldest_empty(UploadContext& context,
                                                         const UnitId& unit);

}  // namespace hansom::ingest
