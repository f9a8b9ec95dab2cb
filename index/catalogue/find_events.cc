// Searching events: one scan of the narrowest index.
#include "index/catalogue/catalogue.h"
#include "index/catalogue/event_rows.h"
#include "index/catalogue/keys.h"
#include "index/catalogue/page_builder.h"
#include "proto/evidence/manifest.h"

namespace hansom::catalogue {
namespace {

using store::Family;
using store::Order;

constexpr std::size_t kSuffixBytes = 24;

struct Asked {
  std::string registration;
  std::string unit;
  std::string type;
  Interval interval;
  Order order{};
};

tl::unexpected<Error> bad_query(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_query", std::move(message));
}

Result<Asked> check(const EventQuery& query) {
  Asked asked;
  if (query.registration) {
    asked.registration = evidence::normalise_registration(*query.registration);
  }
  if (query.unit) asked.unit = query.unit->text();
  asked.type = query.type.value_or("");
  asked.order = query.order;
  if (query.from) asked.interval.start_us = to_unix_us(*query.from);
  if (query.to) asked.interval.end_us = to_unix_us(*query.to);
  if ((query.registration && asked.registration.empty()) || (query.type && asked.type.empty())) {
    return bad_query("an empty name finds nothing; leave it out or give one");
  }
  if (query.limit == 0 || query.limit > kPageMax) {
    return bad_query("limit must be 1 to " + std::to_string(kPageMax));
  }
  if (query.from && query.to && *query.from >= *query.to) {
    return bad_query("from must lie before to");
  }
  if (!query.registration && !query.unit && !query.type && !query.from && !query.to) {
    return bad_query("ask for a vehicle, a unit, a type or a time");
  }
  return asked;
}

Bytes digest_of(const Asked& asked) {
  return QueryDigest()
      .add("events", asked.order == Order::kAscending ? "asc" : "desc")
      .add("registration", asked.registration)
      .add("unit", asked.unit)
      .add("type", asked.type)
      .add("from", asked.interval.start_us)
      .add("to", asked.interval.end_us)
      .finish();
}

Bytes narrowest(const Asked& asked) {
  if (!asked.registration.empty() && !asked.type.empty()) {
    return events_of_registration_and_type(asked.registration, asked.type);
  }
  if (!asked.registration.empty()) return events_of_registration(asked.registration);
  if (!asked.unit.empty()) return events_of_unit(asked.unit);
  if (!asked.type.empty()) return events_of_type(asked.type);
  return all_events();
}

bool fits(const Asked& asked, const StoredEvent& row) {
  return (asked.registration.empty() ||
          asked.registration == evidence::normalise_registration(row.event().registration())) &&
         (asked.unit.empty() || asked.unit == row.unit()) &&
         (asked.type.empty() || asked.type == row.event().type());
}

}  // namespace

Result<EventPage> find_events(const store::Reader& reader, const EventQuery& query) {
  HANSOM_TRY_ASSIGN(const Asked asked, check(query));
  const Bytes digest = digest_of(asked);
  HANSOM_TRY_ASSIGN(auto after, read_cursor(query.cursor, digest, kSuffixBytes));
  const IntervalScan scan{Family::kEvent, narrowest(asked), asked.interval, asked.order, after};
  PageBuilder<StoredEvent> page(asked.order, query.limit, after);
  for (std::size_t c = 0; c < kClasses; ++c) {
    Status read;
    HANSOM_TRY(scan_intervals(reader, scan, c, [&](const Position& at, const Interval&) {
      if (!page.open_for(at)) return false;
      auto row = get_event_of_suffix(reader, at.suffix);
      if (!row) {
        read = fail(std::move(row).error());
        return false;
      }
      if (!*row || !fits(asked, **row)) return true;
      // Of a long event's pieces only one is listed.
      if (listed_at(interval_of(**row), asked.interval, asked.order) != at.start_us) return true;
      page.add(at, **std::move(row));
      return true;
    }));
    HANSOM_TRY(read);
  }
  EventPage out;
  auto [rows, cursor] = std::move(page).finish(digest);
  out.next_cursor = std::move(cursor);
  for (StoredEvent& row : rows) {
    out.events.push_back({row.unit(), std::move(*row.mutable_event()), LeafIndex{row.leaf()},
                          from_unix_us(row.received_us())});
  }
  return out;
}

}  // namespace hansom::catalogue
