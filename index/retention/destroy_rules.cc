// What the destruction of a clip does to all views.
#include "index/retention/destroy_rules.h"

#include <algorithm>

#include "index/catalogue/clip_rows.h"
#include "index/catalogue/keys.h"
#include "index/inspections/inspection_rules.h"
#include "index/retention/keys.h"
#include "index/retention/sweep_rules.h"
#include "index/scrub/scrub_rules.h"

namespace hansom::retention {
namespace {

using catalogue::ClipRow;
using store::Family;

// The clip and the plan's item for it, if it may go.
Result<ClipRow> get_doomed(evidence::ClipDestroyed& act, const store::Reader& state) {
  const ByteSpan plan = as_bytes(act.plan_sha256());
  HANSOM_TRY_ASSIGN(const catalogue::SweepRow sweep, get_open_sweep(state, plan));
  if (sweep.started_us() == 0) {
    return fail(ErrorKind::kConflict, "plan_not_started",
                "plan " + to_hex(plan) + " was never started");
  }
  HANSOM_TRY_ASSIGN(const auto item,
                    catalogue::get_row<evidence::SweepItem>(state, Family::kRetention,
                                                            item_key(plan, as_bytes(act.clip()))));
  if (!item) {
    return fail(ErrorKind::kConflict, "clip_not_in_plan",
                "clip " + to_hex(as_bytes(act.clip())) + " is not in plan " + to_hex(plan));
  }
  act.set_rule(item->rule());
  HANSOM_TRY_ASSIGN(ClipRow clip, catalogue::get_live_clip(state, as_bytes(act.clip())));
  if (!clip.hold_ids().empty()) {
    return fail(ErrorKind::kConflict, "clip_held",
                "clip " + to_hex(as_bytes(act.clip())) + " is held by " + clip.hold_ids(0));
  }
  return clip;
}

}  // namespace

Status validate_clip_destroyed(evidence::ClipDestroyed& act, const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const ClipRow clip, get_doomed(act, state));
  const catalogue::ClipNames names = catalogue::names_of(clip);
  act.set_registration(names.registration);
  act.set_vehicle_licence(names.vehicle_licence);
  act.set_unit(names.unit);
  act.set_channel(clip.manifest().channel());
  const catalogue::Interval possible = catalogue::possible_interval(clip);
  act.set_start_us(possible.start_us);
  act.set_end_us(possible.end_us);
  act.set_accepted_us(clip.accepted_us());
  act.set_accepted_leaf(clip.accepted_leaf());
  auto& leaves = *act.mutable_erased_leaves();
  leaves.Clear();
  HANSOM_TRY_ASSIGN(const auto of_inspections, inspections::inspection_leaves(clip, state));
  leaves.Add(of_inspections.begin(), of_inspections.end());
  for (const catalogue::Arrival& arrival : clip.arrivals()) leaves.Add(arrival.leaf());
  leaves.MergeFrom(clip.earlier_time_leaves());
  if (clip.has_time()) leaves.Add(clip.time_leaf());
  std::sort(leaves.begin(), leaves.end());
  act.clear_derived();
  HANSOM_TRY_ASSIGN(const auto objects, catalogue::derived_objects(state, as_bytes(act.clip())));
  for (const Bytes& object : objects) {
    HANSOM_TRY_ASSIGN(const bool needed,
                      catalogue::needed_by_another(state, object, as_bytes(act.clip())));
    if (!needed) act.add_derived(object.data(), object.size());
  }
  return {};
}

Status apply_clip_destroyed(const evidence::ClipDestroyed& act, const Recorded& at,
                            store::Batch& batch) {
  const ByteSpan id = as_bytes(act.clip());
  // In a replay the clip's own records are gone, and with them these rows.
  HANSOM_TRY_ASSIGN(const auto clip, catalogue::get_clip(batch, id));
  if (clip) {
    catalogue::remove_clip_index(batch, *clip);
    for (const catalogue::Arrival& arrival : clip->arrivals()) {
      batch.del(Family::kUpload, as_bytes(arrival.upload()));
      if (arrival.first_part().empty()) continue;
      batch.del(Family::kUpload, catalogue::upload_that_begins_with(arrival.first_part()));
    }
  }
  HANSOM_TRY(catalogue::remove_derived(batch, id));
  scrub::remove_damage(batch, id);
  for (const std::string& object : act.derived()) scrub::remove_damage(batch, as_bytes(object));
  for (const std::uint64_t leaf : act.erased_leaves()) {
    batch.del(Family::kRecord, catalogue::u64_key(leaf));
  }

  ClipRow left;
  left.set_id(act.clip());
  left.set_accepted_us(act.accepted_us());
  left.set_accepted_leaf(act.accepted_leaf());
  left.set_start_us(act.start_us());
  left.set_end_us(act.end_us());
  catalogue::Tombstone& tombstone = *left.mutable_tombstone();
  tombstone.set_leaf(to_u64(at.leaf));
  tombstone.set_destroyed_us(at.time_us);
  tombstone.set_rule(act.rule());
  tombstone.set_plan_sha256(act.plan_sha256());
  tombstone.set_registration(act.registration());
  tombstone.set_vehicle_licence(act.vehicle_licence());
  tombstone.set_unit(act.unit());
  tombstone.set_channel(act.channel());
  catalogue::put_clip(batch, left);

  catalogue::VaultRemoval removal;
  removal.add_objects(act.clip());
  for (const std::string& object : act.derived()) removal.add_objects(object);
  catalogue::put_row(batch, Family::kRetention, removal_key(as_bytes(act.plan_sha256()), id),
                     removal);
  return {};
}

}  // namespace hansom::retention
