// Rules of inspections: what waits, what was found, which inspectors died. See rules.h.
#pragma once

#include "index/catalogue/rows.pb.h"
#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::inspections {

// Before the catalogue's own part: it waits no more.
[[nodiscard]] Status note_clip_destroyed(const evidence::ClipDestroyed& act, store::Batch& batch);
// The leaves of all inspections and attempts of a clip.
[[nodiscard]] Result<std::vector<std::uint64_t>> inspection_leaves(const catalogue::ClipRow& clip,
                                                                   const store::Reader& state);

// Errors: kNotFound `clip_not_found`, kGone `destroyed`. Takes pictures out of the report; fills in
// the attempts that failed before.
[[nodiscard]] Status validate_clip_inspected(evidence::ClipInspected& act,
                                             const store::Reader& state);
[[nodiscard]] Status apply_clip_inspected(const evidence::ClipInspected& act, const Recorded& at,
                                          store::Batch& batch);

// Errors: kNotFound `clip_not_found`, kGone `destroyed`, kConflict `not_waiting`, kInvalid
// `bad_record` (no reason).
[[nodiscard]] Status validate_inspector_died(const evidence::InspectorDied& act,
                                             const store::Reader& state);
[[nodiscard]] Status apply_inspector_died(const evidence::InspectorDied& act, const Recorded& at,
                                          store::Batch& batch);

}  // namespace hansom::inspections
