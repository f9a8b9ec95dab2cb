// Rules of orders: see order_rules.h.
#include "index/inspections/order_rules.h"

#include <algorithm>

#include "index/catalogue/clip_rows.h"
#include "index/inspections/keys.h"
#include "index/reason.h"
#include "proto/evidence/level.h"

namespace hansom::inspections {
namespace {

using catalogue::OrderRow;
using catalogue::Waiting;
using store::Family;

Status check_form(const evidence::InspectionOrdered& act) {
  const auto bad = [](const char* what) {
    return fail(ErrorKind::kInvalid, "bad_record", std::string("an order of inspections ") + what);
  };
  if (act.order_id().empty()) return bad("has no id");
  if (!act.level().empty() && !evidence::level_of(act.level())) return bad("has an unknown level");
  if (act.clips().empty() || act.clips_size() > kPartClipsMax) {
    return bad("names 1 to 512 clips at a time");
  }
  for (const std::string& clip : act.clips()) HANSOM_TRY(Digest::from_span(as_bytes(clip)));
  return check_reason(act.reason());
}

// Whether the order brings the clip something that it does not wait for.
Result<bool> is_wanted(const evidence::InspectionOrdered& act, const std::string& id,
                       const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const auto clip, catalogue::get_clip(state, as_bytes(id)));
  if (!clip || clip->has_tombstone()) return false;
  // Its first inspection will be of the present version and the configured level.
  if (clip->has_waiting() && act.level().empty()) return false;
  HANSOM_TRY_ASSIGN(const auto ordered, get_ordered(state, as_bytes(id)));
  return !ordered || ordered->level() != act.level();
}

char kind_of(const Waiting& ordered) {
  return ordered.named() ? kNamed : kMany;
}

void put_ordered(store::Batch& batch, ByteSpan clip, const Waiting& ordered) {
  catalogue::put_row(batch, Family::kQueue, ordered_key(clip), ordered);
  batch.put(Family::kQueue, queue_key(kind_of(ordered), ordered.queued_leaf(), ordered.ordinal()),
            clip);
}

}  // namespace

Result<std::optional<Waiting>> get_ordered(const store::Reader& reader, ByteSpan clip) {
  return catalogue::get_row<Waiting>(reader, Family::kQueue, ordered_key(clip));
}

void remove_ordered(store::Batch& batch, ByteSpan clip, const Waiting& ordered) {
  batch.del(Family::kQueue, ordered_key(clip));
  batch.del(Family::kQueue, queue_key(kind_of(ordered), ordered.queued_leaf(), ordered.ordinal()));
  batch.del(Family::kQueue, clip_of_order_key(ordered.order_id(), clip));
}

void put_ordered_back(store::Batch& batch, ByteSpan clip, Waiting ordered,
                      const evidence::FailedAttempt& attempt) {
  batch.del(Family::kQueue, queue_key(kind_of(ordered), ordered.queued_leaf(), ordered.ordinal()));
  *ordered.add_failed() = attempt;
  ordered.set_queued_leaf(attempt.leaf());
  put_ordered(batch, clip, ordered);
}

Status validate_inspection_ordered(evidence::InspectionOrdered& act, const store::Reader& state) {
  HANSOM_TRY(check_form(act));
  std::vector<std::string> wanted(act.clips().begin(), act.clips().end());
  std::ranges::sort(wanted);
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  act.clear_clips();
  for (std::string& clip : wanted) {
    HANSOM_TRY_ASSIGN(const bool takes, is_wanted(act, clip, state));
    if (takes) act.add_clips(std::move(clip));
  }
  if (!act.clips().empty()) return {};
  return fail(ErrorKind::kConflict, "nothing_to_inspect",
              "every clip of the order was destroyed or waits for such an inspection already");
}

Status apply_inspection_ordered(const evidence::InspectionOrdered& act, const Recorded& at,
                                store::Batch& batch) {
  const Bytes key = order_key(act.order_id());
  HANSOM_TRY_ASSIGN(auto order, catalogue::get_row<OrderRow>(batch, Family::kQueue, key));
  if (!order) {
    order.emplace();
    order->set_order_id(act.order_id());
    order->set_leaf(to_u64(at.leaf));
    order->set_ordered_us(at.time_us);
    order->set_person(at.actor.id());
    order->set_purpose(at.actor.purpose());
    order->set_reason(act.reason());
    order->set_level(act.level());
    order->set_asked(act.asked());
  }
  order->set_clips(order->clips() + static_cast<std::uint64_t>(act.clips_size()));
  catalogue::put_row(batch, Family::kQueue, key, *order);

  std::uint64_t ordinal = 0;
  for (const std::string& id : act.clips()) {
    ++ordinal;
    // In a replay the records of a clip destroyed since are gone.
    HANSOM_TRY_ASSIGN(const auto clip, catalogue::get_clip(batch, as_bytes(id)));
    if (!clip || clip->has_tombstone()) continue;
    // One of another level gives way.
    HANSOM_TRY_ASSIGN(const auto before, get_ordered(batch, as_bytes(id)));
    if (before) remove_ordered(batch, as_bytes(id), *before);
    Waiting ordered;
    ordered.set_queued_leaf(to_u64(at.leaf));
    ordered.set_ordinal(ordinal);
    ordered.set_order_id(act.order_id());
    ordered.set_level(act.level());
    ordered.set_named(act.named());
    put_ordered(batch, as_bytes(id), ordered);
    batch.put(Family::kQueue, clip_of_order_key(act.order_id(), as_bytes(id)), {});
  }
  return {};
}

}  // namespace hansom::inspections
