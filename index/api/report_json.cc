// The JSON form of an inspection report. Times in it are microseconds of the clip's own timeline.
#include <boost/json/array.hpp>

#include "index/api/json.h"
#include "proto/evidence/level.h"

namespace hansom::api {

namespace json = boost::json;

namespace {

json::object span_json(const evidence::Span& span) {
  json::object out;
  out["start_us"] = span.start_us();
  out["end_us"] = span.end_us();
  out["kind"] = span.kind();
  out["measure"] = span.measure();
  out["stream"] = span.stream();
  return out;
}

template <typename Spans>
json::array spans_json(const Spans& spans) {
  json::array out;
  for (const evidence::Span& span : spans) out.push_back(span_json(span));
  return out;
}

json::object stream_json(const evidence::Stream& stream) {
  json::object out;
  out["index"] = stream.index();
  out["type"] = stream.type();
  out["codec"] = stream.codec();
  out["profile"] = stream.profile();
  if (stream.type() == "video") {
    out["width_px"] = stream.width_px();
    out["height_px"] = stream.height_px();
    out["frame_rate"] = stream.frame_rate();
    out["key_frames"] = stream.key_frames();
  }
  if (stream.type() == "audio") {
    out["sample_rate_hz"] = stream.sample_rate_hz();
    out["audio_channels"] = stream.audio_channels();
  }
  out["packets"] = stream.packets();
  out["payload_bytes"] = stream.payload_bytes();
  out["first_pts_us"] = stream.first_pts_us();
  out["last_pts_us"] = stream.last_pts_us();
  out["duration_us"] = stream.duration_us();
  json::array runs;
  for (const evidence::PacketRun& run : stream.packet_timeline()) {
    json::object item;
    item["first_pts_us"] = run.first_pts_us();
    item["spacing_us"] = run.spacing_us();
    item["packets"] = run.packets();
    runs.push_back(std::move(item));
  }
  out["packet_timeline"] = std::move(runs);
  return out;
}

json::object finding_json(const evidence::Finding& finding) {
  json::object out;
  out["kind"] = finding.kind();
  out["start_us"] = finding.start_us();
  out["end_us"] = finding.end_us();
  out["stream"] = finding.stream();
  out["confidence"] = finding.confidence();
  out["measure"] = finding.measure();
  out["unit"] = finding.unit();
  out["count"] = finding.count();
  if (finding.has_clip_offset()) {
    out["clip_offset"] = finding.clip_offset();
    out["clip_bytes"] = finding.clip_bytes();
  }
  return out;
}

json::object repair_json(const evidence::Repair& repair) {
  json::object out;
  out["playable_bytes"] = repair.playable_bytes();
  out["playable_us"] = repair.playable_us();
  out["missing"] = repair.missing();
  if (repair.sealed_sha256().empty()) return out;
  out["method"] = repair.method();
  out["copy_bytes"] = repair.copy_bytes();
  out["copy_sha256"] = hex(repair.copy_sha256());
  out["sealed_sha256"] = hex(repair.sealed_sha256());
  return out;
}

json::object thumbnail_json(const evidence::Thumbnail& thumbnail) {
  json::object out;
  out["pts_us"] = thumbnail.pts_us();
  out["width_px"] = thumbnail.width_px();
  out["height_px"] = thumbnail.height_px();
  out["media_type"] = thumbnail.media_type();
  out["image_bytes"] = thumbnail.image_bytes();
  out["sealed_sha256"] = hex(thumbnail.sealed_sha256());
  return out;
}

// Where something stands in the clip: each only where it is known.
template <typename Item>
void write_place(const Item& item, json::object& out) {
  if (item.has_media_us()) out["media_us"] = item.media_us();
  if (item.has_clip_offset()) out["clip_offset"] = item.clip_offset();
}

json::object raw_time_json(const evidence::RawTime& time) {
  json::object out;
  out["source"] = time.source();
  out["value"] = time.value();
  out["time"] = nullptr;
  if (time.has_unix_us()) out["time"] = to_rfc3339(from_unix_us(time.unix_us()));
  out["stream"] = time.stream();
  write_place(time, out);
  return out;
}

json::object raw_position_json(const evidence::RawPosition& position) {
  json::object out;
  out["latitude_deg"] = position.latitude_deg();
  out["longitude_deg"] = position.longitude_deg();
  if (position.has_altitude_m()) out["altitude_m"] = position.altitude_m();
  if (position.has_speed_kmh()) out["speed_kmh"] = position.speed_kmh();
  if (position.has_heading_deg()) out["heading_deg"] = position.heading_deg();
  out["time"] = nullptr;
  if (position.has_unix_us()) out["time"] = to_rfc3339(from_unix_us(position.unix_us()));
  if (!position.time().empty()) out["told_time"] = position.time();
  out["value"] = position.value();
  write_place(position, out);
  return out;
}

json::object track_json(const evidence::PositionTrack& track) {
  json::object out;
  out["source"] = track.source();
  out["stream"] = track.stream();
  out["found"] = track.found();
  json::array positions;
  for (const evidence::RawPosition& position : track.positions()) {
    positions.push_back(raw_position_json(position));
  }
  out["positions"] = std::move(positions);
  return out;
}

}  // namespace

json::object report_json(const evidence::Report& report) {
  const bool undecodable = report.outcome() == evidence::Report::UNDECODABLE;
  json::object out;
  out["outcome"] = undecodable ? "undecodable" : "decodable";
  if (undecodable) {
    out["reason_token"] = report.reason_token();
    out["reason"] = report.reason();
  }
  out["inspector_version"] = report.inspector_version();
  out["libav_version"] = report.libav_version();
  out["level"] = std::string(evidence::level_word(report.level()));
  out["container"] = report.container();
  out["duration_us"] = report.duration_us();
  json::array streams;
  for (const evidence::Stream& stream : report.streams()) streams.push_back(stream_json(stream));
  out["streams"] = std::move(streams);
  json::array thumbnails;
  for (const evidence::Thumbnail& thumbnail : report.thumbnails()) {
    thumbnails.push_back(thumbnail_json(thumbnail));
  }
  out["thumbnails"] = std::move(thumbnails);
  out["sound"] = spans_json(report.sound());
  out["damage"] = spans_json(report.damage());
  out["gaps"] = spans_json(report.gaps());
  json::array findings;
  for (const evidence::Finding& finding : report.findings()) {
    findings.push_back(finding_json(finding));
  }
  out["findings"] = std::move(findings);
  if (report.has_repair()) out["repair"] = repair_json(report.repair());
  json::array times;
  for (const evidence::RawTime& time : report.times()) times.push_back(raw_time_json(time));
  out["times"] = std::move(times);
  out["times_found"] = report.times_found();
  json::array tracks;
  for (const evidence::PositionTrack& track : report.tracks()) tracks.push_back(track_json(track));
  out["tracks"] = std::move(tracks);
  if (report.has_signed_media()) out["signed_media"] = signed_media_json(report.signed_media());
  out["decode_errors"] = report.decode_errors();
  out["bytes_read"] = report.bytes_read();
  return out;
}

}  // namespace hansom::api
