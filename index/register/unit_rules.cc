// What enrolment, revocation and a load of the register do to the register's rows.
#include "index/register/unit_rules.h"

#include <set>

#include "index/catalogue/row_io.h"
#include "index/register/keys.h"
#include "proto/evidence/manifest.h"

namespace hansom::registry {

using catalogue::UnitRow;
using store::Family;

Result<UnitRow> get_admitted_unit(const store::Reader& reader, std::string_view unit) {
  HANSOM_TRY_ASSIGN(auto row,
                    catalogue::get_row<UnitRow>(reader, Family::kRegister, unit_key(unit)));
  if (!row) {
    return fail(ErrorKind::kForbidden, "unit_unknown",
                "unit " + std::string(unit) + " is not enrolled here");
  }
  if (row->revoked_us() != 0) {
    return fail(ErrorKind::kForbidden, "unit_revoked",
                "unit " + std::string(unit) + " was revoked at " +
                    to_rfc3339(from_unix_us(row->revoked_us())));
  }
  return *std::move(row);
}

Status validate_unit_enrolled(evidence::UnitEnrolled& act, const store::Reader& /*state*/) {
  HANSOM_TRY(UnitId::parse(act.unit()));
  if (act.certificate_der().empty()) {
    return fail(ErrorKind::kInvalid, "bad_certificate", "an enrolment needs a certificate");
  }
  return {};
}

Status apply_unit_enrolled(const evidence::UnitEnrolled& act, const Recorded& at,
                           store::Batch& batch) {
  const Digest digest = sha256(act.certificate_der());
  UnitRow row;
  if (act.keep_previous()) {
    HANSOM_TRY_ASSIGN(const auto before,
                      catalogue::get_row<UnitRow>(batch, Family::kRegister, unit_key(act.unit())));
    if (before && before->revoked_us() == 0) {
      row.set_previous_certificate_sha256(before->certificate_sha256());
      row.set_previous_certificate_der(before->certificate_der());
    }
  }
  row.set_unit(act.unit());
  row.set_certificate_sha256(digest.bytes.data(), digest.bytes.size());
  row.set_certificate_der(act.certificate_der());
  row.set_controller(act.controller());
  row.set_enrolled_us(at.time_us);
  catalogue::put_row(batch, Family::kRegister, unit_key(act.unit()), row);
  return {};
}

Status validate_unit_revoked(evidence::UnitRevoked& act, const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const auto row,
                    catalogue::get_row<UnitRow>(state, Family::kRegister, unit_key(act.unit())));
  if (!row) {
    return fail(ErrorKind::kNotFound, "unit_not_found", "no unit " + act.unit() + " is enrolled");
  }
  if (row->revoked_us() != 0) {
    return fail(
        ErrorKind::kConflict, "unit_already_revoked",
        "unit " + act.unit() + " was revoked at " + to_rfc3339(from_unix_us(row->revoked_us())));
  }
  return {};
}

Status apply_unit_revoked(const evidence::UnitRevoked& act, const Recorded& at,
                          store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto row,
                    catalogue::get_row<UnitRow>(batch, Family::kRegister, unit_key(act.unit())));
  if (!row) return {};
  row->set_revoked_us(at.time_us);
  row->set_revoked_reason(act.reason());
  catalogue::put_row(batch, Family::kRegister, unit_key(act.unit()), *row);
  return {};
}

Status end_previous_certificate(const std::string& unit, store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto row,
                    catalogue::get_row<UnitRow>(batch, Family::kRegister, unit_key(unit)));
  if (!row) return {};
  row->clear_previous_certificate_sha256();
  row->clear_previous_certificate_der();
  catalogue::put_row(batch, Family::kRegister, unit_key(unit), *row);
  return {};
}

Status validate_register_loaded(evidence::RegisterLoaded& act, const store::Reader& /*state*/) {
  std::set<std::string> units;
  for (evidence::RegisterLink& link : *act.mutable_links()) {
    if (!UnitId::parse(link.unit())) {
      return fail(ErrorKind::kInvalid, "bad_register", "\"" + link.unit() + "\" is no unit name");
    }
    if (!units.insert(link.unit()).second) {
      return fail(ErrorKind::kInvalid, "bad_register", "unit " + link.unit() + " stands twice");
    }
    link.set_registration(evidence::normalise_registration(link.registration()));
    link.set_vehicle_licence(evidence::normalise_licence(link.vehicle_licence()));
    link.set_operator_licence(evidence::normalise_licence(link.operator_licence()));
    link.set_driver_licence(evidence::normalise_licence(link.driver_licence()));
  }
  return {};
}

Status apply_register_loaded(const evidence::RegisterLoaded& act, const Recorded& /*at*/,
                             store::Batch& batch) {
  HANSOM_TRY(catalogue::remove_prefix(batch, Family::kRegister, link_key("")));
  for (const evidence::RegisterLink& link : act.links()) {
    catalogue::put_row(batch, Family::kRegister, link_key(link.unit()), link);
  }
  return {};
}

}  // namespace hansom::registry
