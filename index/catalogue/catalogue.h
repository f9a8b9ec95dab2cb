// The catalogue: clips and events by vehicle, licence, unit, event and time. Queries over a View's
// reader; the rows are written by rules.h. Intervals are [start, end); the question is always
// overlap: of clips with the true time that was stated of them, of events with the time as told.
// Whether an event fell into a clip is held against what both were told by one clock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index/catalogue/interval_index.h"
#include "index/catalogue/rows.pb.h"
#include "index/store/store.h"
#include "proto/base/clock.h"
#include "proto/base/ids.h"
#include "proto/evidence/event.pb.h"

namespace hansom::catalogue {

inline constexpr std::size_t kPageMax = 500;
inline constexpr std::size_t kPageDefault = 50;
// What is asked. At least one of the selectors, or an interval; several selectors narrow each
// other.
struct ClipQuery {
  std::optional<std::string> registration;  // any spelling; normalised here
  std::optional<std::string> vehicle_licence;
  std::optional<std::string> driver_licence;
  std::optional<UnitId> unit;
  std::optional<std::string>
      event_type;  // clips that overlap such an event of that vehicle, any channel
  std::optional<std::uint64_t> event_sequence;  // with unit: one event
  std::optional<UtcTime> from;                  // may have been within [from, to)
  std::optional<UtcTime> to;
  // In their place, where one question means several: may have been within any of them.
  std::vector<Interval> spans;
  store::Order order = store::Order::kDescending;  // newest first
  std::size_t limit = kPageDefault;
  std::string cursor;  // of the page before; opaque
};
struct ClipPage {
  std::vector<ClipRow> clips;  // destroyed ones as tombstones
  std::vector<bool> certain;   // of each: it was within what was asked, not only may have been
  std::string next_cursor;     // empty: no more
};
// Errors: kInvalid `bad_query` (nothing asked, from >= to, an empty span, spans beside from or to,
// limit 0 or above kPageMax), kInvalid `bad_cursor`.
[[nodiscard]] Result<ClipPage> find_clips(const store::Reader& reader, const ClipQuery& query);

// Error: kNotFound `clip_not_found`.
[[nodiscard]] Result<ClipRow> find_clip(const store::Reader& reader, const ClipId& id);
// The leaf of the ClipAccepted an upload ended in; nullopt while there is none.
[[nodiscard]] Result<std::optional<LeafIndex>> find_upload(const store::Reader& reader,
                                                           const UploadId& upload);
// The same of the concatenation whose first part `part` was.
[[nodiscard]] Result<std::optional<LeafIndex>> find_concatenation(const store::Reader& reader,
                                                                  const UploadId& part);

struct EventQuery {
  std::optional<std::string> registration;
  std::optional<UnitId> unit;
  std::optional<std::string> type;
  std::optional<UtcTime> from;
  std::optional<UtcTime> to;
  store::Order order = store::Order::kDescending;
  std::size_t limit = kPageDefault;
  std::string cursor;
};
struct EventRow {
  std::string unit;
  evidence::Event event;
  LeafIndex leaf{};
  UtcTime received;
};
struct EventPage {
  std::vector<EventRow> events;
  std::string next_cursor;
};
[[nodiscard]] Result<EventPage> find_events(const store::Reader& reader, const EventQuery& query);

}  // namespace hansom::catalogue
