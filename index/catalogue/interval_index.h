// Rows that are found by overlap: an index of intervals under fixed-width prefixes.
//
// Key: prefix, class of length, start, suffix. Value: end. An interval is written under the class
// of its length, so that a scan looks back no further than the longest interval of that class; one
// longer than the last class is cut into pieces.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <functional>
#include <limits>
#include <optional>

#include "index/store/store.h"

namespace hansom::catalogue {

// Unix microseconds, end exclusive.
struct Interval {
  std::int64_t start_us = std::numeric_limits<std::int64_t>::min();
  std::int64_t end_us = std::numeric_limits<std::int64_t>::max();
  auto operator<=>(const Interval&) const = default;
};
[[nodiscard]] constexpr bool overlap(const Interval& a, const Interval& b) {
  return a.start_us < b.end_us && b.start_us < a.end_us;
}
// Addition that stops at the ends of the type.
[[nodiscard]] std::int64_t saturating_add(std::int64_t a, std::int64_t b);

// The longest interval (or piece) of each class. The last is for what is hardly known: a clip of a
// clock never set may have been made at any time before it arrived.
inline constexpr std::array<std::int64_t, 4> kClassSpan{
    std::chrono::microseconds(std::chrono::minutes(5)).count(),
    std::chrono::microseconds(std::chrono::hours(1)).count(),
    std::chrono::microseconds(std::chrono::hours(24)).count(),
    std::chrono::microseconds(std::chrono::days(1024)).count()};
inline constexpr std::size_t kClasses = kClassSpan.size();
inline constexpr std::size_t kCutClass = kClasses - 1;  // the only one with pieces
inline constexpr std::size_t kPiecesMax = 31;

// What an interval is found by: at least one microsecond, at most kPiecesMax pieces.
[[nodiscard]] Interval indexable(std::int64_t start_us, std::int64_t end_us);
// The same of an interval as a unit told it: nothing that happened took more than kToldSpanMax.
inline constexpr std::int64_t kToldSpanMax =
    std::chrono::microseconds(std::chrono::days(31)).count();
[[nodiscard]] Interval indexable_as_told(std::int64_t start_us, std::int64_t end_us);

// Requires: the interval came from indexable().
void write_interval(store::Batch& batch, store::Family family, ByteSpan prefix,
                    const Interval& interval, ByteSpan suffix);
void remove_interval(store::Batch& batch, store::Family family, ByteSpan prefix,
                     const Interval& interval, ByteSpan suffix);

// A place in the order of a scan.
struct Position {
  std::int64_t start_us = 0;
  Bytes suffix;
  auto operator<=>(const Position&) const = default;
};
// True when `a` comes after `b` in this order.
[[nodiscard]] bool comes_after(const Position& a, const Position& b, store::Order order);
// The start of the one piece under which a scan for `asked` lists an interval: of the pieces that
// overlap, the first one met.
[[nodiscard]] std::int64_t listed_at(const Interval& interval, const Interval& asked,
                                     store::Order order);

struct IntervalScan {
  store::Family family{};
  Bytes prefix;
  Interval asked;
  store::Order order = store::Order::kAscending;
  std::optional<Position> after;  // strictly
};
// Returns false to stop.
using IntervalVisit = std::function<bool(const Position& position, const Interval& piece)>;
// Visits the pieces of one class that overlap `asked`, in order of position.
[[nodiscard]] Status scan_intervals(const store::Reader& reader, const IntervalScan& scan,
                                    std::size_t length_class, const IntervalVisit& visit);

}  // namespace hansom::catalogue
