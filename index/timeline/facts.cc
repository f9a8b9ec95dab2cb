// Facts for fuse(): see facts.h.
#include "index/timeline/facts.h"

#include <algorithm>
#include <array>

namespace hansom::timeline {
namespace {

constexpr std::array<std::string_view, 2> kByTheCamerasClock{"freegps", "ligogps"};
constexpr std::array<std::string_view, 7> kReceivers{"gps",     "gnss",    "gpmf", "camm",
                                                     "freegps", "ligogps", "nmea"};
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
  // 0 is both "not read" and 1970, which is a clock that was never set.
  if (found.unix_us() != 0 || found.value().starts_with("1970")) time.unix_us = found.unix_us();
  time.satellite = is_satellite_source(found.source());
  time.may_be_local = may_be_local(found.source());
  return time;
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
  for (const evidence::RawTime& found : report->times()) facts.times.push_back(file_time(found));
  return facts;
}

EventFacts event_facts(const evidence::Event& event, std::int64_t received_us) {
  return {event.sequence(), event.time_us(), event.clock_state(), received_us};
}

}  // namespace hansom::timeline
