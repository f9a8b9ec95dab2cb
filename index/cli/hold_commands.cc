// `hansom hold`: place, release, list.
#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"

namespace hansom::cli {
namespace {

struct Place {
  std::string clip;
  std::string reason;
};

void declare_place(CLI::App& command, Place& place) {
  command.add_option("CLIP", place.clip, "The clip's digest")->required();
  command.add_option("--reason", place.reason, "Why it must be kept")->required();
}

void print_answer(const Session& session, const boost::json::object& answer) {
  if (session.options.json) {
    print_json(answer);
  } else {
    print(fields_of(answer));
  }
}

Status run_place(const Session& session, const Place& place) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer,
                    client->post("/v1/holds", {{"clip", place.clip}, {"reason", place.reason}}));
  print_answer(session, answer);
  return {};
}

struct Release {
  std::string hold;
  std::string reason;
};

void declare_release(CLI::App& command, Release& release) {
  command.add_option("HOLD-ID", release.hold, "As `hold list` shows it")->required();
  command.add_option("--reason", release.reason, "Why it may go")->required();
}

Status run_release(const Session& session, const Release& release) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer,
                    client->post("/v1/holds/" + path_segment(release.hold) + "/release",
                                 {{"reason", release.reason}}));
  print_answer(session, answer);
  return {};
}

struct List {
  bool all = false;
};

void declare_list(CLI::App& command, List& list) {
  command.add_flag("--all", list.all, "Released ones too");
}

Status run_list(const Session& session, const List& list) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  const Query query = list.all ? Query{{"all", "true"}} : Query{};
  HANSOM_TRY_ASSIGN(const boost::json::object answer, client->get("/v1/holds", query));
  if (session.options.json) {
    print_json(answer);
  } else {
    print(table_of(answer, "holds",
                   {{"HOLD", "hold_id"},
                    {"PLACED", "placed"},
                    {"BY", "person"},
                    {"REASON", "reason"},
                    {"RELEASED", "released"},
                    {"CLIP", "clip"}}));
  }
  return {};
}

}  // namespace

void add_hold_commands(CLI::App& app, Session& session) {
  CLI::App& holds = *app.add_subcommand("hold", "Holds: place, release, list");
  holds.require_subcommand(1);
  add_command<Place>(holds, session, "place", "Keep a clip whatever retention says", declare_place,
                     run_place);
  add_command<Release>(holds, session, "release", "End a hold", declare_release, run_release);
  add_command<List>(holds, session, "list", "List holds in force", declare_list, run_list);
}

}  // namespace hansom::cli
