// What the word of a disciplined clock is worth where no receiver's time confirms it: the unit's
// habit, and how soon its clips and events arrived.
#include <algorithm>

#include "index/timeline/chain.h"

namespace hansom::timeline {
namespace {

// So many arrivals within so long of the fact, none before it: then the clock is off by that offset
// and no other. Under another, as many would have come together just as long after the fact as the
// two differ, and none sooner.
constexpr std::ptrdiff_t kPromptMin = 5;
constexpr std::int64_t kPromptUs = 2 * kMinuteUs;
constexpr std::int64_t kProofWidthUs = 5 * kMinuteUs;

// What the zone's offset was at a told time, if that was local: two in the hour that comes twice.
Bounds offsets_at(std::int64_t told, const Zone& zone) {
  const std::int64_t as_utc = zone.offset_us(told);
  const auto reading = zone.read(LocalTime(std::chrono::microseconds(told)));
  if (!reading) return {as_utc, as_utc};
  const auto us = [](std::chrono::seconds offset) {
    return std::chrono::microseconds(offset).count();
  };
  if (reading->never()) {
    return hull({us(reading->offset_before), us(reading->offset_before)},
                {us(reading->offset_after), us(reading->offset_after)});
  }
  const std::int64_t first = us(reading->instants.front().offset);
  const std::int64_t second = us(reading->instants.back().offset);
  return hull({first, first}, {second, second});
}

struct Seen {
  bool utc = false;
  bool local = false;
};
void learn(Seen& seen, const Bounds& error, std::int64_t offset) {
  if (std::abs(offset) <= 2 * kLikeUs || error.width() > kProofWidthUs) return;
  seen.utc = seen.utc || std::abs(error.middle()) < kLikeUs;
  seen.local = seen.local || std::abs(error.middle() - offset) < kLikeUs;
}
void settle(Chain& chain, const Seen& seen) {
  if (seen.utc != seen.local) chain.habit = seen.utc ? Habit::kUtc : Habit::kLocal;
}

// Consecutive clips of a disciplined clock, none with a receiver's time.
struct Run {
  std::size_t first = 0;
  std::size_t last = 0;
};
std::vector<Run> unconfirmed_runs(const Chain& chain) {
  std::vector<Run> runs;
  const auto& readings = chain.readings;
  for (std::size_t i = 0; i < readings.size();) {
    std::size_t end = i + 1;
    while (end < readings.size() && !readings[end].step_before &&
           readings[end].disciplined == readings[i].disciplined) {
      ++end;
    }
    const auto begin = readings.begin();
    const bool confirmed = std::any_of(
        begin + static_cast<std::ptrdiff_t>(i), begin + static_cast<std::ptrdiff_t>(end),
        [](const Reading& reading) { return reading.satellite.has_value(); });
    if (readings[i].disciplined && !readings[i].worthless && !confirmed)
      runs.push_back({i, end - 1});
    i = end;
  }
  return runs;
}

// How long after the told times a run's clips and events arrived, if those are UTC and if local.
struct Arrivals {
  std::vector<std::int64_t> delays;
  std::vector<std::int64_t> delays_if_local;
  bool summer = false;  // local time differs from UTC
};
Arrivals arrivals_of(const Chain& chain, const Run& run, const Zone& zone) {
  Arrivals arrivals;
  for (std::size_t i = run.first; i <= run.last; ++i) {
    const Reading& reading = chain.readings[i];
    const Bounds offset = offsets_at(reading.told, zone);
    arrivals.summer = arrivals.summer || offset.hi != 0 || offset.lo != 0;
    for (const std::int64_t floor : reading.floors) {
      arrivals.delays.push_back(-floor);
      arrivals.delays_if_local.push_back(offset.hi - floor);
    }
  }
  return arrivals;
}
std::int64_t soonest(const std::vector<std::int64_t>& delays) {
  return *std::min_element(delays.begin(), delays.end());
}
// Whether the delays are those of a unit that sends at once, if its clock is `fast_us` fast.
bool prompt(const std::vector<std::int64_t>& delays, std::int64_t fast_us) {
  const auto together = std::count_if(delays.begin(), delays.end(), [&](std::int64_t delay) {
    return delay + fast_us <= kPromptUs;
  });
  return together >= kPromptMin && soonest(delays) + fast_us >= -kDisciplinedUs;
}

void claim(Reading& reading, const Bounds& error, Method method) {
  reading.source = widened(error, kDisciplinedUs);
  reading.method = method;
}

void weigh_run(Chain& chain, const Run& run, const Zone& zone) {
  const Arrivals arrivals = arrivals_of(chain, run, zone);
  const bool keeps_utc = prompt(arrivals.delays, 0);
  const bool keeps_china = prompt(arrivals.delays, 8 * kHourUs);
  const bool keeps_local = arrivals.summer && prompt(arrivals.delays_if_local, 0);
  const std::int64_t ahead = -soonest(arrivals.delays);
  for (std::size_t i = run.first; i <= run.last; ++i) {
    Reading& reading = chain.readings[i];
    const Bounds local = offsets_at(reading.told, zone);
    const Bounds utc{0, 0};
    if (reading.base != 0) {
      claim(reading, {reading.base, reading.base}, Method::kDisciplined);
    } else if (keeps_utc) {
      claim(reading, utc, Method::kArrivals);
    } else if (keeps_china) {
      reading.note(Trap::kEightHours, "manifest", 8 * kHourUs);
      claim(reading, {8 * kHourUs, 8 * kHourUs}, Method::kArrivals);
    } else if (keeps_local) {
      if (local.hi != 0) reading.note(Trap::kLocalMarkedUtc, "manifest", local.hi);
      if (local.width() != 0) reading.note(Trap::kFold, "manifest");
      claim(reading, local, Method::kArrivals);
    } else if (ahead > kDisciplinedUs) {
      // It was ahead of its own arrival, so it is not what it claims; how much more, nothing says.
      reading.note(Trap::kAfterArrival, "manifest", ahead);
      reading.rejected = true;
      if (ahead <= kLocalReachUs) claim(reading, {ahead, kLocalReachUs}, Method::kTold);
    } else if (chain.habit == Habit::kLocal) {
      if (local.hi != 0) reading.note(Trap::kLocalMarkedUtc, "manifest", local.hi);
      if (local.width() != 0) reading.note(Trap::kFold, "manifest");
      claim(reading, local, Method::kDisciplined);
    } else if (chain.habit == Habit::kUtc) {
      claim(reading, utc, Method::kDisciplined);
    } else {
      claim(reading, hull(utc, local), Method::kDisciplined);
      if (local.width() != 0 || local.hi != 0) reading.note(Trap::kUnproven, "manifest");
    }
  }
}

}  // namespace

void weigh_claims(Chain& chain, const Zone& zone) {
  Seen seen;
  for (Reading& reading : chain.readings) {
    if (!reading.satellite) continue;
    reading.source = taken_from(reading.told, *reading.satellite);
    reading.method = reading.borrowed ? Method::kOtherChannel : Method::kSatellite;
    if (reading.worthless || reading.base != 0) continue;
    learn(seen, *reading.source, zone.offset_us(reading.satellite->middle()));
  }
  const std::vector<Run> runs = unconfirmed_runs(chain);
  for (const Run& run : runs) {
    const Arrivals arrivals = arrivals_of(chain, run, zone);
    if (!arrivals.summer) continue;
    seen.utc = seen.utc || prompt(arrivals.delays, 0);
    seen.local = seen.local || prompt(arrivals.delays_if_local, 0);
  }
  settle(chain, seen);
  for (const Run& run : runs) weigh_run(chain, run, zone);
}

}  // namespace hansom::timeline
