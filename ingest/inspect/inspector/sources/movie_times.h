// Times of the movie's own boxes.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {

// Creation and modification times of mvhd, tkhd and mdhd, versions 0 and 1 (ISO/IEC
// 14496-12, 8.2.2, 8.3.2, 8.4.2): seconds since 1904-01-01 UTC, says the standard; recorders write
// local time, too. Sources: "mvhd", "mvhd:modification" and so on. A 0 is a time that was never
// set: it is found, and means no instant.
void find_header_times(const Movie& movie, Found& found);

// Producer reference times, prft (14496-12, 8.16.5): NTP time (RFC 5905, 6) at a media time of a
// track. Value: "15924837421872912110 flags 24 media 90000". Source: "prft".
void find_reference_times(ByteSpan clip, const Movie& movie, LookBudget& budget, Found& found);

}  // namespace hansom::ingest
