// Searching clips: one scan of the narrowest index, or, where an event type is asked for, from the
// events of that type to the clips around them.
#include <algorithm>

#include "index/catalogue/catalogue.h"
#include "index/catalogue/clip_rows.h"
#include "index/catalogue/event_rows.h"
#include "index/catalogue/keys.h"
#include "index/catalogue/page_builder.h"
#include "proto/evidence/manifest.h"

namespace hansom::catalogue {
namespace {

using store::Family;
using store::Order;

constexpr std::size_t kIdBytes = 32;
// A search by event walks from events to clips of these classes; longer ones are looked at one by
// one.
constexpr std::size_t kWalkedClasses = 2;

// A query with its names normalised and its defaults filled in.
struct Asked {
  ClipNames names;
  std::string event_type;
  std::optional<std::uint64_t> event_sequence;
  std::vector<Interval> spans;  // at least one
  Interval interval;            // holds them
  Order order{};
  Bytes digest;
};

tl::unexpected<Error> bad_query(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_query", std::move(message));
}

Bytes digest_of(const Asked& asked) {
  QueryDigest digest;
  digest.add("clips", asked.order == Order::kAscending ? "asc" : "desc")
      .add("registration", asked.names.registration)
      .add("vehicle_licence", asked.names.vehicle_licence)
      .add("driver_licence", asked.names.driver_licence)
      .add("unit", asked.names.unit)
      .add("event_type", asked.event_type);
  for (const Interval& span : asked.spans) digest.add("from", span.start_us).add("to", span.end_us);
  if (asked.event_sequence) digest.add("event", std::to_string(*asked.event_sequence));
  return digest.finish();
}

Result<Asked> check(const ClipQuery& query) {
  Asked asked;
  const auto name = [](const std::optional<std::string>& given, auto normalise) {
    return given ? normalise(*given) : std::string();
  };
  asked.names.registration = name(query.registration, evidence::normalise_registration);
  asked.names.vehicle_licence = name(query.vehicle_licence, evidence::normalise_licence);
  asked.names.driver_licence = name(query.driver_licence, evidence::normalise_licence);
  if (query.unit) asked.names.unit = query.unit->text();
  asked.event_type = query.event_type.value_or("");
  asked.event_sequence = query.event_sequence;
  asked.order = query.order;
  asked.spans = query.spans;
  if (asked.spans.empty()) {
    Interval& only = asked.spans.emplace_back();
    if (query.from) only.start_us = to_unix_us(*query.from);
    if (query.to) only.end_us = to_unix_us(*query.to);
  }
  asked.interval = asked.spans.front();
  for (const Interval& span : asked.spans) {
    asked.interval.start_us = std::min(asked.interval.start_us, span.start_us);
    asked.interval.end_us = std::max(asked.interval.end_us, span.end_us);
  }

  if ((query.registration && asked.names.registration.empty()) ||
      (query.vehicle_licence && asked.names.vehicle_licence.empty()) ||
      (query.driver_licence && asked.names.driver_licence.empty()) ||
      (query.event_type && asked.event_type.empty())) {
    return bad_query("an empty name finds nothing; leave it out or give one");
  }
  if (query.limit == 0 || query.limit > kPageMax) {
    return bad_query("limit must be 1 to " + std::to_string(kPageMax));
  }
  for (const Interval& span : asked.spans) {
    if (span.start_us >= span.end_us) return bad_query("from must lie before to");
  }
  if (!query.spans.empty() && (query.from || query.to)) {
    return bad_query("from and to stand in the spans");
  }
  if (query.event_sequence && !query.unit) {
    return bad_query("an event's number needs the unit that counted it");
  }
  const bool nothing = !query.registration && !query.vehicle_licence && !query.driver_licence &&
                       !query.unit && !query.event_type && !query.from && !query.to &&
                       query.spans.empty();
  if (nothing) return bad_query("ask for a vehicle, a licence, a unit, an event or a time");
  asked.digest = digest_of(asked);
  return asked;
}

// One query being answered. Lives for one call of find_clips.
class ClipSearch {
 public:
  ClipSearch(const store::Reader& reader, Asked asked, std::size_t limit,
             std::optional<Position> after)
      : reader_(reader), asked_(std::move(asked)), page_(asked_.order, limit, std::move(after)) {}

  Result<ClipPage> run() {
    if (asked_.event_sequence) {
      HANSOM_TRY(around_one_event());
    } else if (asked_.event_type.empty()) {
      for (std::size_t c = 0; c < kClasses; ++c) HANSOM_TRY(by_name(c));
    } else if (asked_.names.vehicle_licence.empty() && asked_.names.driver_licence.empty() &&
               asked_.names.unit.empty()) {
      for (std::size_t c = 0; c < kClasses; ++c) HANSOM_TRY(by_events(c));
      for (std::size_t c = kWalkedClasses; c < kClasses; ++c) HANSOM_TRY(by_name(c));
    } else {
      for (std::size_t c = 0; c < kClasses; ++c) HANSOM_TRY(by_name(c));
    }
    ClipPage out;
    std::tie(out.clips, out.next_cursor) = std::move(page_).finish(asked_.digest);
    for (const ClipRow& row : out.clips) {
      out.certain.push_back(std::ranges::any_of(
          asked_.spans, [&](const Interval& span) { return certainly_within(row, span); }));
    }
    return out;
  }

 private:
  // The prefix of the index that holds the fewest clips of those asked for.
  [[nodiscard]] Bytes narrowest() const {
    const ClipNames& names = asked_.names;
    if (!names.driver_licence.empty()) return clips_of_driver_licence(names.driver_licence);
    if (!names.registration.empty()) return clips_of_registration(names.registration);
    if (!names.vehicle_licence.empty()) return clips_of_vehicle_licence(names.vehicle_licence);
    if (!names.unit.empty()) return clips_of_unit(names.unit);
    return all_clips();
  }

  // Clips of one class by name and time.
  Status by_name(std::size_t length_class) {
    return scan_clips(narrowest(), std::nullopt, length_class);
  }

  // Clips that overlap one event, by the same vehicle.
  Status around_one_event() {
    HANSOM_TRY_ASSIGN(const auto event,
                      get_event(reader_, asked_.names.unit, *asked_.event_sequence));
    if (!event || event->unit() != asked_.names.unit) return {};
    if (!asked_.event_type.empty() && event->event().type() != asked_.event_type) return {};
    const std::string vehicle = evidence::normalise_registration(event->event().registration());
    if (vehicle.empty()) return {};
    if (!asked_.names.registration.empty() && asked_.names.registration != vehicle) return {};
    asked_.names.registration = vehicle;
    asked_.names.unit.clear();  // it named the event, not the clips
    for (std::size_t c = 0; c < kClasses; ++c) {
      HANSOM_TRY(scan_clips(clips_of_registration(vehicle), interval_of(*event), c));
    }
    return {};
  }

  // Clips of an hour at most that overlap an event of the type asked for, from the events of one
  // class. A clip that overlaps [from, to) may meet its event up to an hour outside.
  Status by_events(std::size_t event_class) {
    constexpr std::int64_t kReach = kClassSpan[kWalkedClasses - 1];
    IntervalScan scan{
        Family::kEvent,
        asked_.names.registration.empty()
            ? events_of_type(asked_.event_type)
            : events_of_registration_and_type(asked_.names.registration, asked_.event_type),
        {saturating_add(asked_.interval.start_us, -kReach),
         saturating_add(asked_.interval.end_us, kReach)},
        asked_.order,
        std::nullopt};
    const bool ascending = asked_.order == Order::kAscending;
    if (page_.after()) {
      // No clip of an earlier page, so no event that ended before, or begins after, all others.
      const std::int64_t last = page_.after()->start_us;
      if (ascending) {
        scan.asked.start_us = std::max(scan.asked.start_us, last);
      } else {
        scan.asked.end_us = std::min(scan.asked.end_us, saturating_add(last, kReach + 1));
      }
      if (scan.asked.start_us >= scan.asked.end_us) return {};
    }
    Status inner;
    HANSOM_TRY(
        scan_intervals(reader_, scan, event_class, [&](const Position& at, const Interval& piece) {
          const std::int64_t bound = ascending
                                         ? saturating_add(piece.start_us, -kReach)
                                         : saturating_add(piece.start_us, kClassSpan[event_class]);
          if (page_.full() &&
              (ascending ? bound >= page_.last().start_us : bound <= page_.last().start_us)) {
            return false;  // every clip of this event and of all further ones comes too late
          }
          inner = around(at.suffix, piece);
          return inner.has_value();
        }));
    return inner;
  }

  // Clips of an hour at most that overlap one piece of an event.
  Status around(ByteSpan event_suffix, const Interval& piece) {
    HANSOM_TRY_ASSIGN(const auto event, get_event_of_suffix(reader_, event_suffix));
    if (!event || event->event().type() != asked_.event_type) return {};
    const std::string vehicle = evidence::normalise_registration(event->event().registration());
    if (vehicle.empty()) return {};
    for (std::size_t c = 0; c < kWalkedClasses; ++c) {
      HANSOM_TRY(scan_clips(clips_of_registration(vehicle), piece, c));
    }
    return {};
  }

  // Offers the clips under one prefix to the page: those during a told `event`, or all within what
  // is asked.
  Status scan_clips(Bytes prefix, const std::optional<Interval>& event, std::size_t length_class) {
    IntervalScan scan{Family::kIndex, std::move(prefix), event.value_or(asked_.interval),
                      asked_.order, std::nullopt};
    // The place of a clip in the page is the same whichever scan finds it; only the one scan that
    // lists it by that place may begin behind the cursor.
    const bool listed_here = !event || length_class != kCutClass;
    if (listed_here) scan.after = page_.after();
    Status inner;
    HANSOM_TRY(
        scan_intervals(reader_, scan, length_class, [&](const Position& at, const Interval& piece) {
          if (at.suffix.size() != kIdBytes) return true;
          if (listed_here && !page_.open_for(at)) return false;
          if (length_class != kCutClass && (!overlap(piece, asked_.interval) || page_.known(at))) {
            return true;
          }
          inner = offer(at.suffix, event);
          return inner.has_value();
        }));
    return inner;
  }

  Status offer(const Bytes& id, const std::optional<Interval>& event) {
    HANSOM_TRY_ASSIGN(std::optional<ClipRow> row, get_clip(reader_, id));
    if (!row || !may_be_asked(*row) || (event && !overlap(told_interval(*row), *event))) return {};
    const Position at{listed_at(interval_of(*row), asked_.interval, asked_.order), id};
    if (page_.known(at) || !page_.open_for(at) || !has_names(*row)) return {};
    if (!event && !asked_.event_type.empty()) {
      HANSOM_TRY_ASSIGN(const bool found, has_event(*row));
      if (!found) return {};
    }
    page_.add(at, *std::move(row));
    return {};
  }

  [[nodiscard]] bool may_be_asked(const ClipRow& row) const {
    const Interval possible = possible_interval(row);
    return std::ranges::any_of(asked_.spans,
                               [&](const Interval& span) { return overlap(possible, span); });
  }

  [[nodiscard]] bool has_names(const ClipRow& row) const {
    const ClipNames names = names_of(row);
    const auto fits = [](const std::string& asked, const std::string& has) {
      return asked.empty() || asked == has;
    };
    return fits(asked_.names.registration, names.registration) &&
           fits(asked_.names.vehicle_licence, names.vehicle_licence) &&
           fits(asked_.names.driver_licence, names.driver_licence) &&
           fits(asked_.names.unit, names.unit);
  }

  // Whether an event of the type asked for happened to the clip's vehicle during the clip.
  [[nodiscard]] Result<bool> has_event(const ClipRow& row) const {
    const std::string vehicle = names_of(row).registration;
    if (vehicle.empty()) return false;
    bool found = false;
    const IntervalScan scan{Family::kEvent,
                            events_of_registration_and_type(vehicle, asked_.event_type),
                            told_interval(row), Order::kAscending, std::nullopt};
    for (std::size_t c = 0; c < kClasses && !found; ++c) {
      HANSOM_TRY(scan_intervals(reader_, scan, c, [&](const Position&, const Interval&) {
        found = true;
        return false;
      }));
    }
    return found;
  }

  const store::Reader& reader_;
  Asked asked_;
  PageBuilder<ClipRow> page_;
};

}  // namespace

Result<ClipPage> find_clips(const store::Reader& reader, const ClipQuery& query) {
  HANSOM_TRY_ASSIGN(Asked asked, check(query));
  HANSOM_TRY_ASSIGN(auto after, read_cursor(query.cursor, asked.digest, kIdBytes));
  return ClipSearch(reader, std::move(asked), query.limit, std::move(after)).run();
}

Result<ClipRow> find_clip(const store::Reader& reader, const ClipId& id) {
  HANSOM_TRY_ASSIGN(std::optional<ClipRow> row, get_clip(reader, id.span()));
  if (!row) {
    return fail(ErrorKind::kNotFound, "clip_not_found", "no clip " + id.hex() + " is known");
  }
  return *std::move(row);
}

namespace {

Result<std::optional<LeafIndex>> leaf_of_upload(const store::Reader& reader, ByteSpan key,
                                                const UploadId& upload) {
  HANSOM_TRY_ASSIGN(const auto value, reader.get(Family::kUpload, key));
  if (!value) return std::optional<LeafIndex>();
  if (value->size() != 8) {
    return fail(ErrorKind::kCorrupt, "store_corrupt", "the row of upload " + upload.text());
  }
  return LeafIndex{read_u64be(*value)};
}

}  // namespace

Result<std::optional<LeafIndex>> find_upload(const store::Reader& reader, const UploadId& upload) {
  return leaf_of_upload(reader, as_bytes(upload.text()), upload);
}

Result<std::optional<LeafIndex>> find_concatenation(const store::Reader& reader,
                                                    const UploadId& part) {
  return leaf_of_upload(reader, upload_that_begins_with(part.text()), part);
}

}  // namespace hansom::catalogue
