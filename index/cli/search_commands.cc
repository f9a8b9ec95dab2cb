// `hansom search`, `hansom events`.
#include <cmath>

#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"

namespace hansom::cli {
namespace {

// What is asked, as parameters of the API; empty ones are not sent.
struct Asked {
  std::string registration, vehicle_licence, driver_licence, unit, event_type, event_sequence, from,
      to, at, zone, order, limit, cursor;
};

void declare_common(CLI::App& command, Asked& asked) {
  command.add_option("--vehicle,--registration", asked.registration,
                     "Registration mark, in any spelling");
  command.add_option("--unit", asked.unit, "Recorder unit");
  command.add_option("--from", asked.from,
                     "Overlapping from, RFC 3339 or by the zone's clocks: 2026-03-01T10:00");
  command.add_option("--to", asked.to, "Overlapping to, exclusive");
  command.add_option("--zone", asked.zone, "IANA time zone of times (default: the site's)");
  command.add_option("--order", asked.order, "newest (default) or oldest first")
      ->check(CLI::IsMember({"newest", "oldest"}));
  command.add_option("--limit", asked.limit, "Rows of a page (1 to 500)");
  command.add_option("--cursor", asked.cursor, "The next page, as the page before gave it");
}

void declare_search(CLI::App& command, Asked& asked) {
  declare_common(command, asked);
  command.add_option("--at", asked.at, "One moment; a time of day that comes twice means both")
      ->excludes("--from", "--to");
  command.add_option("--vehicle-licence,--plate", asked.vehicle_licence, "Vehicle licence number");
  command.add_option("--driver-licence,--badge", asked.driver_licence, "Driver licence number");
  command.add_option("--event", asked.event_type,
                     "Clips of any channel that overlap an event of this type");
  command.add_option("--event-sequence", asked.event_sequence, "With --unit: one event's number");
}

void declare_events(CLI::App& command, Asked& asked) {
  declare_common(command, asked);
  command.add_option("--type", asked.event_type, "Type of event, such as panic_button");
}

Query query_of(const Asked& asked, const char* event_type_name) {
  Query query;
  for (const auto& [name, value] :
       {std::pair{"registration", &asked.registration},
        std::pair{"vehicle_licence", &asked.vehicle_licence},
        std::pair{"driver_licence", &asked.driver_licence}, std::pair{"unit", &asked.unit},
        std::pair{event_type_name, &asked.event_type},
        std::pair{"event_sequence", &asked.event_sequence}, std::pair{"from", &asked.from},
        std::pair{"to", &asked.to}, std::pair{"at", &asked.at}, std::pair{"zone", &asked.zone},
        std::pair{"order", &asked.order}, std::pair{"limit", &asked.limit},
        std::pair{"cursor", &asked.cursor}}) {
    if (!value->empty()) query.emplace_back(name, *value);
  }
  return query;
}

// How the server read the times asked for.
void print_asked(const boost::json::object& answer) {
  const boost::json::value* asked = answer.if_contains("asked");
  if (asked == nullptr || !asked->is_object()) return;
  const std::string says = member_text(asked->get_object(), "says");
  if (!says.empty()) print(printable(says) + "\n");
}

// "2 s", "38 min": rounded up.
std::string margin_of(const boost::json::object& time) {
  const boost::json::value* value = time.if_contains("uncertainty_s");
  if (value == nullptr || !value->is_number()) return "";
  const auto seconds = static_cast<std::int64_t>(std::ceil(value->to_number<double>()));
  if (seconds < 120) return std::to_string(seconds) + " s";
  const std::int64_t minutes = (seconds + 59) / 60;
  if (minutes < 120) return std::to_string(minutes) + " min";
  const std::int64_t hours = (minutes + 59) / 60;
  return hours < 48 ? std::to_string(hours) + " h" : std::to_string((hours + 23) / 24) + " days";
}

void print_page_end(const boost::json::object& answer, std::string_view list) {
  const boost::json::value* rows = answer.if_contains(list);
  const std::size_t count = rows != nullptr && rows->is_array() ? rows->get_array().size() : 0;
  print(std::to_string(count) + " " + std::string(list));
  const std::string cursor = member_text(answer, "next_cursor");
  print(cursor.empty() ? "\n" : "; more: --cursor " + cursor + "\n");
}

// "inspected, held" in one cell, and the true time of a start with its uncertainty.
void join_cells(boost::json::object& answer) {
  boost::json::value* clips = answer.if_contains("clips");
  if (clips == nullptr || !clips->is_array()) return;
  for (boost::json::value& clip : clips->get_array()) {
    if (!clip.is_object()) continue;
    boost::json::object& facts = clip.get_object();
    if (member_text(facts, "held") == "true") {
      facts["state"] = member_text(facts, "state") + ", held";
    }
    const boost::json::value* time = facts.if_contains("time");
    const boost::json::value* local = facts.if_contains("local");
    if (time != nullptr && time->is_object()) {
      facts["true_start"] = member_text(time->get_object(), "local_start");
      facts["within"] = margin_of(time->get_object());
    } else if (local != nullptr && local->is_object()) {
      facts["true_start"] = member_text(local->get_object(), "earliest_start");
      facts["within"] = "not known";
    }
  }
}

Status run_search(const Session& session, const Asked& asked) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(boost::json::object answer,
                    client->get("/v1/clips", query_of(asked, "event_type")));
  if (session.options.json) {
    print_json(answer);
    return {};
  }
  print_asked(answer);
  join_cells(answer);
  print(table_of(answer, "clips",
                 {{"START", "true_start"},
                  {"+-", "within"},
                  {"FOUND", "found"},
                  {"TOLD", "start"},
                  {"VEHICLE", "registration"},
                  {"PLATE", "vehicle_licence"},
                  {"UNIT", "unit"},
                  {"CH", "channel"},
                  {"STATE", "state"},
                  {"CLIP", "clip"}}));
  print_page_end(answer, "clips");
  return {};
}

Status run_events(const Session& session, const Asked& asked) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer,
                    client->get("/v1/events", query_of(asked, "type")));
  if (session.options.json) {
    print_json(answer);
    return {};
  }
  print_asked(answer);
  print(table_of(answer, "events",
                 {{"TIME", "local"},
                  {"END", "end"},
                  {"TYPE", "type"},
                  {"KNOWN", "known_type"},
                  {"ACTOR", "actor"},
                  {"VEHICLE", "registration"},
                  {"UNIT", "unit"},
                  {"NUMBER", "sequence"},
                  {"CH", "channel"}}));
  print_page_end(answer, "events");
  return {};
}

}  // namespace

void add_search_commands(CLI::App& app, Session& session) {
  add_command<Asked>(app, session, "search", "Find clips by vehicle, licence, unit, event and time",
                     declare_search, run_search);
  add_command<Asked>(app, session, "events", "Find events", declare_events, run_events);
}

}  // namespace hansom::cli
