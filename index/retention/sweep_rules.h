// Rules of SweepPlanned, SweepStarted and SweepFinished. See rules.h.
#pragma once

#include <optional>

#include "index/catalogue/rows.pb.h"
#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::retention {

// nullopt: no such plan.
[[nodiscard]] Result<std::optional<catalogue::SweepRow>> get_sweep(const store::Reader& reader,
                                                                   ByteSpan plan);
// Errors: kNotFound `plan_not_found`, kConflict `plan_finished`.
[[nodiscard]] Result<catalogue::SweepRow> get_open_sweep(const store::Reader& reader,
                                                         ByteSpan plan);

// The same plan may be recorded again; its first record counts. Error: kInvalid `bad_plan` (its
// digest is another, or its items are not ordered by clip).
[[nodiscard]] Status validate_sweep_planned(evidence::SweepPlanned& act,
                                            const store::Reader& state);
[[nodiscard]] Status apply_sweep_planned(const evidence::SweepPlanned& act, const Recorded& at,
                                         store::Batch& batch);

// Starting a started sweep again is allowed: that is how it goes on after a crash. Errors: those of
// get_open_sweep.
[[nodiscard]] Status validate_sweep_started(evidence::SweepStarted& act,
                                            const store::Reader& state);
[[nodiscard]] Status apply_sweep_started(const evidence::SweepStarted& act, const Recorded& at,
                                         store::Batch& batch);

// Errors: those of get_open_sweep, kConflict `plan_not_started`.
[[nodiscard]] Status validate_sweep_finished(evidence::SweepFinished& act,
                                             const store::Reader& state);
[[nodiscard]] Status apply_sweep_finished(const evidence::SweepFinished& act, const Recorded& at,
                                          store::Batch& batch);

}  // namespace hansom::retention
