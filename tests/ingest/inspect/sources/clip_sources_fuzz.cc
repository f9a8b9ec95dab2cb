// Any bytes as a clip: what its sources tell keeps to the bounds of a report, and is the same
// twice.
#include <cstdint>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/clip_sources.h"
#include "proto/base/check.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom::ingest;
  Found found;
  find_sources({data, size}, found);
  std::size_t times = 0;
  for (const FoundTimes& group : found.times()) {
    HANSOM_CHECK(!group.items.empty() && group.found >= group.items.size());
    times += group.items.size();
    for (const FoundTime& time : group.items) {
      HANSOM_CHECK(time.value.size() <= kTextBytesMax && time.offset.value_or(0) <= size);
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
                   position.offset.value_or(0) <= size);
    }
  }
  HANSOM_CHECK(positions <= kPositionsMax);
  return 0;
}
