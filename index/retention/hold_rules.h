// Rules of HoldPlaced and HoldReleased. See rules.h.
#pragma once

#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::retention {

// Errors: kInvalid `bad_hold` (no id), `reason_required`; kNotFound `clip_not_found`; kGone
// `destroyed`; kConflict `hold_exists`.
[[nodiscard]] Status validate_hold_placed(evidence::HoldPlaced& act, const store::Reader& state);
[[nodiscard]] Status apply_hold_placed(const evidence::HoldPlaced& act, const Recorded& at,
                                       store::Batch& batch);

// Errors: kInvalid `reason_required`, kNotFound `hold_not_found`, kConflict `hold_released`.
[[nodiscard]] Status validate_hold_released(evidence::HoldReleased& act,
                                            const store::Reader& state);
[[nodiscard]] Status apply_hold_released(const evidence::HoldReleased& act, const Recorded& at,
                                         store::Batch& batch);

}  // namespace hansom::retention
