// A batch of events between its JSON and its stored form.
#include "proto/evidence/events_json.h"

#include <algorithm>
#include <unordered_map>

#include <google/protobuf/util/message_differencer.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "proto/evidence/event_types.h"
#include "proto/evidence/manifest.h"
#include "proto/evidence/members.h"
#include "proto/evidence/words.h"

namespace hansom::evidence {
namespace {

constexpr std::string_view kToken = "events_unparsable";
constexpr std::uint64_t kChannelMax = 255;
constexpr double kAccuracyMetresMax = 1e6;
constexpr TextBounds kRawCodeBounds = {.bytes_min = 0, .bytes_max = 128};
constexpr TextBounds kRegistrationBounds = {.bytes_min = 0, .bytes_max = 16};

bool is_type_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '/' || c == '.' || c == '-';
}

Status read_times(const Members& from, Event& event) {
  HANSOM_TRY_ASSIGN(const UtcTime time, from.time("time"));
  event.set_time_us(to_unix_us(time));
  HANSOM_TRY_ASSIGN(const std::string clock, from.text("clock_state"));
  const auto state = clock_state_of(clock);
  if (!state) return from.bad("clock_state", kClockStateHint);
  event.set_clock_state(*state);
  if (!from.has("end")) return {};
  HANSOM_TRY_ASSIGN(const UtcTime end, from.time("end"));
  if (end < time) return from.bad("end", "must not lie before time");
  event.set_end_us(to_unix_us(end));
  return {};
}

Status read_position(const Members& from, Position& position) {
  HANSOM_TRY_ASSIGN(const double latitude, from.number("latitude_deg", -90, 90));
  position.set_latitude_deg(latitude);
  HANSOM_TRY_ASSIGN(const double longitude, from.number("longitude_deg", -180, 180));
  position.set_longitude_deg(longitude);
  if (!from.has("accuracy_m")) return {};
  HANSOM_TRY_ASSIGN(const double accuracy, from.number("accuracy_m", 0, kAccuracyMetresMax));
  position.set_accuracy_m(accuracy);
  return {};
}

Status read_vehicle(const Members& from, Event& event) {
  HANSOM_TRY_ASSIGN(const std::string registration,
                    from.optional_text("registration", kRegistrationBounds));
  event.set_registration(normalise_registration(registration));
  if (from.has("unaccompanied_child")) {
    HANSOM_TRY_ASSIGN(const bool child, from.boolean("unaccompanied_child"));
    event.set_unaccompanied_child(child);
  }
  if (from.has("vulnerable_person")) {
    HANSOM_TRY_ASSIGN(const bool vulnerable, from.boolean("vulnerable_person"));
    event.set_vulnerable_person(vulnerable);
  }
  return {};
}

Result<Event> read_event(const Members& from) {
  Event event;
  HANSOM_TRY_ASSIGN(const auto sequence, from.integer("sequence"));
  event.set_sequence(sequence);
  HANSOM_TRY_ASSIGN(const std::string type, from.text("type"));
  if (!std::ranges::all_of(type, is_type_character)) {
    return from.bad("type", "must be letters, digits, '_', '/', '.' and '-'");
  }
  event.set_type(type);
  event.set_known_type(is_known_event_type(type));
  HANSOM_TRY(read_times(from, event));
  HANSOM_TRY_ASSIGN(const std::string actor, from.optional_text("actor"));
  event.set_actor(actor);
  if (from.has("channel")) {
    HANSOM_TRY_ASSIGN(const auto channel, from.integer("channel", {.max = kChannelMax}));
    event.set_channel(static_cast<std::uint32_t>(channel));
  }
  if (from.has("position")) {
    HANSOM_TRY_ASSIGN(const Members position, from.members("position"));
    HANSOM_TRY(read_position(position, *event.mutable_position()));
  }
  HANSOM_TRY_ASSIGN(const std::string raw_code, from.optional_text("raw_code", kRawCodeBounds));
  event.set_raw_code(raw_code);
  HANSOM_TRY(read_vehicle(from, event));
  return event;
}

boost::json::object event_json(const Event& event) {
  boost::json::object json;
  json["sequence"] = event.sequence();
  json["type"] = event.type();
  json["time"] = to_rfc3339(from_unix_us(event.time_us()));
  json["clock_state"] = clock_state_word(event.clock_state());
  if (event.has_end_us()) json["end"] = to_rfc3339(from_unix_us(event.end_us()));
  if (!event.actor().empty()) json["actor"] = event.actor();
  if (event.has_channel()) json["channel"] = event.channel();
  if (event.has_position()) {
    boost::json::object position;
    position["latitude_deg"] = event.position().latitude_deg();
    position["longitude_deg"] = event.position().longitude_deg();
    if (event.position().accuracy_m() > 0) position["accuracy_m"] = event.position().accuracy_m();
    json["position"] = std::move(position);
  }
  if (!event.raw_code().empty()) json["raw_code"] = event.raw_code();
  if (!event.registration().empty()) json["registration"] = event.registration();
  if (event.unaccompanied_child()) json["unaccompanied_child"] = true;
  if (event.vulnerable_person()) json["vulnerable_person"] = true;
  return json;
}

}  // namespace

std::span<const std::string_view> event_types() {
  return kEventTypes;
}

bool is_known_event_type(std::string_view type) {
  return std::ranges::binary_search(kEventTypes, type);
}

Result<std::vector<Event>> parse_events(std::string_view json) {
  HANSOM_TRY_ASSIGN(const boost::json::value value, parse_json(json, kToken));
  HANSOM_TRY_ASSIGN(const Members whole, Members::of(value, "", kToken));
  HANSOM_TRY_ASSIGN(const auto* array, whole.array("events"));
  if (array->size() > kEventsPerBatchMax) {
    return fail(ErrorKind::kTooLarge, "too_many_events",
                "the batch has " + std::to_string(array->size()) + " events, at most " +
                    std::to_string(kEventsPerBatchMax) + " are taken; send several batches");
  }
  std::vector<Event> events;
  events.reserve(array->size());
  std::unordered_map<std::uint64_t, std::size_t> by_sequence;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string path = "events[" + std::to_string(i) + "]";
    HANSOM_TRY_ASSIGN(const Members from, Members::of((*array)[i], path, kToken));
    HANSOM_TRY_ASSIGN(Event event, read_event(from));
    const auto [first, is_new] = by_sequence.emplace(event.sequence(), events.size());
    if (is_new) {
      events.push_back(std::move(event));
    } else if (!google::protobuf::util::MessageDifferencer::Equals(events[first->second], event)) {
      return from.bad("sequence", std::to_string(event.sequence()) +
                                      " stands twice in the batch with different content");
    }
  }
  return events;
}

std::string events_json(std::span<const Event> events) {
  boost::json::array array;
  array.reserve(events.size());
  for (const Event& event : events) array.push_back(event_json(event));
  boost::json::object whole;
  whole["events"] = std::move(array);
  return boost::json::serialize(whole);
}

}  // namespace hansom::evidence
