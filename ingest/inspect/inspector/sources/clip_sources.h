// THE MAIN PATH of the sources: a clip's bytes in, every time and position in them out.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

// Looks for everything that the files of this folder know, whatever the container is called and
// whether libav can open it. Pure: the same bytes give the same. Bounded by limits.h in boxes,
// samples and entries, never by a number of the clip's own.
void find_sources(ByteSpan clip, Found& found);

}  // namespace hansom::ingest
