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

// A length may be missing from the request: tus says it later, the IETF's need not say it at all.
Status compare_length(const upload::CreateRequest& request, const evidence::Manifest& manifest) {
  const std::uint64_t length = request.length.value_or(manifest.sealed_bytes());
  const bool fits = request.concat == upload::Concat::kPartial ? length <= manifest.sealed_bytes()
                                                               : length == manifest.sealed_bytes();
  // With Upload-Complete ?0 and without a length the manifest's is the only one.
  if (fits || !request.length) return {};
  return refused("manifest_length_mismatch",
                 "the manifest says " + std::to_string(manifest.sealed_bytes()) +
                     " sealed bytes, Upload-Length " + std::to_string(length));
}

Status compare_digest(const upload::CreateRequest& request, const ClipId& clip) {
  for (const upload::Checksum& checksum : request.representation) {
    if (checksum.algorithm != upload::HashAlgorithm::kSha256) continue;
    if (as_text(checksum.value) == as_text(clip.span())) continue;
    return refused("digest_mismatch", "Repr-Digest is not the manifest's digest " + clip.hex());
  }
  return {};
}

// The manifest, held against everything that is known.
Result<evidence::Manifest> check_manifest(const upload::CreateRequest& request, ByteSpan spki_der,
                                          const KnownUnit& unit, const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const std::string payload, evidence::verify_jws(*request.manifest, spki_der));
  HANSOM_TRY_ASSIGN(evidence::Manifest manifest, evidence::parse_manifest(payload));
  if (manifest.unit() != unit.id.text()) {
    return refused("manifest_wrong_unit", "the manifest is of unit " + manifest.unit() +
                                              ", the certificate of " + unit.id.text());
  }
  HANSOM_TRY(compare_length(request, manifest));
  HANSOM_TRY_ASSIGN(const ClipId clip,
                    ClipId::from_span(as_bytes(std::string_view(manifest.sealed_sha256()))));
  if (request.concat != upload::Concat::kPartial) HANSOM_TRY(compare_digest(request, clip));
  HANSOM_TRY_ASSIGN(const auto link, registry::link_of_unit(state, unit.id));
  if (link) HANSOM_TRY(compare_with_register(manifest, *link));
  HANSOM_TRY(refuse_destroyed(clip, state));
  return manifest;
}

}  // namespace

Result<UploadFacts> check_creation(const upload::CreateRequest& request, ByteSpan unit_spki_der,
                                   const KnownUnit& unit, const store::Reader& state) {
  const bool partial = request.concat == upload::Concat::kPartial;
  if (!request.manifest && !partial) {
    return refused(
        "manifest_missing",
        "the clip's manifest must come in Clip-Manifest, or in Upload-Metadata under the "
        "key \"manifest\"");
  }
  UploadFacts facts;
  facts.unit = unit.id;
  facts.controller = unit.controller;
  facts.length = request.length;
  facts.metadata = request.metadata.text();
  if (!request.manifest) return facts;
  HANSOM_TRY_ASSIGN(evidence::Manifest manifest,
                    check_manifest(request, unit_spki_der, unit, state));
  if (partial) return facts;
  HANSOM_TRY_ASSIGN(facts.clip,
                    ClipId::from_span(as_bytes(std::string_view(manifest.sealed_sha256()))));
  facts.manifest_jws = *request.manifest;
  // tus defers a length, and then wants it said; elsewhere the manifest has said it.
  if (request.ending != upload::Ending::kAtLength) facts.length = manifest.sealed_bytes();
  facts.manifest = std::move(manifest);
  return facts;
}

}  // namespace hansom::ingest
