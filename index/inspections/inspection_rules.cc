// Rules of inspections: see inspection_rules.h.
#include "index/inspections/inspection_rules.h"

#include "index/catalogue/clip_rows.h"
#include "index/inspections/keys.h"
#include "index/inspections/order_rules.h"

namespace hansom::inspections {
namespace {

using catalogue::ClipRow;
using catalogue::Waiting;
using store::Family;

Bytes place_of(const ClipRow& clip) {
  return queue_key(kFirst, clip.waiting().queued_leaf());
}

void leave_queue(ClipRow& clip, store::Batch& batch) {
  if (clip.has_waiting()) batch.del(Family::kQueue, place_of(clip));
  clip.clear_waiting();
}

void enter_queue(ClipRow& clip, std::uint64_t leaf, store::Batch& batch) {
  clip.mutable_waiting()->set_queued_leaf(leaf);
  batch.put(Family::kQueue, place_of(clip), as_bytes(clip.id()));
}

// What the clip waits for by this order, or without an id for the first time; nullopt: nothing.
Result<std::optional<Waiting>> find_waiting(const ClipRow& clip, const std::string& order_id,
                                            const store::Reader& state) {
  if (order_id.empty()) {
    return clip.has_waiting() ? std::optional(clip.waiting()) : std::nullopt;
  }
  HANSOM_TRY_ASSIGN(auto ordered, get_ordered(state, as_bytes(clip.id())));
  if (ordered && ordered->order_id() != order_id) ordered.reset();
  return ordered;
}

// Whether an inspection says more than the one that holds: one that an inspector answered is not
// replaced by one that none did.
bool is_to_hold(const ClipRow& clip, const evidence::Report& report) {
  return !clip.has_inspected_leaf() || clip.report().inspector_version().empty() ||
         !report.inspector_version().empty();
}

}  // namespace

Status note_clip_destroyed(const evidence::ClipDestroyed& act, store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto clip, catalogue::get_clip(batch, as_bytes(act.clip())));
  // In a replay its records are gone, and it never waited.
  if (!clip) return {};
  leave_queue(*clip, batch);
  HANSOM_TRY_ASSIGN(const auto ordered, get_ordered(batch, as_bytes(act.clip())));
  if (ordered) remove_ordered(batch, as_bytes(act.clip()), *ordered);
  return {};
}

Result<std::vector<std::uint64_t>> inspection_leaves(const ClipRow& clip,
                                                     const store::Reader& state) {
  std::vector<std::uint64_t> leaves;
  const auto add_failed = [&leaves](const auto& attempts) {
    for (const evidence::FailedAttempt& attempt : attempts) leaves.push_back(attempt.leaf());
  };
  for (const catalogue::Inspection& inspection : clip.inspections()) {
    leaves.push_back(inspection.leaf());
    add_failed(inspection.failed());
  }
  add_failed(clip.waiting().failed());
  HANSOM_TRY_ASSIGN(const auto ordered, get_ordered(state, as_bytes(clip.id())));
  if (ordered) add_failed(ordered->failed());
  return leaves;
}

Status validate_clip_inspected(evidence::ClipInspected& act, const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const ClipRow clip,
                    catalogue::get_live_clip(state, as_bytes(act.sealed_sha256())));
  act.clear_failed();
  HANSOM_TRY_ASSIGN(const auto waiting, find_waiting(clip, act.order_id(), state));
  if (waiting) *act.mutable_failed() = waiting->failed();
  for (evidence::Thumbnail& thumbnail : *act.mutable_report()->mutable_thumbnails()) {
    thumbnail.clear_image();
    if (!thumbnail.sealed_sha256().empty()) {
      HANSOM_TRY(Digest::from_span(as_bytes(thumbnail.sealed_sha256())));
    }
  }
  if (act.report().has_repair()) {
    act.mutable_report()->mutable_repair()->clear_pieces();
    const std::string& copy = act.report().repair().sealed_sha256();
    if (!copy.empty()) HANSOM_TRY(Digest::from_span(as_bytes(copy)));
  }
  return {};
}

Status apply_clip_inspected(const evidence::ClipInspected& act, const Recorded& at,
                            store::Batch& batch) {
  HANSOM_TRY_ASSIGN(std::optional<ClipRow> clip,
                    catalogue::get_clip(batch, as_bytes(act.sealed_sha256())));
  // A replay whose records were erased meets the inspection of a clip it never saw.
  if (!clip || clip->has_tombstone()) return {};
  HANSOM_TRY_ASSIGN(const auto waiting, find_waiting(*clip, act.order_id(), batch));
  if (act.order_id().empty()) {
    leave_queue(*clip, batch);
  } else if (waiting) {
    remove_ordered(batch, as_bytes(clip->id()), *waiting);
  }
  catalogue::Inspection& inspection = *clip->add_inspections();
  inspection.set_leaf(to_u64(at.leaf));
  inspection.set_time_us(at.time_us);
  inspection.set_inspector_version(act.report().inspector_version());
  inspection.set_outcome(act.report().outcome());
  inspection.set_reason_token(act.report().reason_token());
  *inspection.mutable_failed() = act.failed();
  inspection.set_order_id(act.order_id());
  inspection.set_level(act.report().level());
  if (is_to_hold(*clip, act.report())) {
    clip->set_inspected_leaf(to_u64(at.leaf));
    *clip->mutable_report() = act.report();
  }
  catalogue::put_clip_facts(batch, *clip);
  for (const evidence::Thumbnail& thumbnail : act.report().thumbnails()) {
    if (thumbnail.sealed_sha256().empty()) continue;
    catalogue::put_derived(batch, as_bytes(clip->id()), as_bytes(thumbnail.sealed_sha256()));
  }
  const std::string& copy = act.report().repair().sealed_sha256();
  if (!copy.empty()) catalogue::put_derived(batch, as_bytes(clip->id()), as_bytes(copy));
  return {};
}

Status validate_inspector_died(const evidence::InspectorDied& act, const store::Reader& state) {
  if (act.reason_token().empty()) {
    return fail(ErrorKind::kInvalid, "bad_record", "it does not say how the inspector ended");
  }
  HANSOM_TRY_ASSIGN(const ClipRow clip, catalogue::get_live_clip(state, as_bytes(act.clip())));
  HANSOM_TRY_ASSIGN(const auto waiting, find_waiting(clip, act.order_id(), state));
  if (waiting) return {};
  return fail(ErrorKind::kConflict, "not_waiting",
              "clip " + to_hex(as_bytes(act.clip())) + " does not wait for an inspection");
}

Status apply_inspector_died(const evidence::InspectorDied& act, const Recorded& at,
                            store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto clip, catalogue::get_clip(batch, as_bytes(act.clip())));
  if (!clip || clip->has_tombstone()) return {};  // a replay, as above
  HANSOM_TRY_ASSIGN(auto waiting, find_waiting(*clip, act.order_id(), batch));
  if (!waiting) return {};
  evidence::FailedAttempt attempt;
  attempt.set_time_us(at.time_us);
  attempt.set_reason_token(act.reason_token());
  attempt.set_reason(act.reason());
  attempt.set_leaf(to_u64(at.leaf));
  // Behind those that wait by now: what went wrong may be over by then.
  if (!act.order_id().empty()) {
    put_ordered_back(batch, as_bytes(clip->id()), *std::move(waiting), attempt);
    return {};
  }
  *clip->mutable_waiting()->add_failed() = attempt;
  batch.del(Family::kQueue, place_of(*clip));
  enter_queue(*clip, to_u64(at.leaf), batch);
  catalogue::put_clip_facts(batch, *clip);
  return {};
}

}  // namespace hansom::inspections
