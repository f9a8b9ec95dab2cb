// Holds a certificate against the register.
#include "ingest/unit_identity/unit_identity.h"

#include "index/register/register.h"

namespace hansom::ingest {
namespace {

tl::unexpected<Error> certificate_unknown(std::string message) {
  return fail(ErrorKind::kForbidden, "certificate_unknown", std::move(message));
}

Result<KnownUnit> look_up(const EvidenceIndex& index, UnitId unit, const Digest& certificate) {
  HANSOM_TRY_ASSIGN(const View view, index.view());
  HANSOM_TRY_ASSIGN(const auto row, registry::find_unit(view.reader(), unit));
  if (!row) {
    return fail(ErrorKind::kForbidden, "unit_unknown",
                "unit " + unit.text() + " is not enrolled at this site");
  }
  if (row->revoked_us() != 0) {
    return fail(ErrorKind::kForbidden, "unit_revoked", "unit " + unit.text() + " is revoked");
  }
  if (row->certificate_sha256() != as_text(certificate.span()) &&
      row->previous_certificate_sha256() != as_text(certificate.span())) {
    return certificate_unknown("unit " + unit.text() +
                               " is enrolled with another certificate; enrol this one or use that");
  }
  return KnownUnit{std::move(unit), row->controller(), certificate};
}

}  // namespace

Result<UnitId> unit_of_certificate(const http::PeerCertificate& certificate) {
  std::optional<std::string_view> name;
  for (const std::string_view uri : certificate.san_uris) {
    if (!uri.starts_with(kUnitUriPrefix)) continue;
    if (name) return certificate_unknown("the certificate names two units");
    name = uri.substr(kUnitUriPrefix.size());
  }
  if (!name) return certificate_unknown("the certificate names no unit (SAN URI urn:hansom:unit:)");
  auto unit = UnitId::parse(*name);
  if (!unit) return certificate_unknown("the certificate's unit name is malformed");
  return unit;
}

Result<KnownUnit> identify_unit(const EvidenceIndex& index, const http::Peer& peer) {
  if (!peer.certificate) return certificate_unknown("a unit needs a certificate");
  HANSOM_TRY_ASSIGN(UnitId unit, unit_of_certificate(*peer.certificate));
  return look_up(index, std::move(unit), peer.certificate->sha256);
}

Status check_still_known(const EvidenceIndex& index, const KnownUnit& unit) {
  HANSOM_TRY(look_up(index, unit.id, unit.certificate));
  return {};
}

bool is_refusal_of_identity(const Error& error) {
  return error.token == "certificate_unknown" || error.token == "unit_unknown" ||
         error.token == "unit_revoked";
}

}  // namespace hansom::ingest
