// Facts for fuse(): see facts.h.
#include "index/timeline/facts.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace hansom::timeline {
namespace {

constexpr std::array<std::string_view, 2> kByTheCamerasClock{"freegps", "ligogps"};
constexpr std::array<std::string_view, 7> kReceivers{"gps",     "gnss",    "gpmf", "camm",
                                                     "freegps", "ligogps", "nmea"};
constexpr std::size_t kTrackTimesMax = 32;  // of one track
constexpr std::int64_t kLongestUs = 10'000 * kDayUs;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <std::size_t kCount>
bool begins_with_any(std::string_view source, const std::array<std::string_view, kCount>& names) {
  std::string name(source);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  return std::any_of(names.begin(), names.end(),
                     [&name](std::string_view begin) { return name.starts_with(begin); });
}

// "1458781217.25 GPS seconds": since 1980-01-06 on GPS's own scale, as CAMM tells them.
std::optional<std::int64_t> read_gps_seconds(std::string_view text) {
  constexpr std::string_view kUnit = " GPS seconds";
  constexpr std::int64_t kGpsEpochUs = 315'964'800 * kSecondUs;
  constexpr double kLatestS = 8e9;  // within the years that a report tells
  if (!text.ends_with(kUnit)) return std::nullopt;
  text.remove_suffix(kUnit.size());
  double seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!whole || !(seconds >= 0 && seconds <= kLatestS)) {  // written so that it refuses NaN
    return std::nullopt;
  }
  const std::int64_t told = kGpsEpochUs + static_cast<std::int64_t>(seconds * 1e6);
  return told - gps_ahead_us(told);
}

// Times that tell when a clip was changed or copied, not when it was recorded.
bool is_of_recording(const evidence::RawTime& found) {
  return !found.source().ends_with(":modification") && found.source() != "suep";
}

// The times of a track, of many as many as tell its pace: from its start to its end.
void add_track_times(const evidence::PositionTrack& track,
                     google::protobuf::RepeatedPtrField<evidence::RawTime>& times) {
  std::vector<const evidence::RawPosition*> timed;
  for (const evidence::RawPosition& position : track.positions()) {
    if (position.has_unix_us() || !position.time().empty()) timed.push_back(&position);
  }
  const std::size_t count = std::min(timed.size(), kTrackTimesMax);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = count == 1 ? 0 : i * (timed.size() - 1) / (count - 1);
    const evidence::RawPosition& position = *timed[at];
    evidence::RawTime& found = *times.Add();
    found.set_source(track.source());
    found.set_value(position.time());
    if (position.has_unix_us()) found.set_unix_us(position.unix_us());
    if (position.has_media_us()) found.set_media_us(position.media_us());
  }
}

}  // namespace

bool is_satellite_source(std::string_view source) {
  return begins_with_any(source, kReceivers);
}
bool may_be_local(std::string_view source) {
  return begins_with_any(source, kByTheCamerasClock);
}

FileTime file_time(const evidence::RawTime& found) {
  FileTime time;
  time.source = found.source();
  time.value = found.value();
  if (found.has_unix_us()) time.unix_us = found.unix_us();
  if (!time.unix_us) time.unix_us = read_gps_seconds(found.value());
  if (found.has_media_us()) time.at_media_us = found.media_us();
  time.satellite = is_satellite_source(found.source());
  time.may_be_local = may_be_local(found.source());
  return time;
}

evidence::Report clock_part(const evidence::Report& report) {
  evidence::Report part;
  part.set_outcome(report.outcome());
  part.set_duration_us(report.duration_us());
  for (const evidence::RawTime& found : report.times()) {
    if (is_of_recording(found)) *part.add_times() = found;
  }
  for (const evidence::PositionTrack& track : report.tracks()) {
    add_track_times(track, *part.mutable_times());
  }
  return part;
}

ClipFacts clip_facts(std::string clip, const evidence::Manifest& manifest,
                     const evidence::Report* report, std::int64_t known_by_us) {
  ClipFacts facts;
  facts.clip = std::move(clip);
  facts.channel = manifest.channel();
  facts.number = manifest.clip_number();
  facts.told_us = manifest.start_us();
  facts.state = manifest.clock_state();
  facts.told_duration_us = static_cast<std::int64_t>(
                               std::min(manifest.duration_ms(), std::uint64_t{kLongestUs / 1000})) *
                           1000;
  facts.known_by_us = known_by_us;
  if (report == nullptr) return facts;
  facts.media_us = std::clamp(report->duration_us(), std::int64_t{0}, kLongestUs);
  const evidence::Report clock = clock_part(*report);
  for (const evidence::RawTime& found : clock.times()) facts.times.push_back(file_time(found));
  return facts;
}

EventFacts event_facts(const evidence::Event& event, std::int64_t received_us) {
  return {event.sequence(), event.time_us(), event.clock_state(), received_us};
}

}  // namespace hansom::timeline
