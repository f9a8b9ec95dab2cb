// Signatures that a container carries beside its streams, recognised by name and not verified.
#pragma once

#include <string>
#include <vector>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// "c2pa": a C2PA manifest store (C2PA 2.1, A.5: a uuid box of ISO/IEC 14496-12; A.3: a chunk of
// RIFF).
[[nodiscard]] std::vector<std::string> signatures_of_container(ByteSpan clip);

}  // namespace hansom::ingest
