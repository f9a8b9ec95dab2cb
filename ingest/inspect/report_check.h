// Whether a report that came out of the sandbox is one that an honest inspector could have made.
#pragma once

#include <optional>

#include "proto/base/bytes.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

// Reads and checks a serialized report: it parses, keeps to every bound of inspector/limits.h, its
// numbers are finite, its texts are short, its pictures look like JPEG, it sets nothing that only
// the server may set. Nothing when it does not; then not a byte of it may be used.
[[nodiscard]] std::optional<evidence::Report> read_report(ByteSpan serialized);

}  // namespace hansom::ingest
