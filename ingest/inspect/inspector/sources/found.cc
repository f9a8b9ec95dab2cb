// What the sources of a clip tell: see found.h.
#include "ingest/inspect/inspector/sources/found.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/raw_time.h"

namespace hansom::ingest {
namespace {

// Keeps the first, the third, the fifth ...
template <typename Items>
void drop_every_second(Items& items) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (kept != i) items[kept] = std::move(items[i]);
    ++kept;
  }
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(kept), items.end());
}

// The largest power of two that is not greater than found / max: one in so many stays.
std::uint64_t stride_of(std::uint64_t found, std::uint64_t max) {
  std::uint64_t stride = 1;
  while (stride * max < found) stride *= 2;
  return stride;
}

// The group that `item` belongs to; null when a new one would be one too many.
template <typename Item>
FoundGroup<Item>* group_of(std::vector<FoundGroup<Item>>& groups, const Item& item,
                           std::size_t groups_max) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&item](const auto& group) {
    const Item& first = group.items.front();
    return first.source == item.source && first.stream == item.stream;
  });
  if (found != groups.end()) return &*found;
  return groups.size() < groups_max ? &groups.emplace_back() : nullptr;
}

void keep_known_years(std::optional<std::int64_t>& unix_us) {
  if (unix_us && (*unix_us < kUnixUsMin || *unix_us > kUnixUsMax)) unix_us.reset();
}

bool is_a_place(const FoundPosition& position) {
  const auto finite = [](const std::optional<double>& value) {
    return !value || std::isfinite(*value);
  };
  return std::isfinite(position.latitude_deg) && std::isfinite(position.longitude_deg) &&
         std::abs(position.latitude_deg) <= 90 && std::abs(position.longitude_deg) <= 180 &&
         finite(position.altitude_m) && finite(position.speed_kmh) && finite(position.heading_deg);
}

}  // namespace

void Found::add(FoundTime time) {
  time.source = printable(time.source, kTextBytesMax);
  time.value = printable(time.value, kTextBytesMax);
  keep_known_years(time.unix_us);
  FoundTimes* group = group_of(times_, time, kTimesMax / kTimesPerSourceMax);
  if (group == nullptr) return;
  const std::uint64_t number = group->found++;
  if (number % stride_of(group->found, kTimesPerSourceMax) != 0) return;
  if (group->items.size() >= kTimesPerSourceMax) drop_every_second(group->items);
  group->items.push_back(std::move(time));
}

void Found::add(FoundPosition position) {
  if (!is_a_place(position)) return;
  position.source = printable(position.source, kTextBytesMax);
  position.value = printable(position.value, kPositionValueBytesMax);
  position.time = printable(position.time, kPositionTimeBytesMax);
  keep_known_years(position.unix_us);
  FoundTrack* track = group_of(tracks_, position, kTracksMax);
  if (track == nullptr) return;
  const std::uint64_t number = track->found++;
  if (number % every_ != 0) return;
  if (position_count_ >= kPositionsMax) {
    every_ *= 2;
    position_count_ = 0;
    for (FoundTrack& each : tracks_) {
      drop_every_second(each.items);
      position_count_ += each.items.size();
    }
    if (number % every_ != 0) return;
  }
  track->items.push_back(std::move(position));
  ++position_count_;
}

}  // namespace hansom::ingest
