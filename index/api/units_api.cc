// Units: enrol, list, revoke.
#include <array>

#include <boost/json/array.hpp>

#include "index/api/body.h"
#include "index/api/json.h"
#include "index/api/route.h"
#include "index/api/unit_certificate.h"
#include "index/register/register.h"

namespace hansom::api {
namespace {

Result<Answer> enrol_unit(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body,
                    json_body(question, {"unit", "certificate_pem", "keep_previous"}));
  HANSOM_TRY_ASSIGN(const std::string name, text_member(body, "unit", 64));
  HANSOM_TRY_ASSIGN(const UnitId unit, UnitId::parse(name));
  HANSOM_TRY_ASSIGN(const std::string pem,
                    text_member(body, "certificate_pem", kCertificatePemBytesMax, Lines::kMany));
  HANSOM_TRY_ASSIGN(const bool keep_previous, flag_member(body, "keep_previous"));
  HANSOM_TRY_ASSIGN(const Bytes der,
                    read_unit_certificate(pem, unit, question.context.use.clock->now()));
  Answer answer = acted(question, 201);
  evidence::UnitEnrolled& act = *answer.record->mutable_unit_enrolled();
  act.set_unit(unit.text());
  act.set_certificate_der(to_text(der));
  act.set_controller(question.context.use.controller);
  act.set_keep_previous(keep_previous);
  boost::json::object out;
  out["unit"] = unit.text();
  out["certificate_sha256"] = sha256(der).hex();
  out["controller"] = act.controller();
  answer.body = std::move(out);
  return answer;
}

Result<Answer> list_units(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto units, registry::list_units(question.reader()));
  boost::json::array list;
  for (const catalogue::UnitRow& unit : units) list.push_back(unit_json(unit));
  Answer answer = looked(question, evidence::Access::ADMIN, units.size());
  boost::json::object body;
  body["units"] = std::move(list);
  answer.body = std::move(body);
  return answer;
}

Result<Answer> revoke_unit(const Question& question) {
  HANSOM_TRY_ASSIGN(const UnitId unit, UnitId::parse(question.path("unit")));
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"reason"}));
  HANSOM_TRY_ASSIGN(const std::string reason, text_member(body, "reason", kReasonBytesMax));
  Answer answer = acted(question, 200);
  answer.record->mutable_unit_revoked()->set_unit(unit.text());
  answer.record->mutable_unit_revoked()->set_reason(reason);
  boost::json::object out;
  out["unit"] = unit.text();
  out["revoked_reason"] = reason;
  answer.body = std::move(out);
  return answer;
}

constexpr std::array kRoutes = {
    Route{.method = "POST",
          .pattern = "/v1/units",
          .right = access::Right::kManageUnits,
          .handle = enrol_unit,
          .body_bytes_max = kJsonBytesMax},
    Route{.method = "GET",
          .pattern = "/v1/units",
          .right = access::Right::kManageUnits,
          .handle = list_units},
    Route{.method = "POST",
          .pattern = "/v1/units/{unit}/revoke",
          .right = access::Right::kManageUnits,
          .handle = revoke_unit,
          .body_bytes_max = kJsonBytesMax},
};

}  // namespace

std::span<const Route> units_routes() {
  return kRoutes;
}

}  // namespace hansom::api
