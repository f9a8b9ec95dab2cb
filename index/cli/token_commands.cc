// `hansom token`: issue, list, revoke.
#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "proto/base/durable_file.h"

namespace hansom::cli {
namespace {

struct Issue {
  std::string person;
  std::string role;
  int days = 90;
  std::filesystem::path file;
};

void declare_issue(CLI::App& command, Issue& issue) {
  command.add_option("--person", issue.person, "Whom it is for")->required();
  command.add_option("--role", issue.role, "investigator, operations or auditor")->required();
  command.add_option("--days", issue.days, "How long it is good")->capture_default_str();
  command.add_option("--output,-o", issue.file,
                     "A new file for the token (mode 0600) [shown once instead]");
}

// The token is in this one answer and can never be read again.
Status run_issue(const Session& session, const Issue& issue) {
  if (!issue.file.empty() && std::filesystem::exists(issue.file)) {
    return fail(ErrorKind::kConflict, "already_exists",
                issue.file.string() + " exists; tokens go into a new file");
  }
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  boost::json::object body;
  body["person"] = issue.person;
  body["role"] = issue.role;
  body["days"] = issue.days;
  HANSOM_TRY_ASSIGN(boost::json::object answer, client->post("/v1/tokens", body));
  if (!issue.file.empty()) {
    const std::string line = member_text(answer, "token") + "\n";
    HANSOM_TRY(durable::create_once(issue.file, as_bytes(line), 0600));
    answer.erase("token");
    answer["token_file"] = issue.file.string();
  }
  if (session.options.json) {
    print_json(answer);
  } else {
    print(fields_of(answer));
  }
  return {};
}

Status run_list(const Session& session, const NoArguments& /*none*/) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer, client->get("/v1/tokens"));
  if (session.options.json) {
    print_json(answer);
  } else {
    print(table_of(answer, "tokens",
                   {{"TOKEN", "token_id"},
                    {"PERSON", "person"},
                    {"ROLE", "role"},
                    {"ISSUED", "issued"},
                    {"EXPIRES", "expires"},
                    {"REVOKED", "revoked"}}));
  }
  return {};
}

struct Revoke {
  std::string token;
  std::string reason;
};

void declare_revoke(CLI::App& command, Revoke& revoke) {
  command.add_option("TOKEN-ID", revoke.token, "As `token list` shows it")->required();
  command.add_option("--reason", revoke.reason, "Why; recorded in the journal")->required();
}

Status run_revoke(const Session& session, const Revoke& revoke) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer,
                    client->post("/v1/tokens/" + path_segment(revoke.token) + "/revoke",
                                 {{"reason", revoke.reason}}));
  if (session.options.json) {
    print_json(answer);
  } else {
    print("Revoked " + printable(revoke.token) + ".\n");
  }
  return {};
}

}  // namespace

void add_token_commands(CLI::App& app, Session& session) {
  CLI::App& tokens = *app.add_subcommand("token", "People's tokens: issue, list, revoke");
  tokens.require_subcommand(1);
  add_command<Issue>(tokens, session, "issue", "Issue a token to a person in a role", declare_issue,
                     run_issue);
  add_command<NoArguments>(tokens, session, "list", "List tokens", declare_nothing, run_list);
  add_command<Revoke>(tokens, session, "revoke", "End a token at once", declare_revoke, run_revoke);
}

}  // namespace hansom::cli
