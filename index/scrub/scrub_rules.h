// What finding damage, finding it mended and ending a pass do to the scrubber's rows.
#pragma once

#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::scrub {

// Errors: kNotFound `clip_not_found`, kGone `destroyed`; kConflict `already_damaged`; kInvalid
// `bad_record` where the object is not the clip's.
[[nodiscard]] Status validate_object_damaged(const evidence::ObjectDamaged& act,
                                             const store::Reader& state);
[[nodiscard]] Status apply_object_damaged(const evidence::ObjectDamaged& act, const Recorded& at,
                                          store::Batch& batch);
// Error: kConflict `not_damaged`.
[[nodiscard]] Status validate_object_mended(const evidence::ObjectMended& act,
                                            const store::Reader& state);
[[nodiscard]] Status apply_object_mended(const evidence::ObjectMended& act, store::Batch& batch);
[[nodiscard]] Status apply_scrub_passed(const evidence::ScrubPassed& act, const Recorded& at,
                                        store::Batch& batch);
// A destroyed object is not damaged any more.
void remove_damage(store::Batch& batch, ByteSpan object);

}  // namespace hansom::scrub
