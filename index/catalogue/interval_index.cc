// The index of intervals: keys, pieces and scans.
#include "index/catalogue/interval_index.h"

#include <algorithm>

#include "proto/base/check.h"

namespace hansom::catalogue {
namespace {

constexpr std::uint64_t kSign = 1ULL << 63;

// Big-endian with the sign bit turned, so that bytes sort as the numbers do.
void append_ordered(Bytes& out, std::int64_t value) {
  append_u64be(out, static_cast<std::uint64_t>(value) ^ kSign);
}
std::int64_t read_ordered(ByteSpan bytes) {
  return static_cast<std::int64_t>(read_u64be(bytes) ^ kSign);
}

Bytes key_at(ByteSpan prefix, std::size_t length_class, std::int64_t start_us, ByteSpan suffix) {
  Bytes key;
  key.reserve(prefix.size() + 9 + suffix.size());
  key.insert(key.end(), prefix.begin(), prefix.end());
  key.push_back(static_cast<std::uint8_t>(length_class));
  append_ordered(key, start_us);
  key.insert(key.end(), suffix.begin(), suffix.end());
  return key;
}

std::size_t class_of(const Interval& interval) {
  const std::int64_t span = interval.end_us - interval.start_us;
  for (std::size_t c = 0; c < kCutClass; ++c) {
    if (span <= kClassSpan[c]) return c;
  }
  return kCutClass;
}

template <typename Use>
void for_each_piece(const Interval& interval, const Use& use) {
  const std::int64_t longest = kClassSpan[kCutClass];
  for (std::int64_t start = interval.start_us; start < interval.end_us;) {
    const std::int64_t end = std::min(saturating_add(start, longest), interval.end_us);
    use(Interval{start, end});
    start = end;
  }
}

}  // namespace

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<std::int64_t>::max()
               : std::numeric_limits<std::int64_t>::min();
}

Interval indexable(std::int64_t start_us, std::int64_t end_us) {
  constexpr std::int64_t kLongest = kClassSpan[kCutClass] * static_cast<std::int64_t>(kPiecesMax);
  // The last microsecond of the type is kept free: an exclusive end must be able to stand behind.
  const std::int64_t start = std::min(start_us, std::numeric_limits<std::int64_t>::max() - 1);
  const std::int64_t end = std::max(end_us, start + 1);
  return {start, std::min(end, saturating_add(start, kLongest))};
}

Interval indexable_as_told(std::int64_t start_us, std::int64_t end_us) {
  const Interval told = indexable(start_us, end_us);
  return {told.start_us, std::min(told.end_us, saturating_add(told.start_us, kToldSpanMax))};
}

void write_interval(store::Batch& batch, store::Family family, ByteSpan prefix,
                    const Interval& interval, ByteSpan suffix) {
  HANSOM_CHECK(interval.start_us < interval.end_us);
  for_each_piece(interval, [&](const Interval& piece) {
    Bytes value;
    append_ordered(value, piece.end_us);
    batch.put(family, key_at(prefix, class_of(interval), piece.start_us, suffix), value);
  });
}

void remove_interval(store::Batch& batch, store::Family family, ByteSpan prefix,
                     const Interval& interval, ByteSpan suffix) {
  for_each_piece(interval, [&](const Interval& piece) {
    batch.del(family, key_at(prefix, class_of(interval), piece.start_us, suffix));
  });
}

bool comes_after(const Position& a, const Position& b, store::Order order) {
  return order == store::Order::kAscending ? b < a : a < b;
}

std::int64_t listed_at(const Interval& interval, const Interval& asked, store::Order order) {
  const std::int64_t longest = kClassSpan[kCutClass];
  // A point inside the piece that is met first.
  const std::int64_t inside = order == store::Order::kAscending
                                  ? std::max(interval.start_us, asked.start_us)
                                  : std::min(interval.end_us, asked.end_us) - 1;
  return interval.start_us + (inside - interval.start_us) / longest * longest;
}

Status scan_intervals(const store::Reader& reader, const IntervalScan& scan,
                      std::size_t length_class, const IntervalVisit& visit) {
  // A piece that began earlier than this has ended before `asked` begins.
  const std::int64_t earliest = saturating_add(scan.asked.start_us, -kClassSpan[length_class]);
  Bytes lower = key_at(scan.prefix, length_class, earliest, {});
  Bytes upper = key_at(scan.prefix, length_class, scan.asked.end_us, {});
  if (scan.after) {
    Bytes last = key_at(scan.prefix, length_class, scan.after->start_us, scan.after->suffix);
    if (scan.order == store::Order::kAscending) {
      last.push_back(0);  // the next possible key
      lower = std::max(lower, last);
    } else {
      upper = std::min(upper, last);
    }
  }
  if (lower >= upper) return {};
  const std::size_t head = scan.prefix.size() + 1;
  Status read;
  HANSOM_TRY(reader.scan(scan.family, lower, upper, scan.order, [&](ByteSpan key, ByteSpan value) {
    if (key.size() < head + 8 || value.size() != 8) {
      read = fail(ErrorKind::kCorrupt, "store_corrupt", "an index row has the wrong size");
      return false;
    }
    const Interval piece{read_ordered(key.subspan(head)), read_ordered(value)};
    if (!overlap(piece, scan.asked)) return true;
    const ByteSpan suffix = key.subspan(head + 8);
    return visit({piece.start_us, Bytes(suffix.begin(), suffix.end())}, piece);
  }));
  return read;
}

}  // namespace hansom::catalogue
