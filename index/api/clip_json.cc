// The JSON forms of clips and events.
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "index/api/json.h"
#include "index/catalogue/clip_rows.h"
#include "proto/evidence/manifest.h"

namespace hansom::api {

namespace json = boost::json;

namespace {

json::object tombstone_json(const catalogue::Tombstone& stone) {
  json::object out;
  out["leaf"] = stone.leaf();
  out["destroyed"] = time_json(stone.destroyed_us());
  out["rule"] = stone.rule();
  out["plan"] = hex(stone.plan_sha256());
  return out;
}

// When it may have been, by the clocks of the zone.
json::object local_json(const catalogue::Interval& possible, const timeline::Zone& zone) {
  json::object out;
  out["zone"] = zone.name();
  out["earliest_start"] = zone.show(from_unix_us(possible.start_us));
  out["latest_end"] = zone.show(from_unix_us(possible.end_us));
  return out;
}

json::object destroyed_json(const catalogue::ClipRow& clip, const timeline::Zone& zone) {
  const catalogue::Tombstone& stone = clip.tombstone();
  json::object out;
  out["clip"] = hex(clip.id());
  out["state"] = clip_state(clip);
  out["held"] = false;
  out["unit"] = stone.unit();
  out["channel"] = stone.channel();
  out["registration"] = stone.registration();
  out["vehicle_licence"] = stone.vehicle_licence();
  out["start"] = time_json(clip.start_us());
  out["end"] = time_json(clip.end_us());
  out["local"] = local_json(catalogue::possible_interval(clip), zone);
  out["accepted"] = time_json(clip.accepted_us());
  out["accepted_leaf"] = clip.accepted_leaf();
  out["tombstone"] = tombstone_json(stone);
  return out;
}

// What the unit said of time, untouched.
json::object told_json(const evidence::Manifest& manifest) {
  json::object out;
  out["start_us"] = manifest.start_us();
  out["duration_ms"] = manifest.duration_ms();
  out["clock_state"] = evidence::clock_state_word(manifest.clock_state());
  return out;
}

json::object arrival_json(const catalogue::Arrival& arrival) {
  json::object out;
  out["leaf"] = arrival.leaf();
  out["time"] = time_json(arrival.time_us());
  out["unit"] = arrival.unit();
  out["upload"] = arrival.upload();
  out["conflicting"] = arrival.conflicting();
  return out;
}

const auto& failed_attempts_of(const catalogue::ClipRow& clip) {
  const auto& inspections = clip.inspections();
  return clip.has_waiting() || inspections.empty() ? clip.waiting().failed()
                                                   : inspections.rbegin()->failed();
}

json::object position_json(const evidence::Position& position) {
  json::object out;
  out["latitude_deg"] = position.latitude_deg();
  out["longitude_deg"] = position.longitude_deg();
  out["accuracy_m"] = position.accuracy_m();
  return out;
}

}  // namespace

std::string_view clip_state(const catalogue::ClipRow& clip) {
  if (clip.has_tombstone()) return "destroyed";
  if (!clip.has_inspected_leaf()) return "accepted";
  return clip.report().outcome() == evidence::Report::UNDECODABLE ? "undecodable" : "inspected";
}

json::object clip_json(const catalogue::ClipRow& clip, const timeline::Zone& zone) {
  if (clip.has_tombstone()) return destroyed_json(clip, zone);
  const evidence::Manifest& manifest = clip.manifest();
  json::object out;
  out["clip"] = hex(clip.id());
  out["state"] = clip_state(clip);
  out["held"] = !clip.hold_ids().empty();
  out["unit"] = manifest.unit();
  out["channel"] = manifest.channel();
  out["clip_number"] = manifest.clip_number();
  out["registration"] = manifest.vehicle().registration();
  out["vin"] = manifest.vehicle().vin();
  out["vehicle_licence"] = manifest.vehicle_licence();
  out["driver_licence"] = manifest.driver_licence();
  const catalogue::Interval as_told = catalogue::told_interval(clip);
  out["start"] = time_json(as_told.start_us);
  out["end"] = time_json(as_told.end_us);
  out["time"] = clip.has_time() ? json::value(true_time_json(clip.time(), zone)) : nullptr;
  out["local"] = local_json(catalogue::possible_interval(clip), zone);
  out["told"] = told_json(manifest);
  out["media_type"] = manifest.media_type();
  out["media_bytes"] = manifest.media_bytes();
  out["media_sha256"] = hex(manifest.media_sha256());
  out["sealed_bytes"] = clip.sealed_bytes();
  json::object purpose;
  purpose["kind"] = evidence::purpose_word(manifest.purpose().kind());
  purpose["reference"] = manifest.purpose().reference();
  out["purpose"] = std::move(purpose);
  json::object sound;
  sound["present"] = manifest.sound().present();
  sound["trigger"] = manifest.sound().trigger();
  out["sound"] = std::move(sound);
  out["accepted"] = time_json(clip.accepted_us());
  out["accepted_leaf"] = clip.accepted_leaf();
  return out;
}

json::array failed_attempts_json(
    const google::protobuf::RepeatedPtrField<evidence::FailedAttempt>& failed) {
  json::array out;
  for (const evidence::FailedAttempt& attempt : failed) {
    json::object item;
    item["time"] = time_json(attempt.time_us());
    item["reason_token"] = attempt.reason_token();
    item["reason"] = attempt.reason();
    item["leaf"] = attempt.leaf();
    out.push_back(std::move(item));
  }
  return out;
}

json::object whole_clip_json(const catalogue::ClipRow& clip, const timeline::Zone& zone) {
  json::object out = clip_json(clip, zone);
  if (clip.has_tombstone()) return out;
  out["controller"] = clip.controller();
  json::array arrivals;
  for (const catalogue::Arrival& arrival : clip.arrivals()) {
    arrivals.push_back(arrival_json(arrival));
  }
  out["arrivals"] = std::move(arrivals);
  json::array holds;
  for (const std::string& hold : clip.hold_ids()) holds.push_back(json::string(hold));
  out["holds"] = std::move(holds);
  out["thumbnails"] = clip.report().thumbnails_size();
  if (clip.has_inspected_leaf()) out["inspected_leaf"] = clip.inspected_leaf();
  out["failed_attempts"] = failed_attempts_json(failed_attempts_of(clip));
  if (clip.report().outcome() == evidence::Report::UNDECODABLE) {
    json::object why;
    why["token"] = clip.report().reason_token();
    why["message"] = clip.report().reason();
    out["undecodable"] = std::move(why);
  }
  if (clip.report().has_signed_media()) {
    json::object signed_media = signed_media_json(clip.report().signed_media());
    signed_media.erase("streams");  // the report has them
    out["signed_media"] = std::move(signed_media);
  }
  boost::system::error_code error;
  json::value manifest = json::parse(evidence::manifest_json(clip.manifest()), error);
  out["manifest"] = error ? json::value(nullptr) : std::move(manifest);
  return out;
}

json::object event_json(const catalogue::EventRow& row, const timeline::Zone& zone) {
  const evidence::Event& event = row.event;
  json::object out;
  out["unit"] = row.unit;
  out["sequence"] = event.sequence();
  out["type"] = event.type();
  out["known_type"] = event.known_type();
  out["registration"] = event.registration();
  out["time"] = time_json(event.time_us());
  out["local"] = zone.show(from_unix_us(event.time_us()));
  out["end"] = event.has_end_us() ? time_json(event.end_us()) : json::value(nullptr);
  json::object told;
  told["time_us"] = event.time_us();
  if (event.has_end_us()) told["end_us"] = event.end_us();
  told["clock_state"] = evidence::clock_state_word(event.clock_state());
  out["told"] = std::move(told);
  out["actor"] = event.actor();
  if (event.has_channel()) out["channel"] = event.channel();
  if (event.has_position()) out["position"] = position_json(event.position());
  if (!event.raw_code().empty()) out["raw_code"] = event.raw_code();
  out["received"] = json::string(to_rfc3339(row.received));
  out["leaf"] = to_u64(row.leaf);
  return out;
}

}  // namespace hansom::api
