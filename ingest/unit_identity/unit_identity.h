// From a certificate to the unit that holds it. Asked on every request, so that a revoked unit is
// refused at once, also on connections and sessions that began before.
#pragma once

#include <string>

#include "index/evidence_index.h"
#include "proto/base/ids.h"
#include "proto/http/exchange.h"

namespace hansom::ingest {

inline constexpr std::string_view kUnitUriPrefix = "urn:hansom:unit:";

// A unit that may talk to us. A value.
struct KnownUnit {
  UnitId id;
  std::string controller;
  Digest certificate;  // SHA-256 of its DER form
};

// The unit a certificate names: exactly one SAN URI urn:hansom:unit:<id>. The chain was checked by
// TLS. Error: kForbidden `certificate_unknown`.
[[nodiscard]] Result<UnitId> unit_of_certificate(const http::PeerCertificate& certificate);

// The unit behind a connection, by the register as it stands now. Errors, all kForbidden:
// `certificate_unknown` (no certificate, none of a unit, or not the enrolled one), `unit_unknown`,
// `unit_revoked`. Also what EvidenceIndex::view says.
[[nodiscard]] Result<KnownUnit> identify_unit(const EvidenceIndex& index, const http::Peer& peer);

// Whether the unit would still be let in. Errors: as identify_unit.
[[nodiscard]] Status check_still_known(const EvidenceIndex& index, const KnownUnit& unit);

// Whether an error says that a peer is no unit of ours, or not any more.
[[nodiscard]] bool is_refusal_of_identity(const Error& error);

}  // namespace hansom::ingest
