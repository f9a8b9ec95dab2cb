// `hansom scrub`: how the reading of the vault stands, and beginning a pass.
#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"

namespace hansom::cli {
namespace {

void print_pass(const boost::json::object& answer, const char* name, const char* absent) {
  const boost::json::value* pass = answer.if_contains(name);
  print(std::string(name) + ":\n");
  print(pass != nullptr && pass->is_object() ? fields_of(pass->get_object())
                                             : std::string(absent) + "\n");
}

Status run_show(const Session& session, const NoArguments& /*none*/) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer, client->get("/v1/scrub"));
  if (session.options.json) {
    print_json(answer);
    return {};
  }
  if (member_text(answer, "off") == "true") print("scrubbing is off ([scrub] in hansomd.toml)\n");
  print_pass(answer, "running", "no pass is running");
  print_pass(answer, "last", "there was no pass yet");
  print("damaged:\n" + table_of(answer, "damaged",
                                {{"OBJECT", "object"},
                                 {"CLIP", "clip"},
                                 {"FOUND", "found"},
                                 {"TIME", "time"},
                                 {"LEAF", "leaf"}}));
  return {};
}

Status run_start(const Session& session, const NoArguments& /*none*/) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer, client->post("/v1/scrub", {}));
  if (session.options.json) {
    print_json(answer);
  } else {
    print("a pass has begun; hansom scrub show tells how far it is\n");
  }
  return {};
}

}  // namespace

void add_scrub_commands(CLI::App& app, Session& session) {
  CLI::App& scrubs = *app.add_subcommand("scrub", "The vault read again: show, start");
  scrubs.require_subcommand(1);
  add_command<NoArguments>(scrubs, session, "show", "How it stands, and what is damaged",
                           declare_nothing, run_show);
  add_command<NoArguments>(scrubs, session, "start", "Begin a pass now", declare_nothing,
                           run_start);
}

}  // namespace hansom::cli
