// `hansom show`: everything known of a clip, and what inspection found in it, in plain words.
#include <array>
#include <cstdio>

#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"

namespace hansom::cli {
namespace {

struct Show {
  std::string clip;
};

void declare_show(CLI::App& command, Show& show) {
  command.add_option("CLIP", show.clip, "The clip's digest")->required();
}

struct Words {
  std::string_view name;
  std::string_view says;
};

constexpr std::array kLevels = {
    Words{"headers", "structure and packets; nothing was decoded"},
    Words{"keyframes", "key frames and sound"},
    Words{"full", "every frame"},
};

constexpr std::array kFindings = {
    Words{"sound", "sound"},
    Words{"silence", "nothing to hear"},
    Words{"dark", "the picture is dark"},
    Words{"covered", "the lens may be covered"},
    Words{"defocused", "the picture is out of focus"},
    Words{"no_colour", "the picture has no colour"},
    Words{"frozen", "the picture stands still"},
    Words{"scene_jump", "another scene at once"},
    Words{"duplicate_frames", "frames are repeated"},
    Words{"dropped_frames", "frames are missing"},
    Words{"time_gap", "a gap in the times"},
    Words{"times_back", "times go back"},
    Words{"picture_short", "the picture ends before it is claimed to"},
    Words{"sound_short", "the sound ends before it is claimed to"},
    Words{"decode_damage", "it does not decode"},
    Words{"packet_damage", "packets are damaged"},
    Words{"cut_off", "the clip is cut off"},
    Words{"no_index", "the index is missing"},
    Words{"wrong_offsets", "the index names wrong places"},
    Words{"zero_run", "zeros stand where media should"},
    Words{"unsupported_codec", "not decoded: its codec is not on the list"},
};

template <std::size_t Size>
std::string words_for(const std::array<Words, Size>& table, const std::string& name) {
  for (const Words& words : table) {
    if (words.name == name) return std::string(words.says);
  }
  return printable(name);
}

std::int64_t number(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<std::int64_t>() : 0;
}

double measure(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

// "1:02:03.4", of the clip's own time.
std::string shown_time(std::int64_t us) {
  const bool before = us < 0;
  const std::int64_t tenths = (before ? -us : us) / 100'000;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s%lld:%02lld:%02lld.%lld", before ? "-" : "",
                static_cast<long long>(tenths / 36'000), static_cast<long long>(tenths / 600 % 60),
                static_cast<long long>(tenths / 10 % 60), static_cast<long long>(tenths % 10));
  return text.data();
}

std::string shown_number(double value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

void print_findings(const boost::json::object& report) {
  print("looked at: " + words_for(kLevels, member_text(report, "level")) + "\n");
  const boost::json::value* list = report.if_contains("findings");
  if (list == nullptr || !list->is_array() || list->get_array().empty()) {
    print("nothing was noticed\n");
    return;
  }
  Table table({"FROM", "TO", "NOTICED", "STREAM", "CONFIDENCE", "MEASURE"});
  for (const boost::json::value& item : list->get_array()) {
    if (!item.is_object()) continue;
    const boost::json::object& finding = item.get_object();
    const std::string place = member_text(finding, "clip_offset");
    table.add({shown_time(number(finding, "start_us")), shown_time(number(finding, "end_us")),
               words_for(kFindings, member_text(finding, "kind")) +
                   (place.empty() ? "" : ", at byte " + place),
               number(finding, "stream") < 0 ? "clip" : member_text(finding, "stream"),
               shown_number(measure(finding, "confidence")),
               shown_number(measure(finding, "measure")) + " " +
                   printable(member_text(finding, "unit"))});
  }
  print(table.text());
}

void print_repair(const boost::json::object& report) {
  const boost::json::value* value = report.if_contains("repair");
  if (value == nullptr || !value->is_object()) return;
  const boost::json::object& repair = value->get_object();
  print("not whole: " + printable(member_text(repair, "missing")) + "\n");
  print("whole up to " + shown_time(number(repair, "playable_us")) + ", byte " +
        member_text(repair, "playable_bytes") + "\n");
  const std::string method = member_text(repair, "method");
  print(method.empty()
            ? std::string("no copy could be repaired\n")
            : "a repaired copy (" + printable(method) + ", " + member_text(repair, "copy_bytes") +
                  " bytes): hansom fetch --repaired\n");
}

Status run_show(const Session& session, const Show& show) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  const std::string resource = "/v1/clips/" + path_segment(show.clip);
  HANSOM_TRY_ASSIGN(boost::json::object answer, client->get(resource));
  const bool inspected = answer.contains("inspected_leaf");
  Result<boost::json::object> report = boost::json::object();
  if (inspected) report = client->get(resource + "/report");
  // Who may search may not always see what is in a clip.
  if (!report && report.error().token != "forbidden") return fail(report.error());
  if (session.options.json) {
    for (const char* name : {"level", "findings", "repair"}) {
      if (report && report->contains(name)) answer[name] = report->at(name);
    }
    print_json(answer);
    return {};
  }
  const boost::json::value* signed_media = answer.if_contains("signed_media");
  if (signed_media != nullptr && signed_media->is_object()) {
    answer["signed_media"] = member_text(signed_media->get_object(), "says");
  }
  print(fields_of(answer));
  if (!inspected) return {};
  if (!report) {
    print("what inspection found is not for this role\n");
    return {};
  }
  print_findings(*report);
  print_repair(*report);
  return {};
}

}  // namespace

void add_show_command(CLI::App& app, Session& session) {
  add_command<Show>(app, session, "show", "Show everything known of a clip", declare_show,
                    run_show);
}

}  // namespace hansom::cli
