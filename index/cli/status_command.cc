// `hansom status`: how the server stands and who the token is.
#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"

namespace hansom::cli {
namespace {

Status run_status(const Session& session, const NoArguments& /*none*/) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(boost::json::object status, client->get("/v1/status"));
  HANSOM_TRY_ASSIGN(boost::json::object person, client->get("/v1/whoami"));
  if (session.options.json) {
    status["whoami"] = std::move(person);
    print_json(status);
    return {};
  }
  print(fields_of(status));
  print("\nyou are " + member_text(person, "person") + ", " + member_text(person, "role") + "\n");
  return {};
}

}  // namespace

void add_status_command(CLI::App& app, Session& session) {
  add_command<NoArguments>(app, session, "status", "How the server stands, and who you are to it",
                           declare_nothing, run_status);
}

}  // namespace hansom::cli
