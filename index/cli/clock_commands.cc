// `hansom clock`: how wrong a unit's clock was, and corrections of it.
#include <charconv>

#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"

namespace hansom::cli {
namespace {

namespace json = boost::json;

struct See {
  std::string unit, at, zone;
};

void declare_see(CLI::App& command, See& see) {
  command.add_option("UNIT", see.unit, "Recorder unit");
  command.add_option("--at", see.at, "Only around this moment: RFC 3339, or by the zone's clocks");
  command.add_option("--zone", see.zone, "IANA time zone of times (default: the site's)");
}

std::string clock_path(const std::string& unit) {
  return "/v1/units/" + path_segment(unit) + "/clock";
}

// The objects of a list.
std::vector<const json::object*> objects_of(const json::object& answer, std::string_view list) {
  std::vector<const json::object*> all;
  const json::value* rows = answer.if_contains(list);
  if (rows == nullptr || !rows->is_array()) return all;
  for (const json::value& row : rows->get_array()) {
    if (row.is_object()) all.push_back(&row.get_object());
  }
  return all;
}

// Each line of a text from outside.
std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += printable(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void print_clock(const json::object& answer) {
  const std::string says = member_text(answer, "says");
  if (!says.empty()) print(printable(says) + "\n");
  const auto channels = objects_of(answer, "channels");
  for (const json::object* channel : channels) {
    print(printable_lines(member_text(*channel, "statement")));
  }
  if (channels.empty()) {
    print("Nothing is known of this unit's clock: no clip of it has been reckoned.\n");
  }
  if (member_text(answer, "waits") == "true") {
    print("Newer clips, events or corrections are being reckoned.\n");
  }
  if (objects_of(answer, "corrections").empty()) return;
  print("Corrections:\n" + table_of(answer, "corrections",
                                    {{"CORRECTION", "correction_id"},
                                     {"CLOCK WAS", "text"},
                                     {"CH", "channel"},
                                     {"FROM", "from"},
                                     {"UNTIL", "until"},
                                     {"BY", "person"},
                                     {"MADE", "made"},
                                     {"WITHDRAWN", "withdrawn"},
                                     {"REASON", "reason"}}));
}

Status run_see(const Session& session, const See& see) {
  if (see.unit.empty()) {
    return fail(ErrorKind::kInvalid, "bad_parameter", "name a unit: hansom clock UNIT");
  }
  Query query;
  if (!see.at.empty()) query.emplace_back("at", see.at);
  if (!see.zone.empty()) query.emplace_back("zone", see.zone);
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const json::object answer, client->get(clock_path(see.unit), query));
  if (session.options.json) {
    print_json(answer);
  } else {
    print_clock(answer);
  }
  return {};
}

struct Correct {
  std::string unit, from, until, fast, slow, reason;
  double within_s = 0;
  std::optional<std::uint32_t> channel;
};

void declare_correct(CLI::App& command, Correct& correct) {
  command.add_option("UNIT", correct.unit, "Recorder unit")->required();
  command
      .add_option("--from", correct.from,
                  "For clips that began from then on by the unit's clock: RFC 3339, as TOLD shows")
      ->required();
  command.add_option("--until", correct.until, "... and until then, inclusive")->required();
  auto* fast = command.add_option("--fast", correct.fast,
                                  "How far the clock was ahead: 00:03:12, or seconds");
  command.add_option("--slow", correct.slow, "... or behind")->excludes(fast);
  command.add_option("--within", correct.within_s, "How sure, in seconds either way")
      ->required()
      ->check(CLI::NonNegativeNumber);
  command.add_option("--channel", correct.channel, "Of this channel alone");
  command.add_option("--reason", correct.reason, "How it was measured")->required();
}

constexpr double kDurationMax = 1e10;  // seconds; the server has the real bound

// "00:03:12", "1:30:00", "192", "192.5".
Result<double> read_duration(const std::string& text) {
  const auto wrong = [&text] {
    return fail(ErrorKind::kInvalid, "bad_parameter",
                "\"" + text + "\" is no duration: give HH:MM:SS or seconds");
  };
  double seconds = 0;
  std::size_t parts = 0;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find(':', at), text.size());
    const std::string part = text.substr(at, end - at);
    double number = 0;
    const auto [stop, error] =
        std::from_chars(part.data(), part.data() + part.size(), number, std::chars_format::fixed);
    const bool whole = error == std::errc{} && stop == part.data() + part.size();
    if (!whole || !(number >= 0 && number < kDurationMax) || ++parts > 3 ||
        (parts > 1 && number >= 60))
      return wrong();
    seconds = seconds * 60 + number;
    at = end + 1;
  }
  return seconds;
}

Status run_correct(const Session& session, const Correct& correct) {
  if (correct.fast.empty() == correct.slow.empty()) {
    return fail(ErrorKind::kInvalid, "bad_parameter", "say --fast or --slow, and by how much");
  }
  HANSOM_TRY_ASSIGN(const double ahead,
                    read_duration(correct.fast.empty() ? correct.slow : correct.fast));
  json::object body{{"from", correct.from},
                    {"until", correct.until},
                    {"error_s", correct.fast.empty() ? -ahead : ahead},
                    {"uncertainty_s", correct.within_s},
                    {"reason", correct.reason}};
  if (correct.channel) body["channel"] = *correct.channel;
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const json::object answer,
                    client->post(clock_path(correct.unit) + "/corrections", body));
  if (session.options.json) {
    print_json(answer);
  } else {
    print(fields_of(answer));
  }
  return {};
}

struct Withdraw {
  std::string unit, correction, reason;
};

void declare_withdraw(CLI::App& command, Withdraw& withdraw) {
  command.add_option("UNIT", withdraw.unit, "Recorder unit")->required();
  command.add_option("CORRECTION", withdraw.correction, "As `clock UNIT` shows it")->required();
  command.add_option("--reason", withdraw.reason, "Why it does not hold")->required();
}

Status run_withdraw(const Session& session, const Withdraw& withdraw) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const json::object answer,
                    client->post(clock_path(withdraw.unit) + "/corrections/" +
                                     path_segment(withdraw.correction) + "/withdraw",
                                 {{"reason", withdraw.reason}}));
  if (session.options.json) {
    print_json(answer);
  } else {
    print(fields_of(answer));
  }
  return {};
}

}  // namespace

void add_clock_commands(CLI::App& app, Session& session) {
  CLI::App& clock = *app.add_subcommand("clock", "How wrong a unit's clock was; correct it");
  const auto see = std::make_shared<See>();
  declare_see(clock, *see);
  clock.callback([&session, &clock, see] {
    if (!clock.get_subcommands().empty()) return;  // it has its own action
    session.action = [&session, see] { return run_see(session, *see); };
  });
  add_command<Correct>(clock, session, "correct",
                       "Record what was measured of a unit's clock over a span", declare_correct,
                       run_correct);
  add_command<Withdraw>(clock, session, "withdraw", "Undo a correction", declare_withdraw,
                        run_withdraw);
}

}  // namespace hansom::cli
