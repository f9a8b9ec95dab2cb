// Rules of EventsReported. See rules.h.
#pragma once

#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::catalogue {

// Drops events that are known already or stand twice in the batch; fills the vehicle from the
// register where the unit named none. A sequence number that comes again with other content
// refuses the whole batch: the first telling stays. Errors: kForbidden `unit_unknown`,
// `unit_revoked`; kConflict `event_conflict`.
[[nodiscard]] Status validate_events_reported(evidence::EventsReported& act,
                                              const store::Reader& state);
[[nodiscard]] Status apply_events_reported(const evidence::EventsReported& act, const Recorded& at,
                                           store::Batch& batch);

}  // namespace hansom::catalogue
