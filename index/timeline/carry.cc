// Carries a clock's error from clip to clip, forwards and backwards, and concludes each interval.
#include <algorithm>

#include "index/timeline/chain.h"

namespace hansom::timeline {
namespace {

// What is known of the clock's error at a clip from one side.
struct Carried {
  Bounds error;
  bool anchored = false;  // by a source, not by arrivals alone
  Bounds anchor;          // at the last clip that had one
};

std::int64_t drift_between(const Reading& a, const Reading& b) {
  if (a.disciplined && b.disciplined) return 0;
  return std::abs(a.told - b.told) / kSecondUs * kDriftPpm;
}

Carried taken_up(const Reading& reading) {
  Carried carried;
  carried.error = widened(reading.hard_error(), kReadingUs);
  return carried;
}

// A clock that may follow its zone may have been changed with it on the way. Around a change of the
// zone's clocks it is not known which side of it a told time is on: within an hour, both are meant.
Bounds with_dst(const Carried& from, const Reading& neighbour, const Reading& here, Habit habit,
                const Zone& zone) {
  if (habit == Habit::kUtc) return from.error;
  const std::int64_t error = from.anchored ? from.error.middle() : here.base;
  Bounds possible = from.error;
  for (const std::int64_t one : {-kHourUs, std::int64_t{0}, kHourUs}) {
    const std::int64_t then = zone.offset_us(neighbour.told - error + one);
    for (const std::int64_t other : {-kHourUs, std::int64_t{0}, kHourUs}) {
      const std::int64_t now = zone.offset_us(here.told - error + other);
      const bool like_local =
          habit == Habit::kLocal || !from.anchored || std::abs(error - then) < kLikeUs;
      if (like_local) possible = hull(possible, shifted(from.error, now - then));
    }
  }
  return possible;
}

// One step: what came from the neighbour, with this clip's arrival and source. Where they do not
// meet the clock was changed, and what came is dropped.
Carried step(const std::optional<Carried>& from, const Reading& neighbour, const Reading& here,
             Habit habit, const Zone& zone) {
  Carried carried = taken_up(here);
  if (from) {
    const Bounds arrived =
        widened(with_dst(*from, neighbour, here, habit, zone), drift_between(neighbour, here));
    if (const auto both = common(arrived, carried.error)) {
      carried = *from;
      carried.error = *both;
    }
  }
  if (!here.source) return carried;
  const Bounds source = widened(*here.source, kReadingUs);
  carried.error =
      here.doubted || here.corrected ? source : common(source, carried.error).value_or(source);
  carried.anchored = true;
  carried.anchor = source;
  return carried;
}

Bounds conclude_carried(Reading& here, const Carried& left, const Carried& right,
                        const Zone& zone) {
  const auto both = common(left.error, right.error);
  if (left.anchored && right.anchored) {
    here.method = Method::kBetween;
    if (!both) {
      here.note(Trap::kStep, "neighbours", right.error.middle() - left.error.middle());
      return hull(left.error, right.error);
    }
    // Either it ran evenly, or it was changed once by less than drift could explain.
    return hull(*both, hull(left.anchor, right.anchor));
  }
  if (left.anchored || right.anchored) {
    here.method = Method::kCarried;
    const Carried& side = left.anchored ? left : right;
    const Bounds& other = left.anchored ? right.error : left.error;
    if (both) return *both;
    here.note(Trap::kStep, "arrival", other.lo - side.error.hi);
    return hull(side.error, other);
  }
  const Bounds alone = both.value_or(taken_up(here).error);
  here.method = Method::kOrder;
  if (here.worthless || here.rejected) return alone;
  // Set by somebody, to UTC or to what the clocks around showed.
  const std::int64_t local = here.base + zone.offset_us(here.told - here.base);
  const Bounds told = widened(hull({here.base, here.base}, {local, local}), kFreeUs);
  const auto possible = common(told, alone);
  if (!possible) {
    here.note(Trap::kAfterArrival, "manifest", alone.lo);
    return alone;
  }
  here.method = Method::kTold;
  here.note(Trap::kUnproven, "manifest");
  return *possible;
}

void conclude(Reading& here, const Carried& left, const Carried& right, const Zone& zone) {
  Bounds error;
  if (here.source && (here.doubted || here.corrected)) {
    error = *here.source;  // neighbours may not decide it silently
  } else if (here.source) {
    const auto both = common(left.error, right.error);
    error = common(both.value_or(*here.source), *here.source).value_or(*here.source);
  } else {
    error = widened(conclude_carried(here, left, right, zone), kReadingUs);
  }
  const Bounds start = taken_from(here.told, error);
  const auto possible = common(start, here.hard);
  if (!possible) here.note(Trap::kAfterArrival, "neighbours", start.lo - here.hard.hi);
  here.start = possible.value_or(here.hard);
  if (!possible) here.method = Method::kOrder;
}

}  // namespace

void carry(Chain& chain, const Zone& zone) {
  auto& readings = chain.readings;
  const std::size_t count = readings.size();
  std::vector<Carried> left(count);
  std::vector<Carried> right(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool joined = i > 0 && !readings[i].step_before;
    left[i] = joined ? step(left[i - 1], readings[i - 1], readings[i], chain.habit, zone)
                     : step(std::nullopt, readings[i], readings[i], chain.habit, zone);
  }
  for (std::size_t i = count; i-- > 0;) {
    const bool joined = i + 1 < count && !readings[i + 1].step_before;
    right[i] = joined ? step(right[i + 1], readings[i + 1], readings[i], chain.habit, zone)
                      : step(std::nullopt, readings[i], readings[i], chain.habit, zone);
  }
  for (std::size_t i = 0; i < count; ++i) {
    conclude(readings[i], left[i], right[i], zone);
  }
}

void bound_by_order(Chain& chain) {
  auto& readings = chain.readings;
  const auto strong = [](const Reading& reading) {
    return reading.method < Method::kTold && reading.start.width() <= kNarrowUs;
  };
  std::vector<Bounds> order(readings.size());
  std::int64_t begun = -kFarUs;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    order[i].lo = begun;
    if (strong(readings[i])) begun = std::max(begun, readings[i].start.lo);
  }
  std::int64_t begins = kFarUs;
  for (std::size_t i = readings.size(); i-- > 0;) {
    // A later clip was whole by its arrival, so the earlier one had begun by then.
    order[i].hi = begins;
    begins = std::min(begins, strong(readings[i]) ? readings[i].start.hi : readings[i].hard.hi);
  }
  for (std::size_t i = 0; i < readings.size(); ++i) {
    Reading& reading = readings[i];
    const auto ordered = common(reading.start, order[i]);
    if (!ordered) {
      reading.note(Trap::kOutOfOrder, "number");
    } else if (reading.method >= Method::kTold) {
      reading.start = *ordered;
    }
  }
}

}  // namespace hansom::timeline
