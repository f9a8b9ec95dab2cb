// The JSON forms of units, links, tokens, holds and plans.
#include "index/api/json.h"

#include <boost/json/array.hpp>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace hansom::api {

namespace json = boost::json;

json::value time_json(std::int64_t unix_us) {
  if (unix_us == 0) return nullptr;
  return json::string(to_rfc3339(from_unix_us(unix_us)));
}

std::string hex(std::string_view bytes) {
  return to_hex(as_bytes(bytes));
}

json::object unit_json(const catalogue::UnitRow& unit) {
  json::object out;
  out["unit"] = unit.unit();
  out["certificate_sha256"] = hex(unit.certificate_sha256());
  out["controller"] = unit.controller();
  out["enrolled"] = time_json(unit.enrolled_us());
  out["revoked"] = time_json(unit.revoked_us());
  if (unit.revoked_us() != 0) out["revoked_reason"] = unit.revoked_reason();
  if (!unit.previous_certificate_sha256().empty()) {
    out["previous_certificate_sha256"] = hex(unit.previous_certificate_sha256());
  }
  return out;
}

json::object link_json(const evidence::RegisterLink& link) {
  json::object out;
  out["unit"] = link.unit();
  out["registration"] = link.registration();
  out["vin"] = link.vin();
  out["vehicle_licence"] = link.vehicle_licence();
  out["operator_licence"] = link.operator_licence();
  out["driver_licence"] = link.driver_licence();
  return out;
}

json::object token_json(const catalogue::TokenRow& token) {
  json::object out;
  out["token_id"] = token.token_id();
  out["person"] = token.person();
  out["role"] = token.role();
  out["issued"] = time_json(token.issued_us());
  out["expires"] = time_json(token.expires_us());
  out["revoked"] = time_json(token.revoked_us());
  return out;
}

json::object hold_json(const catalogue::HoldRow& hold) {
  json::object out;
  out["hold_id"] = hold.hold_id();
  out["clip"] = hex(hold.clip());
  out["reason"] = hold.reason();
  out["person"] = hold.person();
  out["placed"] = time_json(hold.placed_us());
  out["released"] = time_json(hold.released_us());
  if (hold.released_us() != 0) {
    out["released_by"] = hold.released_by();
    out["release_reason"] = hold.release_reason();
  }
  return out;
}

json::object plan_json(const evidence::SweepPlan& plan) {
  json::array items;
  for (const evidence::SweepItem& item : plan.items()) {
    json::object out;
    out["clip"] = hex(item.clip());
    out["due"] = time_json(item.due_us());
    out["rule"] = item.rule();
    items.push_back(std::move(out));
  }
  json::array kept;
  for (const evidence::SweepCount& count : plan.kept()) {
    json::object out;
    out["why"] = count.why();
    out["clips"] = count.clips();
    kept.push_back(std::move(out));
  }
  json::object out;
  out["as_of"] = time_json(plan.as_of_us());
  out["items"] = std::move(items);
  out["kept"] = std::move(kept);
  return out;
}

}  // namespace hansom::api
