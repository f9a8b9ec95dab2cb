// What a unit's report of events does to the catalogue.
#include "index/catalogue/event_rules.h"

#include <map>

#include "index/catalogue/event_rows.h"
#include "index/catalogue/row_io.h"
#include "index/register/register.h"
#include "index/register/unit_rules.h"
#include "proto/evidence/manifest.h"

namespace hansom::catalogue {
namespace {

// Whether `again` tells what `first` told. Not compared is what the server added to `first`: the
// vehicle where the unit named none, and whether the type is in our dictionary.
bool same_event(const evidence::Event& first, const evidence::Event& again) {
  evidence::Event a = first;
  if (again.registration().empty()) a.clear_registration();
  a.set_known_type(again.known_type());
  return serialize(a) == serialize(again);
}

tl::unexpected<Error> conflict(const std::string& unit, std::uint64_t sequence) {
  return fail(ErrorKind::kConflict, "event_conflict",
              "event " + std::to_string(sequence) + " of unit " + unit +
                  " was reported before with other content; the first report stays, nothing of "
                  "this batch was recorded");
}

}  // namespace

Status validate_events_reported(evidence::EventsReported& act, const store::Reader& state) {
  HANSOM_TRY(registry::get_admitted_unit(state, act.unit()));
  HANSOM_TRY_ASSIGN(const UnitId unit, UnitId::parse(act.unit()));
  HANSOM_TRY_ASSIGN(const auto link, registry::link_of_unit(state, unit));
  google::protobuf::RepeatedPtrField<evidence::Event> fresh;
  std::map<std::uint64_t, int> seen;  // sequence to place in `fresh`
  for (evidence::Event& event : *act.mutable_events()) {
    event.set_registration(evidence::normalise_registration(event.registration()));
    HANSOM_TRY_ASSIGN(const auto known, get_event(state, act.unit(), event.sequence()));
    if (known) {
      if (!same_event(known->event(), event)) return conflict(act.unit(), event.sequence());
      continue;
    }
    if (const auto [place, first] = seen.emplace(event.sequence(), fresh.size()); !first) {
      if (!same_event(fresh.Get(place->second), event)) {
        return conflict(act.unit(), event.sequence());
      }
      continue;
    }
    if (event.registration().empty() && link) event.set_registration(link->registration());
    *fresh.Add() = event;
  }
  act.mutable_events()->Swap(&fresh);
  return {};
}

Status apply_events_reported(const evidence::EventsReported& act, const Recorded& at,
                             store::Batch& batch) {
  for (const evidence::Event& event : act.events()) {
    StoredEvent row;
    row.set_unit(act.unit());
    *row.mutable_event() = event;
    row.set_leaf(to_u64(at.leaf));
    row.set_received_us(at.time_us);
    put_event(batch, row);
  }
  return {};
}

}  // namespace hansom::catalogue
