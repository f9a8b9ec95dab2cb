// What holds of everything that sources find, whatever they read.
#pragma once

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/found.h"
#include "proto/base/check.h"

namespace hansom::test {

// Aborts where a report could not hold what was found. Where it stands lies within the clip.
inline void check_found(const ingest::Found& found, std::uint64_t clip_bytes) {
  using namespace ingest;
  std::size_t times = 0;
  for (const FoundTimes& group : found.times()) {
    HANSOM_CHECK(!group.items.empty() && group.found >= group.items.size());
    times += group.items.size();
    for (const FoundTime& time : group.items) {
      HANSOM_CHECK(time.value.size() <= kTextBytesMax && time.source.size() <= kTextBytesMax &&
                   time.offset.value_or(0) <= clip_bytes);
    }
  }
  HANSOM_CHECK(times <= kTimesMax);
  std::size_t positions = 0;
  for (const FoundTrack& track : found.tracks()) {
    HANSOM_CHECK(!track.items.empty() && track.found >= track.items.size());
    positions += track.items.size();
    for (const FoundPosition& position : track.items) {
      HANSOM_CHECK(position.latitude_deg >= -90 && position.latitude_deg <= 90 &&
                   position.longitude_deg >= -180 && position.longitude_deg <= 180 &&
                   position.value.size() <= kPositionValueBytesMax &&
                   position.time.size() <= kPositionTimeBytesMax &&
                   position.offset.value_or(0) <= clip_bytes);
    }
  }
  HANSOM_CHECK(positions <= kPositionsMax && found.tracks().size() <= kTracksMax);
}

}  // namespace hansom::test
