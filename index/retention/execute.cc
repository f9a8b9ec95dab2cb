// Carrying out a sweep: one of the project's main paths. Every step may be the last before a power
// cut; what was done before is then found in the views, and the same path is walked again.
#include "index/catalogue/clip_rows.h"
#include "index/retention/keys.h"
#include "index/retention/retention.h"
#include "index/retention/sweep_rules.h"
#include "proto/base/log.h"

namespace hansom::retention {
namespace {

using store::Family;

evidence::Record record_of(const evidence::Actor& actor) {
  evidence::Record record;
  *record.mutable_actor() = actor;
  return record;
}

// A recorded plan and how far it has come.
struct Order {
  evidence::SweepPlan list;
  catalogue::SweepRow sweep;
};
Result<Order> find_order(EvidenceIndex& index, const Digest& plan) {
  HANSOM_TRY_ASSIGN(const View view, index.view());
  Order order;
  HANSOM_TRY_ASSIGN(order.list, find_plan(view.reader(), plan));
  HANSOM_TRY_ASSIGN(auto sweep, get_sweep(view.reader(), plan.span()));
  if (sweep) order.sweep = *std::move(sweep);
  return order;
}

Status start(EvidenceIndex& index, const Digest& plan, const evidence::Actor& actor) {
  evidence::Record record = record_of(actor);
  record.mutable_sweep_started()->set_plan_sha256(plan.bytes.data(), plan.bytes.size());
  HANSOM_TRY(index.submit_and_wait(std::move(record)));
  return {};
}

enum class Fate { kDestroyed, kBarred };

// Journals the destruction of one clip. Barred is what the rules refuse: held since the plan, or
// destroyed under another one.
Result<Fate> condemn(EvidenceIndex& index, const Digest& plan, const std::string& clip,
                     const evidence::Actor& actor) {
  evidence::Record record = record_of(actor);
  evidence::ClipDestroyed& act = *record.mutable_clip_destroyed();
  act.set_plan_sha256(plan.bytes.data(), plan.bytes.size());
  act.set_clip(clip);
  auto committed = index.submit_and_wait(std::move(record));
  if (committed) return Fate::kDestroyed;
  const Error& error = committed.error();
  if (error.token == "clip_held" || error.token == "clip_not_found") return Fate::kBarred;
  if (error.token != "destroyed") return fail(std::move(committed).error());
  // Gone already: by this plan before a crash, or by another.
  HANSOM_TRY_ASSIGN(const View view, index.view());
  HANSOM_TRY_ASSIGN(const auto row, catalogue::get_clip(view.reader(), as_bytes(clip)));
  const bool by_this_plan = row && row->tombstone().plan_sha256() == as_text(plan.span());
  return by_this_plan ? Fate::kDestroyed : Fate::kBarred;
}

// Removes the vault objects of one destroyed clip. Repeatable: a missing object is removed.
Status remove_objects(EvidenceIndex& index, vault::Vault& vault, const Digest& plan,
                      const std::string& clip) {
  HANSOM_TRY_ASSIGN(const View view, index.view());
  HANSOM_TRY_ASSIGN(const auto removal, catalogue::get_row<catalogue::VaultRemoval>(
                                            view.reader(), Family::kRetention,
                                            removal_key(plan.span(), as_bytes(clip))));
  if (!removal) return {};
  for (const std::string& object : removal->objects()) {
    // A clip inspected since may have come to need an object that was this clip's alone.
    HANSOM_TRY_ASSIGN(const bool needed, catalogue::needed_by_another(
                                             view.reader(), as_bytes(object), as_bytes(clip)));
    if (needed) continue;
    HANSOM_TRY_ASSIGN(const Digest name, Digest::from_span(as_bytes(object)));
    HANSOM_TRY(vault.destroy(name));
  }
  return {};
}

Status finish(EvidenceIndex& index, const Digest& plan, const Outcome& outcome,
              const evidence::Actor& actor) {
  evidence::Record record = record_of(actor);
  evidence::SweepFinished& act = *record.mutable_sweep_finished();
  act.set_plan_sha256(plan.bytes.data(), plan.bytes.size());
  act.set_destroyed(outcome.destroyed);
  act.set_barred(outcome.barred);
  HANSOM_TRY(index.submit_and_wait(std::move(record)));
  return {};
}

Result<std::vector<catalogue::SweepRow>> list_sweeps(EvidenceIndex& index) {
  HANSOM_TRY_ASSIGN(const View view, index.view());
  return catalogue::list_rows<catalogue::SweepRow>(view.reader(), Family::kRetention,
                                                   sweep_key({}));
}

}  // namespace

Result<Outcome> execute(EvidenceIndex& index, vault::Vault& vault, const Digest& plan,
                        const evidence::Actor& actor) {
  // 1. Exactly the recorded list; a plan that was carried out says so again.
  HANSOM_TRY_ASSIGN(const Order order, find_order(index, plan));
  if (order.sweep.finished_us() != 0) {
    return Outcome{order.sweep.destroyed(), order.sweep.barred(), true};
  }
  // 2. The start is journalled. From here resume() carries the sweep to its end after a crash.
  HANSOM_TRY(start(index, plan, actor));
  Outcome outcome;
  for (const evidence::SweepItem& item : order.list.items()) {
    // 3. The leaf first: the rules refuse a clip that is held by now, and take the clip's rows and
    //    records. From here the clip is gone for everyone who asks; only its tombstone is found.
    HANSOM_TRY_ASSIGN(const Fate fate, condemn(index, plan, item.clip(), actor));
    if (fate == Fate::kBarred) {
      ++outcome.barred;
      continue;
    }
    // 4. Then the bytes. From here they are gone from this machine.
    HANSOM_TRY(remove_objects(index, vault, plan, item.clip()));
    ++outcome.destroyed;
  }
  // 5. Every object is gone: the end is journalled, the list of objects to remove goes with it.
  const Status finished = finish(index, plan, outcome, actor);
  outcome.repeated = !finished && finished.error().token == "plan_finished";  // somebody beside us
  if (!finished && !outcome.repeated) return fail(finished.error());
  log(LogLevel::kInfo, "sweep_finished",
      {{"plan", plan.hex()}, {"destroyed", outcome.destroyed}, {"barred", outcome.barred}});
  return outcome;
}

Status resume(EvidenceIndex& index, vault::Vault& vault) {
  HANSOM_TRY_ASSIGN(const auto sweeps, list_sweeps(index));
  for (const catalogue::SweepRow& sweep : sweeps) {
    if (sweep.started_us() == 0 || sweep.finished_us() != 0) continue;
    HANSOM_TRY_ASSIGN(const Digest plan, Digest::from_span(as_bytes(sweep.plan_sha256())));
    log(LogLevel::kWarning, "sweep_resumed", {{"plan", plan.hex()}});
    HANSOM_TRY(execute(index, vault, plan, record_by_server().actor()));
  }
  return {};
}

}  // namespace hansom::retention
