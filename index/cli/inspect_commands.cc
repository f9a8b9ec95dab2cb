// `hansom inspect`: have clips looked at again, see how that stands, list a clip's reports.
#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"

namespace hansom::cli {
namespace {

namespace json = boost::json;

struct Inspect {
  std::vector<std::string> clips;
  std::string clips_file, level, reason, registration, vehicle_licence, driver_licence, unit, from,
      to, zone, before_version;
  bool again = false, all = false, status = false, reports = false;
};

void declare_inspect(CLI::App& command, Inspect& inspect) {
  command.add_option("CLIP", inspect.clips, "Clips by their digests");
  command.add_flag("--again", inspect.again, "Which clips the options below say, as in `search`");
  command.add_option("--clips", inspect.clips_file, "With --again: a file, a digest a line");
  command.add_option("--vehicle,--registration", inspect.registration, "Registration mark");
  command.add_option("--vehicle-licence,--plate", inspect.vehicle_licence,
                     "Vehicle licence number");
  command.add_option("--driver-licence,--badge", inspect.driver_licence, "Driver licence number");
  command.add_option("--unit", inspect.unit, "Recorder unit");
  command.add_option("--from", inspect.from, "Overlapping from, RFC 3339 or by the zone's clocks");
  command.add_option("--to", inspect.to, "Overlapping to, exclusive");
  command.add_option("--zone", inspect.zone, "IANA time zone of times (default: the site's)");
  command.add_option("--before-version", inspect.before_version,
                     "Only where the report is of an older inspector: 0.1.0, \"rules 4\", or both");
  command.add_flag("--all", inspect.all, "Every clip of the site");
  command
      .add_option("--level", inspect.level,
                  "How closely: headers, keyframes or full (default: as configured for the clip)")
      ->check(CLI::IsMember({"headers", "keyframes", "full"}));
  command.add_option("--reason", inspect.reason, "Why; recorded with the order");
  auto* status =
      command.add_flag("--status", inspect.status, "How orders stand, and what waits; orders none");
  command.add_flag("--reports", inspect.reports, "List the clip's reports; orders none")
      ->excludes(status);
}

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_parameter", std::move(message));
}

Status show_status(const Session& session) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const json::object answer, client->get("/v1/inspections"));
  if (session.options.json) {
    print_json(answer);
    return {};
  }
  print("waiting: " + member_text(answer, "waiting_first") + " for their first inspection, " +
        member_text(answer, "waiting_ordered") + " for an ordered one\n\n");
  print(table_of(answer, "orders",
                 {{"ORDER", "order_id"},
                  {"ORDERED", "ordered"},
                  {"BY", "person"},
                  {"LEVEL", "level"},
                  {"CLIPS", "clips"},
                  {"WAITING", "waiting"},
                  {"ASKED", "asked"},
                  {"REASON", "reason"}}));
  return {};
}

// How many attempts an inspection took, in the place of what they were.
void count_attempts(json::object& answer) {
  json::value* reports = answer.if_contains("reports");
  if (reports == nullptr || !reports->is_array()) return;
  for (json::value& report : reports->get_array()) {
    if (!report.is_object()) continue;
    const json::value* failed = report.get_object().if_contains("failed_attempts");
    const std::size_t count =
        failed != nullptr && failed->is_array() ? failed->get_array().size() : 0;
    report.get_object()["attempts"] = count + 1;
  }
}

Status show_reports(const Session& session, const Inspect& inspect) {
  if (inspect.clips.size() != 1) return bad("name one clip: hansom inspect --reports CLIP");
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(json::object answer,
                    client->get("/v1/clips/" + path_segment(inspect.clips.front()) + "/reports"));
  if (session.options.json) {
    print_json(answer);
    return {};
  }
  count_attempts(answer);
  print(table_of(answer, "reports",
                 {{"REPORT", "report"},
                  {"HOLDS", "holds"},
                  {"INSPECTED", "inspected"},
                  {"OUTCOME", "outcome"},
                  {"WHY", "reason_token"},
                  {"LEVEL", "level"},
                  {"ATTEMPTS", "attempts"},
                  {"INSPECTOR", "inspector_version"},
                  {"ORDER", "order_id"}}));
  return {};
}

// A digest a line; empty lines are passed over.
Result<json::array> read_clips(const std::string& file) {
  HANSOM_TRY_ASSIGN(const std::string text, read_text(file));
  json::array clips;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) clips.emplace_back(json::string(line));
    at = end + 1;
  }
  return clips;
}

// Which clips, as the API takes it.
Result<json::object> asked_of(const Inspect& inspect) {
  json::object body;
  for (const auto& [name, value] :
       {std::pair{"registration", &inspect.registration},
        std::pair{"vehicle_licence", &inspect.vehicle_licence},
        std::pair{"driver_licence", &inspect.driver_licence}, std::pair{"unit", &inspect.unit},
        std::pair{"from", &inspect.from}, std::pair{"to", &inspect.to},
        std::pair{"zone", &inspect.zone}, std::pair{"before_version", &inspect.before_version}}) {
    if (!value->empty()) body[name] = *value;
  }
  if (inspect.all) body["all"] = true;
  const bool by_options = !body.empty() || !inspect.clips_file.empty();
  if (inspect.again == !inspect.clips.empty()) {
    return bad(
        "name clips, or say --again and which: a vehicle, a unit, a time, --clips FILE, "
        "--before-version or --all");
  }
  if (!inspect.again && by_options) return bad("options that choose clips need --again");
  json::array clips;
  for (const std::string& clip : inspect.clips) clips.emplace_back(json::string(clip));
  if (!inspect.clips_file.empty()) {
    HANSOM_TRY_ASSIGN(clips, read_clips(inspect.clips_file));
    if (clips.empty()) return bad(inspect.clips_file + " names no clip");
  }
  if (!clips.empty()) body["clips"] = std::move(clips);
  return body;
}

Status run_inspect(const Session& session, const Inspect& inspect) {
  if (inspect.status) return show_status(session);
  if (inspect.reports) return show_reports(session, inspect);
  HANSOM_TRY_ASSIGN(json::object body, asked_of(inspect));
  if (inspect.reason.empty()) return bad("say why: --reason");
  body["reason"] = inspect.reason;
  if (!inspect.level.empty()) body["level"] = inspect.level;
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const json::object answer, client->post("/v1/inspections", body));
  if (session.options.json) {
    print_json(answer);
    return {};
  }
  print(fields_of(answer));
  print("They wait; how they stand: hansom inspect --status\n");
  return {};
}

}  // namespace

void add_inspect_command(CLI::App& app, Session& session) {
  add_command<Inspect>(app, session, "inspect",
                       "Have clips looked at again or more closely; see orders and reports",
                       declare_inspect, run_inspect);
}

}  // namespace hansom::cli
