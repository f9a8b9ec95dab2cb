// Rules of orders: clips that are to be inspected again, or more deeply. See rules.h.
#pragma once

#include "index/catalogue/rows.pb.h"
#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::inspections {

inline constexpr int kPartClipsMax = 512;  // of one record; a longer order is several

// Leaves in `act` the clips that will wait for it: those that stand, and do not wait already for an
// inspection of that level. Errors: kInvalid `bad_record` (no id, no clips or too many, an unknown
// level), `reason_required`; kConflict `nothing_to_inspect` (no clip is left).
[[nodiscard]] Status validate_inspection_ordered(evidence::InspectionOrdered& act,
                                                 const store::Reader& state);
[[nodiscard]] Status apply_inspection_ordered(const evidence::InspectionOrdered& act,
                                              const Recorded& at, store::Batch& batch);

// What a clip waits for by an order; nullopt: nothing.
[[nodiscard]] Result<std::optional<catalogue::Waiting>> get_ordered(const store::Reader& reader,
                                                                    ByteSpan clip);
// It waits no more.
void remove_ordered(store::Batch& batch, ByteSpan clip, const catalogue::Waiting& ordered);
// It goes behind the others of its kind, with one attempt more.
void put_ordered_back(store::Batch& batch, ByteSpan clip, catalogue::Waiting ordered,
                      const evidence::FailedAttempt& attempt);

}  // namespace hansom::inspections
