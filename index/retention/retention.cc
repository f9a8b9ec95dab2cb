// Deciding what is due, planning a sweep, and the queries of retention. Pure over rows.
#include "index/retention/retention.h"

#include "index/catalogue/clip_rows.h"
#include "index/retention/keys.h"
#include "proto/evidence/manifest.h"

namespace hansom::retention {

using catalogue::ClipRow;
using store::Family;

Decision decide(const ClipRow& clip, const Policy& policy, UtcTime as_of) {
  Decision decision;
  const auto kind = clip.manifest().purpose().kind();
  const auto period = policy.periods.find(kind);
  if (period == policy.periods.end()) {
    // A purpose nobody set a period for is kept until somebody does.
    decision.due_at = UtcTime::max();
    decision.kept = clip.hold_ids().empty() ? "no_period" : "held";
    return decision;
  }
  decision.due_at = from_unix_us(clip.accepted_us()) + period->second;
  decision.rule = std::string(evidence::purpose_word(kind)) + ":" +
                  std::to_string(period->second.count()) + "d";
  if (!clip.hold_ids().empty()) {
    decision.kept = "held";
  } else if (as_of < decision.due_at) {
    decision.kept = "not_due";
  } else if (!clip.has_inspected_leaf()) {
    decision.kept = "inspection_pending";
  } else {
    decision.due = true;
  }
  return decision;
}

Result<evidence::SweepPlan> plan(const store::Reader& reader, const Policy& policy, UtcTime as_of) {
  evidence::SweepPlan plan;
  plan.set_as_of_us(to_unix_us(as_of));
  std::map<std::string, std::uint64_t> kept;
  Status parsed;
  const auto consider = [&](ByteSpan, ByteSpan value) {
    ClipRow clip;
    parsed = catalogue::parse_row(value, clip);
    if (!parsed) return false;
    if (clip.has_tombstone()) return true;
    const Decision decision = decide(clip, policy, as_of);
    if (!decision.due) {
      ++kept[decision.kept];
      return true;
    }
    evidence::SweepItem& item = *plan.add_items();
    item.set_clip(clip.id());
    item.set_due_us(to_unix_us(decision.due_at));
    item.set_rule(decision.rule);
    return true;
  };
  HANSOM_TRY(reader.scan(Family::kClip, {}, {}, store::Order::kAscending, consider));
  HANSOM_TRY(parsed);
  for (const auto& [why, clips] : kept) {
    evidence::SweepCount& count = *plan.add_kept();
    count.set_why(why);
    count.set_clips(clips);
  }
  return plan;
}

Digest plan_digest(const evidence::SweepPlan& plan) {
  return sha256(catalogue::serialize(plan));
}

Result<evidence::SweepPlan> find_plan(const store::Reader& reader, const Digest& plan) {
  HANSOM_TRY_ASSIGN(auto row, catalogue::get_row<evidence::SweepPlan>(reader, Family::kRetention,
                                                                      plan_key(plan.span())));
  if (!row) {
    return fail(ErrorKind::kNotFound, "plan_not_found",
                "no plan " + plan.hex() + " is recorded; plan a sweep first");
  }
  return *std::move(row);
}

Result<std::vector<catalogue::HoldRow>> list_holds(const store::Reader& reader,
                                                   bool with_released) {
  HANSOM_TRY_ASSIGN(auto holds, catalogue::list_rows<catalogue::HoldRow>(reader, Family::kRetention,
                                                                         hold_key("")));
  if (!with_released) {
    std::erase_if(holds, [](const catalogue::HoldRow& hold) { return hold.released_us() != 0; });
  }
  return holds;
}

}  // namespace hansom::retention
