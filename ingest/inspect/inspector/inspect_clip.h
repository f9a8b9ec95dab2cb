// THE MAIN PATH of the inspector: a clip's bytes in, its report out.
#pragma once

#include "proto/base/bytes.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

// Takes what libav needs from the system (time zone, processor features, code tables) so that
// nothing is left to ask for in the sandbox. Touches no clip.
void prepare_libav();

// Inspects a clip as closely as `level` says. The report depends on the bytes, the level, this
// program's version and libav's, on nothing else. Bad clips make a report that says so; throws
// std::bad_alloc only. Requires: a level, not LEVEL_UNKNOWN.
[[nodiscard]] evidence::Report inspect_clip(ByteSpan clip, evidence::Report::Level level);

}  // namespace hansom::ingest
