// Holds a creation's manifest against the certificate, the upload and the register.
#include "ingest/upload/check_creation.h"

#include "index/catalogue/catalogue.h"
#include "index/register/register.h"
#include "proto/evidence/jws.h"
#include "proto/evidence/manifest.h"

namespace hansom::ingest {
namespace {

tl::unexpected<Error> refused(std::string_view token, std::string message) {
  return fail(ErrorKind::kRefused, token, std::move(message));
}

// Silence on either side contradicts nothing.
Status compare(std::string_view what, const std::string& claimed, const std::string& registered) {
  if (claimed.empty() || registered.empty() || claimed == registered) return {};
  return refused("manifest_wrong_vehicle", "the manifest says " + std::string(what) + " " +
                                               claimed + ", the register has this unit in " +
                                               registered + "; correct the one that is wrong");
}

// Drivers change between shifts; the register's link of a unit says nothing about tonight's.
Status compare_with_register(const evidence::Manifest& manifest,
                             const evidence::RegisterLink& link) {
  HANSOM_TRY(compare("registration mark",
                     evidence::normalise_registration(manifest.vehicle().registration()),
                     evidence::normalise_registration(link.registration())));
  HANSOM_TRY(compare("VIN", manifest.vehicle().vin(), link.vin()));
  return compare("vehicle licence", evidence::normalise_licence(manifest.vehicle_licence()),
                 evidence::normalise_licence(link.vehicle_licence()));
}

Status refuse_destroyed(const ClipId& clip, const store::Reader& state) {
  const auto row = catalogue::find_clip(state, clip);
  if (!row && row.error().kind == ErrorKind::kNotFound) return {};
  if (!row) return fail(row.error());
  if (!row->has_tombstone()) return {};
  return fail(ErrorKind::kGone, "destroyed",
              "clip " + clip.hex() + " was destroyed under " + row->tombstone().rule());
}

}  // namespace

Result<UploadFacts> check_creation(const upload::CreateRequest& request, ByteSpan unit_spki_der,
                                   const KnownUnit& unit, const store::Reader& state) {
  const auto jws = request.metadata.find(kManifestKey);
  if (!jws) {
    return refused("manifest_missing",
                   "Upload-Metadata must have the clip's manifest under the key \"manifest\"");
  }
  HANSOM_TRY_ASSIGN(const std::string payload, evidence::verify_jws(*jws, unit_spki_der));
  UploadFacts facts;
  HANSOM_TRY_ASSIGN(facts.manifest, evidence::parse_manifest(payload));
  if (facts.manifest.unit() != unit.id.text()) {
    return refused("manifest_wrong_unit", "the manifest is of unit " + facts.manifest.unit() +
                                              ", the certificate of " + unit.id.text());
  }
  if (facts.manifest.sealed_bytes() != request.length) {
    return refused("manifest_length_mismatch",
                   "the manifest says " + std::to_string(facts.manifest.sealed_bytes()) +
                       " sealed bytes, Upload-Length " + std::to_string(request.length));
  }
  HANSOM_TRY_ASSIGN(facts.clip,
                    ClipId::from_span(as_bytes(std::string_view(facts.manifest.sealed_sha256()))));
  HANSOM_TRY_ASSIGN(const auto link, registry::link_of_unit(state, unit.id));
  if (link) HANSOM_TRY(compare_with_register(facts.manifest, *link));
  HANSOM_TRY(refuse_destroyed(facts.clip, state));

  facts.unit = unit.id;
  facts.controller = unit.controller;
  facts.length = request.length;
  facts.metadata = request.metadata.text();
  facts.manifest_jws = *jws;
  return facts;
}

}  // namespace hansom::ingest
