// Times and positions as a report holds them: see found_to_report.h.
#include "ingest/inspect/inspector/found_to_report.h"

namespace hansom::ingest {
namespace {

void write_time(const FoundTime& found, evidence::RawTime& out) {
  out.set_source(found.source);
  out.set_value(found.value);
  if (found.unix_us) out.set_unix_us(*found.unix_us);
  out.set_stream(found.stream);
  if (found.offset) out.set_clip_offset(*found.offset);
  if (found.media_us) out.set_media_us(*found.media_us);
}

void write_position(const FoundPosition& found, evidence::RawPosition& out) {
  out.set_latitude_deg(found.latitude_deg);
  out.set_longitude_deg(found.longitude_deg);
  if (found.altitude_m) out.set_altitude_m(*found.altitude_m);
  if (found.speed_kmh) out.set_speed_kmh(*found.speed_kmh);
  if (found.heading_deg) out.set_heading_deg(*found.heading_deg);
  if (found.unix_us) out.set_unix_us(*found.unix_us);
  out.set_time(found.time);
  if (found.media_us) out.set_media_us(*found.media_us);
  if (found.offset) out.set_clip_offset(*found.offset);
  out.set_value(found.value);
}

}  // namespace

void write_found(const Found& found, evidence::Report& report) {
  std::uint64_t times = report.times_found();
  for (const FoundTimes& group : found.times()) {
    times += group.found;
    for (const FoundTime& time : group.items) write_time(time, *report.add_times());
  }
  report.set_times_found(times);
  for (const FoundTrack& group : found.tracks()) {
    evidence::PositionTrack& track = *report.add_tracks();
    track.set_source(group.items.front().source);
    track.set_stream(group.items.front().stream);
    track.set_found(group.found);
    for (const FoundPosition& position : group.items) {
      write_position(position, *track.add_positions());
    }
  }
}

}  // namespace hansom::ingest
