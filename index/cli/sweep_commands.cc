// `hansom sweep`: plan, show, execute.
#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"

namespace hansom::cli {
namespace {

struct Plan {
  std::string digest;
};

void declare_plan_digest(CLI::App& command, Plan& plan) {
  command.add_option("--plan,PLAN", plan.digest, "The plan's digest, as `sweep plan` printed it")
      ->required();
}

void print_plan(const Session& session, const boost::json::object& answer) {
  if (session.options.json) {
    print_json(answer);
    return;
  }
  const boost::json::value* items = answer.if_contains("items");
  const bool is_empty = items == nullptr || !items->is_array() || items->get_array().empty();
  print("plan:  " + member_text(answer, "plan") + "\nas of: " + member_text(answer, "as_of") +
        (is_empty ? "\n\nnothing would go\n" : "\n\nwould go:\n"));
  if (!is_empty) {
    print(table_of(answer, "items", {{"CLIP", "clip"}, {"DUE", "due"}, {"RULE", "rule"}}));
  }
  print("\nstay, and why:\n");
  print(table_of(answer, "kept", {{"WHY", "why"}, {"CLIPS", "clips"}}));
  print("\nNothing is destroyed yet: hansom sweep execute --plan " + member_text(answer, "plan") +
        "\n");
}

Status run_plan(const Session& session, const NoArguments& /*none*/) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer, client->post("/v1/sweeps", {}));
  print_plan(session, answer);
  return {};
}

Status run_show(const Session& session, const Plan& plan) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer,
                    client->get("/v1/sweeps/" + path_segment(plan.digest)));
  print_plan(session, answer);
  return {};
}

Status run_execute(const Session& session, const Plan& plan) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer,
                    client->post("/v1/sweeps/" + path_segment(plan.digest) + "/execute", {}));
  if (session.options.json) {
    print_json(answer);
    return {};
  }
  print("destroyed " + member_text(answer, "destroyed") + " clips; " +
        member_text(answer, "barred") + " barred by a hold or gone already" +
        (member_text(answer, "repeated") == "true" ? "; this plan had been carried out before\n"
                                                   : "\n"));
  return {};
}

}  // namespace

void add_sweep_commands(CLI::App& app, Session& session) {
  CLI::App& sweeps = *app.add_subcommand("sweep", "Retention: plan, show, execute");
  sweeps.require_subcommand(1);
  add_command<NoArguments>(sweeps, session, "plan",
                           "List what would go and why the rest stays; destroys nothing",
                           declare_nothing, run_plan);
  add_command<Plan>(sweeps, session, "show", "Show a recorded plan", declare_plan_digest, run_show);
  add_command<Plan>(sweeps, session, "execute", "Destroy exactly what a plan lists",
                    declare_plan_digest, run_execute);
}

}  // namespace hansom::cli
