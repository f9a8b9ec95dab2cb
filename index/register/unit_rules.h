// Rules of UnitEnrolled, UnitRevoked and RegisterLoaded. See rules.h.
#pragma once

#include "index/catalogue/rows.pb.h"
#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::registry {

// The unit, if it may speak to us. Errors: kForbidden `unit_unknown`, `unit_revoked`.
[[nodiscard]] Result<catalogue::UnitRow> get_admitted_unit(const store::Reader& reader,
                                                           std::string_view unit);

// Enrolling a known unit again replaces its certificate and ends a revocation. With `keep_previous`
// the certificate before is accepted as well, unless it was revoked: until the unit is enrolled
// again, or the certificate expires, or its authority retires. Errors: kInvalid `bad_unit_id`,
// `bad_certificate`.
[[nodiscard]] Status validate_unit_enrolled(evidence::UnitEnrolled& act,
                                            const store::Reader& state);
[[nodiscard]] Status apply_unit_enrolled(const evidence::UnitEnrolled& act, const Recorded& at,
                                         store::Batch& batch);

// Errors: kNotFound `unit_not_found`, kConflict `unit_already_revoked`.
[[nodiscard]] Status validate_unit_revoked(evidence::UnitRevoked& act, const store::Reader& state);
[[nodiscard]] Status apply_unit_revoked(const evidence::UnitRevoked& act, const Recorded& at,
                                        store::Batch& batch);

// From here only the newer of a unit's two certificates is accepted.
[[nodiscard]] Status end_previous_certificate(const std::string& unit, store::Batch& batch);

// Normalises marks and licences. Error: kInvalid `bad_register` (a unit's name is wrong or stands
// twice).
[[nodiscard]] Status validate_register_loaded(evidence::RegisterLoaded& act,
                                              const store::Reader& state);
[[nodiscard]] Status apply_register_loaded(const evidence::RegisterLoaded& act, const Recorded& at,
                                           store::Batch& batch);

}  // namespace hansom::registry
