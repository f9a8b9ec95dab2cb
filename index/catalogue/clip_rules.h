// Rules of ClipAccepted. See rules.h.
#pragma once

#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::catalogue {

// Errors: kInvalid `bad_digest`, `bad_upload_id`; kForbidden `unit_unknown`, `unit_revoked`; kGone
// `destroyed`; kConflict `upload_already_accepted`. Fills the controller from the unit's row where
// it is empty.
[[nodiscard]] Status validate_clip_accepted(evidence::ClipAccepted& act,
                                            const store::Reader& state);
// Whether the clip is new here, not one more arrival of it.
[[nodiscard]] Result<bool> apply_clip_accepted(const evidence::ClipAccepted& act,
                                               const Recorded& at, store::Batch& batch);

}  // namespace hansom::catalogue
