// Places in bytes, in time: see places_in_time.h.
#include "ingest/inspect/inspector/places_in_time.h"

#include <algorithm>

namespace hansom::ingest {

PlacesInTime::PlacesInTime(const std::vector<Finding>& places,
                           std::optional<std::uint64_t> whole_bytes)
    : whole_bytes_(whole_bytes) {
  for (const Finding& finding : places) places_.push_back({finding, false});
}

void PlacesInTime::add(std::uint64_t offset, std::uint64_t bytes, std::int64_t time_us) {
  if (whole_bytes_ && offset < *whole_bytes_ && bytes <= *whole_bytes_ - offset) {
    whole_us_ = std::max(whole_us_, time_us);
  }
  for (Place& place : places_) {
    Finding& finding = place.finding;
    const std::uint64_t from = finding.clip_offset.value_or(0);
    if (offset >= from + finding.clip_bytes || offset + bytes <= from) continue;
    finding.start_us = place.touched ? std::min(finding.start_us, time_us) : time_us;
    finding.end_us = place.touched ? std::max(finding.end_us, time_us) : time_us;
    place.touched = true;
  }
}

std::vector<Finding> PlacesInTime::findings() const {
  std::vector<Finding> out;
  for (const Place& place : places_) out.push_back(place.finding);
  return out;
}

}  // namespace hansom::ingest
