// What the signatures of a stream come to, as a report holds it.
#pragma once

#include "ingest/inspect/inspector/signing/signed_stream.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

// Adds a stream to `media` when a signer has left anything in it, and the clip's state is then at
// least as bad as the stream's. Requires: fewer than kSignedStreamsMax streams there.
void write_signed_stream(const SignedPictures& pictures, std::uint32_t stream,
                         evidence::SignedMedia& media);

// The state of a clip in which nothing of a signer was found: unsigned, or recognised by name only.
void write_unsigned(const std::vector<std::string>& recognised, evidence::SignedMedia& media);

}  // namespace hansom::ingest
