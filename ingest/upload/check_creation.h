// What a creation must bring: a manifest that is signed, ours, and not contradicted by the
// register.
#pragma once

#include "index/store/store.h"
#include "ingest/unit_identity/unit_identity.h"
#include "proto/upload/rules.h"
#include "proto/upload/upload_facts.h"

namespace hansom::ingest {

using upload::UploadFacts;

// Returns the facts of the upload but its name, times and limits. A partial upload needs no
// manifest; one that comes with it is checked all the same, but for its length, and not kept.
// Errors: kRefused `manifest_missing`, `manifest_wrong_unit`, `manifest_length_mismatch`,
// `manifest_wrong_vehicle`, `digest_mismatch` for a Repr-Digest that is not the manifest's; those
// of verify_jws and parse_manifest; kGone `destroyed` for a clip that was destroyed; storage errors
// of `state`.
[[nodiscard]] Result<UploadFacts> check_creation(const upload::CreateRequest& request,
                                                 ByteSpan unit_spki_der, const KnownUnit& unit,
                                                 const store::Reader& state);

}  // namespace hansom::ingest
