// Event rows and their index rows.
#include "index/catalogue/event_rows.h"

#include "index/catalogue/keys.h"
#include "proto/evidence/manifest.h"

namespace hansom::catalogue {
namespace {

constexpr std::int64_t kInstantUs = 1'000'000;  // what an event without an end overlaps

}  // namespace

Interval interval_of(const StoredEvent& row) {
  const evidence::Event& event = row.event();
  const bool by_receipt = event.clock_state() == evidence::CLOCK_STATE_UNSET;
  const std::int64_t start = by_receipt ? row.received_us() : event.time_us();
  const bool has_end = !by_receipt && event.has_end_us() && event.end_us() > start;
  return indexable_as_told(start, has_end ? event.end_us() : saturating_add(start, kInstantUs));
}

Result<std::optional<StoredEvent>> get_event_of_suffix(const store::Reader& reader,
                                                       ByteSpan suffix) {
  return get_row<StoredEvent>(reader, store::Family::kEvent, event_key_of_suffix(suffix));
}

Result<std::optional<StoredEvent>> get_event(const store::Reader& reader, std::string_view unit,
                                             std::uint64_t sequence) {
  return get_event_of_suffix(reader, event_suffix(unit, sequence));
}

Result<std::vector<StoredEvent>> newest_events(const store::Reader& reader, std::string_view unit,
                                               std::size_t limit) {
  std::vector<StoredEvent> events;
  Status parsed;
  const Bytes first = event_key(unit, 0);
  const Bytes prefix(first.begin(), first.end() - 8);
  if (limit == 0) return events;
  HANSOM_TRY(reader.scan(store::Family::kEvent, prefix, end_of_prefix(prefix),
                         store::Order::kDescending, [&](ByteSpan, ByteSpan value) {
                           parsed = parse_row(value, events.emplace_back());
                           return parsed.has_value() && events.size() < limit;
                         }));
  HANSOM_TRY(parsed);
  std::erase_if(events, [unit](const StoredEvent& event) { return event.unit() != unit; });
  return events;
}

void put_event(store::Batch& batch, const StoredEvent& row) {
  const evidence::Event& event = row.event();
  const Bytes suffix = event_suffix(row.unit(), event.sequence());
  const std::string registration = evidence::normalise_registration(event.registration());
  const Interval interval = interval_of(row);
  const auto write = [&](const Bytes& prefix) {
    write_interval(batch, store::Family::kEvent, prefix, interval, suffix);
  };
  put_row(batch, store::Family::kEvent, event_key_of_suffix(suffix), row);
  if (!registration.empty()) {
    write(events_of_registration(registration));
    write(events_of_registration_and_type(registration, event.type()));
  }
  write(events_of_type(event.type()));
  write(events_of_unit(row.unit()));
  write(all_events());
}

}  // namespace hansom::catalogue
