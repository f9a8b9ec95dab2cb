// The scrubber's acts.
#include "index/scrub/scrub_rules.h"

#include <algorithm>

#include "index/catalogue/clip_rows.h"
#include "index/scrub/keys.h"

namespace hansom::scrub {

using store::Family;

Status validate_object_damaged(const evidence::ObjectDamaged& act, const store::Reader& state) {
  HANSOM_TRY(catalogue::get_live_clip(state, as_bytes(act.clip())));
  if (act.object() != act.clip()) {
    HANSOM_TRY_ASSIGN(const auto derived, catalogue::derived_objects(state, as_bytes(act.clip())));
    if (std::ranges::find(derived, to_bytes(act.object())) == derived.end()) {
      return fail(ErrorKind::kInvalid, "bad_record",
                  "object " + to_hex(as_bytes(act.object())) + " is not of that clip");
    }
  }
  HANSOM_TRY_ASSIGN(const auto known,
                    state.get(Family::kIndex, damage_key(as_bytes(act.object()))));
  if (!known) return {};
  return fail(ErrorKind::kConflict, "already_damaged",
              "object " + to_hex(as_bytes(act.object())) + " was found damaged before");
}

Status apply_object_damaged(const evidence::ObjectDamaged& act, const Recorded& at,
                            store::Batch& batch) {
  catalogue::DamageRow row;
  row.set_object(act.object());
  row.set_clip(act.clip());
  row.set_found(act.found());
  row.set_leaf(to_u64(at.leaf));
  row.set_time_us(at.time_us);
  catalogue::put_row(batch, Family::kIndex, damage_key(as_bytes(act.object())), row);
  return {};
}

Status validate_object_mended(const evidence::ObjectMended& act, const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const auto known,
                    state.get(Family::kIndex, damage_key(as_bytes(act.object()))));
  if (known) return {};
  return fail(ErrorKind::kConflict, "not_damaged",
              "object " + to_hex(as_bytes(act.object())) + " is not known to be damaged");
}

Status apply_object_mended(const evidence::ObjectMended& act, store::Batch& batch) {
  remove_damage(batch, as_bytes(act.object()));
  return {};
}

Status apply_scrub_passed(const evidence::ScrubPassed& act, const Recorded& at,
                          store::Batch& batch) {
  catalogue::ScrubRow row;
  row.set_leaf(to_u64(at.leaf));
  row.set_started_us(act.started_us());
  row.set_finished_us(at.time_us);
  row.set_objects(act.objects());
  row.set_bytes(act.bytes());
  row.set_damaged(act.damaged());
  catalogue::put_row(batch, Family::kIndex, last_pass_key(), row);
  return {};
}

void remove_damage(store::Batch& batch, ByteSpan object) {
  batch.del(Family::kIndex, damage_key(object));
}

}  // namespace hansom::scrub
