// What acts do to the rows of clocks: those on clips and events, which bring facts, and those of
// this room, which state and correct. See rules.h.
#pragma once

#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::clocks {

// After the catalogue's own part of the same act: what it says of a clock, and who waits for it. Of
// a clip's arrivals only the first.
void note_clip_accepted(const evidence::ClipAccepted& act, const Recorded& at, store::Batch& batch);
[[nodiscard]] Status note_clip_inspected(const evidence::ClipInspected& act, const Recorded& at,
                                         store::Batch& batch);
[[nodiscard]] Status note_events_reported(const evidence::EventsReported& act, const Recorded& at,
                                          store::Batch& batch);
[[nodiscard]] Status note_clip_destroyed(const evidence::ClipDestroyed& act, const Recorded& at,
                                         store::Batch& batch);

// Errors: kNotFound `clip_not_found`, kGone `destroyed`; kInvalid `bad_record` (no method, an end
// of an interval before its beginning). Fills in the uncertainty.
[[nodiscard]] Status validate_clip_timed(evidence::ClipTimed& act, const store::Reader& state);
[[nodiscard]] Status apply_clip_timed(const evidence::ClipTimed& act, const Recorded& at,
                                      store::Batch& batch);
// Error: kInvalid `bad_unit_id`.
[[nodiscard]] Status validate_unit_timed(const evidence::UnitTimed& act);
[[nodiscard]] Status apply_unit_timed(const evidence::UnitTimed& act, store::Batch& batch);

// Errors: kInvalid `bad_correction` (no id, a span or an error that cannot be), `reason_required`;
// kNotFound `unit_not_found`; kConflict `correction_exists`.
[[nodiscard]] Status validate_clock_corrected(const evidence::ClockCorrected& act,
                                              const store::Reader& state);
[[nodiscard]] Status apply_clock_corrected(const evidence::ClockCorrected& act, const Recorded& at,
                                           store::Batch& batch);
// Errors: kInvalid `reason_required`; kNotFound `correction_not_found`; kConflict
// `correction_withdrawn`.
[[nodiscard]] Status validate_clock_correction_withdrawn(
    const evidence::ClockCorrectionWithdrawn& act, const store::Reader& state);
[[nodiscard]] Status apply_clock_correction_withdrawn(const evidence::ClockCorrectionWithdrawn& act,
                                                      const Recorded& at, store::Batch& batch);

}  // namespace hansom::clocks
