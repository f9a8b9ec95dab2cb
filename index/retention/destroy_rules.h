// Rules of ClipDestroyed. See rules.h.
#pragma once

#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::retention {

// Completes the record with everything apply needs, so that a replay needs nothing that was erased.
// Errors: kNotFound `plan_not_found`, `clip_not_found`; kConflict `plan_finished`,
// `plan_not_started`, `clip_not_in_plan`, `clip_held`; kGone `destroyed`.
[[nodiscard]] Status validate_clip_destroyed(evidence::ClipDestroyed& act,
                                             const store::Reader& state);
// Leaves a tombstone in place of the clip; takes its index, queue and upload rows, the records and
// salts of its leaves; lists the vault objects that are to go.
[[nodiscard]] Status apply_clip_destroyed(const evidence::ClipDestroyed& act, const Recorded& at,
                                          store::Batch& batch);

}  // namespace hansom::retention
