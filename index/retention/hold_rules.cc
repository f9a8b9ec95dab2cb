// What placing and releasing a hold do to holds and clips.
#include "index/retention/hold_rules.h"

#include <algorithm>

#include "index/catalogue/clip_rows.h"
#include "index/reason.h"
#include "index/retention/keys.h"
#include "proto/base/clock.h"

namespace hansom::retention {
namespace {

using catalogue::ClipRow;
using catalogue::HoldRow;
using store::Family;

Result<std::optional<HoldRow>> get_hold(const store::Reader& reader, const std::string& hold_id) {
  return catalogue::get_row<HoldRow>(reader, Family::kRetention, hold_key(hold_id));
}

// The clip a hold is about, where it still stands. In a replay whose records were erased a released
// hold may be about a clip that never appears.
Result<std::optional<ClipRow>> standing_clip(const store::Reader& reader, const std::string& id) {
  HANSOM_TRY_ASSIGN(auto clip, catalogue::get_clip(reader, as_bytes(id)));
  if (clip && clip->has_tombstone()) clip.reset();
  return clip;
}

}  // namespace

Status validate_hold_placed(evidence::HoldPlaced& act, const store::Reader& state) {
  if (act.hold_id().empty()) {
    return fail(ErrorKind::kInvalid, "bad_hold", "a hold needs an id");
  }
  HANSOM_TRY(check_reason(act.reason()));
  HANSOM_TRY(catalogue::get_live_clip(state, as_bytes(act.clip())));
  HANSOM_TRY_ASSIGN(const auto known, get_hold(state, act.hold_id()));
  if (known) {
    return fail(ErrorKind::kConflict, "hold_exists",
                "hold " + act.hold_id() + " was placed before; choose another id");
  }
  return {};
}

Status apply_hold_placed(const evidence::HoldPlaced& act, const Recorded& at, store::Batch& batch) {
  HoldRow hold;
  hold.set_hold_id(act.hold_id());
  hold.set_clip(act.clip());
  hold.set_reason(act.reason());
  hold.set_person(at.actor.id());
  hold.set_placed_us(at.time_us);
  catalogue::put_row(batch, Family::kRetention, hold_key(act.hold_id()), hold);
  HANSOM_TRY_ASSIGN(auto clip, standing_clip(batch, act.clip()));
  if (!clip) return {};
  clip->add_hold_ids(act.hold_id());
  catalogue::put_clip_facts(batch, *clip);
  return {};
}

Status validate_hold_released(evidence::HoldReleased& act, const store::Reader& state) {
  HANSOM_TRY(check_reason(act.reason()));
  HANSOM_TRY_ASSIGN(const auto hold, get_hold(state, act.hold_id()));
  if (!hold) {
    return fail(ErrorKind::kNotFound, "hold_not_found", "no hold " + act.hold_id());
  }
  if (hold->released_us() != 0) {
    return fail(ErrorKind::kConflict, "hold_released",
                "hold " + act.hold_id() + " was released at " +
                    to_rfc3339(from_unix_us(hold->released_us())));
  }
  return {};
}

Status apply_hold_released(const evidence::HoldReleased& act, const Recorded& at,
                           store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto hold, get_hold(batch, act.hold_id()));
  if (!hold) return {};
  hold->set_released_us(at.time_us);
  hold->set_released_by(at.actor.id());
  hold->set_release_reason(act.reason());
  catalogue::put_row(batch, Family::kRetention, hold_key(act.hold_id()), *hold);
  HANSOM_TRY_ASSIGN(auto clip, standing_clip(batch, hold->clip()));
  if (!clip) return {};
  auto& ids = *clip->mutable_hold_ids();
  ids.erase(std::remove(ids.begin(), ids.end(), act.hold_id()), ids.end());
  catalogue::put_clip_facts(batch, *clip);
  return {};
}

}  // namespace hansom::retention
