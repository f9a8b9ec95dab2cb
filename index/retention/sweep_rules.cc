// What planning, starting and finishing a sweep do to retention's rows.
#include "index/retention/sweep_rules.h"

#include "index/retention/keys.h"
#include "index/retention/retention.h"

namespace hansom::retention {

using catalogue::SweepRow;
using store::Family;

namespace {

void put_sweep(store::Batch& batch, const SweepRow& row) {
  catalogue::put_row(batch, Family::kRetention, sweep_key(as_bytes(row.plan_sha256())), row);
}

}  // namespace

Result<std::optional<SweepRow>> get_sweep(const store::Reader& reader, ByteSpan plan) {
  return catalogue::get_row<SweepRow>(reader, Family::kRetention, sweep_key(plan));
}

Result<SweepRow> get_open_sweep(const store::Reader& reader, ByteSpan plan) {
  HANSOM_TRY_ASSIGN(auto row, get_sweep(reader, plan));
  if (!row) {
    return fail(ErrorKind::kNotFound, "plan_not_found",
                "no plan " + to_hex(plan) + " is recorded; plan a sweep first");
  }
  if (row->finished_us() != 0) {
    return fail(ErrorKind::kConflict, "plan_finished",
                "plan " + to_hex(plan) + " was carried out by " +
                    to_rfc3339(from_unix_us(row->finished_us())));
  }
  return *std::move(row);
}

Status validate_sweep_planned(evidence::SweepPlanned& act, const store::Reader& /*state*/) {
  const Digest digest = plan_digest(act.plan());
  if (act.plan_sha256().empty()) act.set_plan_sha256(digest.bytes.data(), digest.bytes.size());
  if (act.plan_sha256() != as_text(digest.span())) {
    return fail(ErrorKind::kInvalid, "bad_plan", "the plan's digest is " + digest.hex());
  }
  const std::string* before = nullptr;
  for (const evidence::SweepItem& item : act.plan().items()) {
    if (item.clip().size() != digest.bytes.size() || (before && *before >= item.clip())) {
      return fail(ErrorKind::kInvalid, "bad_plan", "the plan's clips must be ordered, each once");
    }
    before = &item.clip();
  }
  return {};
}

Status apply_sweep_planned(const evidence::SweepPlanned& act, const Recorded& at,
                           store::Batch& batch) {
  const ByteSpan plan = as_bytes(act.plan_sha256());
  HANSOM_TRY_ASSIGN(const auto known, get_sweep(batch, plan));
  if (known) return {};
  SweepRow row;
  row.set_plan_sha256(act.plan_sha256());
  row.set_planned_us(at.time_us);
  row.set_planned_by(at.actor.id());
  put_sweep(batch, row);
  catalogue::put_row(batch, Family::kRetention, plan_key(plan), act.plan());
  for (const evidence::SweepItem& item : act.plan().items()) {
    catalogue::put_row(batch, Family::kRetention, item_key(plan, as_bytes(item.clip())), item);
  }
  return {};
}

Status validate_sweep_started(evidence::SweepStarted& act, const store::Reader& state) {
  HANSOM_TRY(get_open_sweep(state, as_bytes(act.plan_sha256())));
  return {};
}

Status apply_sweep_started(const evidence::SweepStarted& act, const Recorded& at,
                           store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto row, get_sweep(batch, as_bytes(act.plan_sha256())));
  if (!row || row->started_us() != 0) return {};
  row->set_started_us(at.time_us);
  put_sweep(batch, *row);
  return {};
}

Status validate_sweep_finished(evidence::SweepFinished& act, const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const SweepRow row, get_open_sweep(state, as_bytes(act.plan_sha256())));
  if (row.started_us() == 0) {
    return fail(ErrorKind::kConflict, "plan_not_started",
                "plan " + to_hex(as_bytes(act.plan_sha256())) + " was never started");
  }
  return {};
}

Status apply_sweep_finished(const evidence::SweepFinished& act, const Recorded& at,
                            store::Batch& batch) {
  const ByteSpan plan = as_bytes(act.plan_sha256());
  HANSOM_TRY_ASSIGN(auto row, get_sweep(batch, plan));
  if (!row) return {};
  row->set_finished_us(at.time_us);
  row->set_destroyed(act.destroyed());
  row->set_barred(act.barred());
  put_sweep(batch, *row);
  // What the sweep needed while it ran.
  HANSOM_TRY(catalogue::remove_prefix(batch, Family::kRetention, item_key(plan, {})));
  return catalogue::remove_prefix(batch, Family::kRetention, removal_key(plan, {}));
}

}  // namespace hansom::retention
