// fuse(): the steps in order. Each is a function of what stood before; see chain.h and README.md.
#include "index/timeline/fuse.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "index/timeline/chain.h"
#include "proto/base/check.h"

namespace hansom::timeline {
namespace {

constexpr std::int64_t kSameMomentUs = 10 * kMinuteUs;
constexpr std::array<std::pair<Method, std::string_view>, 9> kMethods{{
    {Method::kCorrected, "corrected"},
    {Method::kSatellite, "satellite"},
    {Method::kOtherChannel, "other_channel"},
    {Method::kBetween, "between"},
    {Method::kCarried, "carried"},
    {Method::kArrivals, "arrivals"},
    {Method::kDisciplined, "disciplined"},
    {Method::kTold, "told"},
    {Method::kOrder, "order"},
}};

std::vector<Chain> read_channels(const UnitFacts& unit, const Rules& rules) {
  std::map<std::uint32_t, std::vector<const ClipFacts*>> channels;
  for (const ClipFacts& clip : unit.clips) channels[clip.channel].push_back(&clip);
  std::vector<Chain> chains;
  for (auto& [channel, clips] : channels) {
    std::sort(clips.begin(), clips.end(), [](const ClipFacts* a, const ClipFacts* b) {
      return std::tie(a->number, a->told_us, a->clip) < std::tie(b->number, b->told_us, b->clip);
    });
    chains.push_back(read_chain(clips, rules));
  }
  return chains;
}

Bounds error_of(const Reading& reading) {
  return taken_from(reading.told, reading.start);
}

// Two channels whose receivers show different errors at one moment.
void compare_channels(Chain& one, Chain& other) {
  std::vector<Reading*> others;
  for (Reading& reading : other.readings) {
    if (reading.method == Method::kSatellite) others.push_back(&reading);
  }
  std::sort(others.begin(), others.end(), [](const Reading* a, const Reading* b) {
    return std::pair(a->start.lo, a->facts->number) < std::pair(b->start.lo, b->facts->number);
  });
  for (Reading& reading : one.readings) {
    if (reading.method != Method::kSatellite) continue;
    const auto near = std::lower_bound(
        others.begin(), others.end(), reading.start.lo - kSameMomentUs,
        [](const Reading* beside, std::int64_t from) { return beside->start.lo < from; });
    if (near == others.end() || (*near)->start.lo > reading.start.lo + kSameMomentUs) continue;
    const Bounds beside = error_of(**near);
    if (widened(error_of(reading), kReadingUs).meets(beside)) continue;
    const std::int64_t apart = error_of(reading).middle() - beside.middle();
    reading.note(Trap::kTwoClocks, "channel " + std::to_string(other.channel), apart);
    (*near)->note(Trap::kTwoClocks, "channel " + std::to_string(one.channel), -apart);
  }
}

FusedClip fused(Reading&& reading) {
  FusedClip clip;
  clip.clip = reading.facts->clip;
  clip.number = reading.facts->number;
  clip.told_us = reading.told;
  clip.state = reading.facts->state;
  clip.start = reading.start;
  clip.end = {reading.start.lo + reading.wall.lo, reading.start.hi + reading.wall.hi};
  // It was whole by its arrival; its start is known to lie before its end.
  clip.end.hi = std::max(std::min(clip.end.hi, reading.facts->known_by_us), clip.end.lo);
  clip.method = reading.method;
  clip.media_us = std::max<std::int64_t>(
      0, reading.facts->media_us > 0 ? reading.facts->media_us : reading.facts->told_duration_us);
  clip.wall_us = reading.wall;
  clip.findings = std::move(reading.findings);
  return clip;
}

}  // namespace

std::string_view word(Method method) {
  const auto row = std::find_if(kMethods.begin(), kMethods.end(),
                                [method](const auto& known) { return known.first == method; });
  HANSOM_CHECK(row != kMethods.end());
  return row->second;
}
std::optional<Method> parse_method(std::string_view text) {
  for (const auto& [method, name] : kMethods) {
    if (name == text) return method;
  }
  return std::nullopt;
}

std::vector<FusedClock> fuse(const UnitFacts& unit, const Rules& rules) {
  HANSOM_CHECK(rules.zone != nullptr);
  std::vector<EventFacts> events = unit.events;
  for (EventFacts& event : events)
    event.told_us = std::clamp(event.told_us, -kFarUs / 4, kFarUs / 4);
  std::sort(events.begin(), events.end(), [](const EventFacts& a, const EventFacts& b) {
    return std::tie(a.sequence, a.told_us) < std::tie(b.sequence, b.told_us);
  });
  // 1. What each clip says.
  std::vector<Chain> chains = read_channels(unit, rules);
  // 2. What a channel may borrow.
  borrow_satellites(chains);
  for (Chain& chain : chains) {
    // 3. Where nothing may be carried across, and what events add.
    mark_steps(chain, events);
    attach_events(chain, events);
    // 4. What the clock's own word is worth.
    weigh_claims(chain, *rules.zone);
    // What somebody measured stands above it.
    correct(chain, unit.corrections);
    // 5. From clip to clip; from here each has its interval.
    carry(chain, *rules.zone);
    // 6. Narrowed by its neighbours where little else is known.
    bound_by_order(chain);
    // 7. Held against the rest; an interval only widens from here.
    check_file_times(chain, rules);
    name_steps(chain, *rules.zone);
  }
  for (std::size_t i = 0; i < chains.size(); ++i) {
    for (std::size_t k = i + 1; k < chains.size(); ++k) compare_channels(chains[i], chains[k]);
  }
  std::vector<FusedClock> clocks;
  for (Chain& chain : chains) {
    FusedClock clock{unit.unit, chain.channel, {}};
    for (Reading& reading : chain.readings) clock.clips.push_back(fused(std::move(reading)));
    clocks.push_back(std::move(clock));
  }
  return clocks;
}

}  // namespace hansom::timeline
