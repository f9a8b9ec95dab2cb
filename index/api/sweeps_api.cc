// Sweeps: plan, show, execute. Planning and executing run on the helper thread.
#include <array>

#include "index/api/json.h"
#include "index/api/route.h"
#include "index/retention/retention.h"

namespace hansom::api {
namespace {

Result<Answer> plan_sweep(const Question& question) {
  const auto& use = question.context.use;
  HANSOM_TRY_ASSIGN(evidence::SweepPlan plan,
                    retention::plan(question.reader(), use.retention, use.clock->now()));
  const Digest digest = retention::plan_digest(plan);
  boost::json::object body = plan_json(plan);
  body["plan"] = digest.hex();
  Answer answer = acted(question, 201);
  evidence::SweepPlanned& act = *answer.record->mutable_sweep_planned();
  act.set_plan_sha256(to_text(digest.span()));
  *act.mutable_plan() = std::move(plan);
  answer.body = std::move(body);
  return answer;
}

Result<Answer> show_sweep(const Question& question) {
  HANSOM_TRY_ASSIGN(const Digest digest, Digest::from_hex(question.path("digest")));
  HANSOM_TRY_ASSIGN(const evidence::SweepPlan plan,
                    retention::find_plan(question.reader(), digest));
  boost::json::object body = plan_json(plan);
  body["plan"] = digest.hex();
  Answer answer =
      looked(question, evidence::Access::ADMIN, static_cast<std::uint64_t>(plan.items_size()));
  answer.body = std::move(body);
  return answer;
}

// The act journals itself: SweepStarted, a ClipDestroyed a clip, SweepFinished, all by this person.
// The leaf of the answer is one more, also when the plan had been carried out before.
Result<Answer> execute_sweep(const Question& question) {
  HANSOM_TRY_ASSIGN(const Digest digest, Digest::from_hex(question.path("digest")));
  const evidence::Actor actor = access::record_by_person(question.person).actor();
  HANSOM_TRY_ASSIGN(
      const retention::Outcome outcome,
      retention::execute(*question.context.use.index, *question.context.use.vault, digest, actor));
  boost::json::object body;
  body["plan"] = digest.hex();
  body["destroyed"] = outcome.destroyed;
  body["barred"] = outcome.barred;
  body["repeated"] = outcome.repeated;
  HANSOM_TRY_ASSIGN(const View after, question.context.use.index->view());
  Answer answer = looked(question, evidence::Access::ADMIN, outcome.destroyed);
  answer.position = after.position();
  answer.body = std::move(body);
  return answer;
}

constexpr std::array kRoutes = {
    Route{.method = "POST",
          .pattern = "/v1/sweeps",
          .right = access::Right::kSweep,
          .handle = plan_sweep,
          .runs_on = RunsOn::kHelper},
    Route{.method = "GET",
          .pattern = "/v1/sweeps/{digest}",
          .right = access::Right::kSeeSweeps,
          .handle = show_sweep},
    Route{.method = "POST",
          .pattern = "/v1/sweeps/{digest}/execute",
          .right = access::Right::kSweep,
          .handle = execute_sweep,
          .runs_on = RunsOn::kHelper},
};

}  // namespace

std::span<const Route> sweeps_routes() {
  return kRoutes;
}

}  // namespace hansom::api
