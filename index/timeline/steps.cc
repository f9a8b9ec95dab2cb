// Where a clock was changed, as running numbers and states tell; arrivals of events; what one
// channel may borrow of another.
#include <algorithm>
#include <utility>

#include "index/timeline/chain.h"

namespace hansom::timeline {
namespace {

constexpr std::int64_t kBackUs = 2 * kSecondUs;       // what rounding may seem to put back
constexpr std::int64_t kEventBackUs = kMinuteUs;      // events may be numbered a little late
constexpr std::int64_t kSameStartUs = 2 * kSecondUs;  // channels that begin together
constexpr std::int64_t kNearSegmentUs = kHourUs;

bool is_disciplined(evidence::ClockState state) {
  return state == evidence::CLOCK_STATE_GNSS || state == evidence::CLOCK_STATE_NTP;
}

bool has_satellites(const Chain& chain) {
  return std::any_of(chain.readings.begin(), chain.readings.end(),
                     [](const Reading& reading) { return reading.satellite.has_value(); });
}

// `lenders` ordered by told time.
void borrow(Reading& reading, const std::vector<const Reading*>& lenders) {
  auto lender = std::lower_bound(
      lenders.begin(), lenders.end(), reading.told - kSameStartUs,
      [](const Reading* beside, std::int64_t told) { return beside->told < told; });
  for (; lender != lenders.end() && (*lender)->told <= reading.told + kSameStartUs; ++lender) {
    const Reading& beside = **lender;
    if (beside.facts->state != reading.facts->state) continue;
    const Bounds start =
        widened(shifted(*beside.satellite, reading.told - beside.told), kReadingUs);
    reading.satellite = common(start, reading.hard);
    reading.borrowed = reading.satellite.has_value();
    if (reading.borrowed) return;
  }
}

// A change between two events that no clips around it show: every gap it may lie in.
void mark_between_events(Chain& chain, const EventFacts& before, const EventFacts& after) {
  auto& readings = chain.readings;
  std::vector<Reading*> possible;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    const Reading& earlier = readings[i - 1];
    Reading& later = readings[i];
    if (earlier.told > before.told_us || later.told < after.told_us) continue;
    if (later.step_before && later.told < earlier.told) return;  // seen by the clips themselves
    possible.push_back(&later);
  }
  for (Reading* reading : possible) {
    reading->step_before = true;
    reading->note(Trap::kStep, "events", after.told_us - before.told_us);
  }
}

struct Segment {
  std::size_t first = 0;
  std::size_t last = 0;
  Bounds told;
};
std::vector<Segment> segments_of(const Chain& chain) {
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < chain.readings.size(); ++i) {
    const Reading& reading = chain.readings[i];
    if (i == 0 || reading.step_before) segments.push_back({i, i, {reading.told, reading.told}});
    segments.back().last = i;
    segments.back().told =
        hull(segments.back().told, {reading.told, reading.told + reading.wall.hi});
  }
  return segments;
}

}  // namespace

void borrow_satellites(std::vector<Chain>& chains) {
  std::vector<const Reading*> lenders;  // by told time
  for (const Chain& chain : chains) {
    for (const Reading& reading : chain.readings) {
      if (reading.satellite && !reading.worthless) lenders.push_back(&reading);
    }
  }
  std::sort(lenders.begin(), lenders.end(), [](const Reading* a, const Reading* b) {
    return std::pair(a->told, a->facts->channel) < std::pair(b->told, b->facts->channel);
  });
  for (Chain& chain : chains) {
    if (has_satellites(chain)) continue;
    for (Reading& reading : chain.readings) {
      if (!reading.worthless) borrow(reading, lenders);
    }
  }
}

void mark_steps(Chain& chain, const std::vector<EventFacts>& by_sequence) {
  auto& readings = chain.readings;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    const Reading& earlier = readings[i - 1];
    Reading& later = readings[i];
    if (later.told < earlier.told - kBackUs) {
      later.step_before = true;
      later.note(Trap::kStep, "manifest", later.told - earlier.told);
    }
    // A clock that was never set starts again each time; one that is set now was changed.
    later.step_before = later.step_before || later.worthless || earlier.worthless ||
                        later.base != earlier.base || (later.disciplined && !earlier.disciplined);
  }
  for (std::size_t i = 1; i < by_sequence.size(); ++i) {
    const EventFacts& before = by_sequence[i - 1];
    const EventFacts& after = by_sequence[i];
    if (after.told_us >= before.told_us - kEventBackUs || near_epoch(after.told_us) ||
        near_epoch(before.told_us)) {
      continue;
    }
    mark_between_events(chain, before, after);
  }
}

void attach_events(Chain& chain, const std::vector<EventFacts>& events) {
  const std::vector<Segment> segments = segments_of(chain);
  for (const EventFacts& event : events) {
    if (event.state == evidence::CLOCK_STATE_UNSET || near_epoch(event.told_us)) continue;
    const Segment* of = nullptr;
    std::size_t fits = 0;
    for (const Segment& segment : segments) {
      if (!widened(segment.told, kNearSegmentUs).holds(event.told_us)) continue;
      of = &segment;
      ++fits;
    }
    if (fits != 1) continue;  // told twice, or never while clips were made: it says nothing
    const auto first = chain.readings.begin() + static_cast<std::ptrdiff_t>(of->first);
    const auto last = chain.readings.begin() + static_cast<std::ptrdiff_t>(of->last) + 1;
    // Told times rise within a segment, but for rounding.
    auto nearest = std::partition_point(
        first, last, [&](const Reading& reading) { return reading.told <= event.told_us; });
    if (nearest != first) --nearest;
    if (nearest->disciplined != is_disciplined(event.state)) continue;
    const std::int64_t away = std::abs(nearest->told - event.told_us);
    const std::int64_t drift = nearest->disciplined ? 0 : away / kSecondUs * kDriftPpm;
    nearest->floors.push_back(event.told_us - event.known_by_us - drift);
  }
}

}  // namespace hansom::timeline
