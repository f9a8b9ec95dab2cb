// GoPro's metadata format, GPMF.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/samples.h"

namespace hansom::ingest {

// Reads one sample of a gpmd track: key, type, size and count, nested in DEVC and STRM
// (github.com/gopro/gpmf-parser, README.md: "GPMF Deeper Dive", "Where to find GPMF data"). Values
// are the numbers as they stand, then "scale" and SCAL; "fix", GPSF; "dop", GPSP.
// - GPSU, the receiver's UTC as yymmddhhmmss.sss: source "gpmf:GPSU", or "void:gpmf:GPSU" while
// GPSF
//   says that there is no fix. STMP, microseconds since the recording began: "gpmf:STMP", no
//   instant.
// - GPS5 (latitude, longitude, altitude, speed over ground and in space) and GPS9 (the same with
//   days since 2000, seconds of the day, DOP and fix): positions. Of GPS5 the first of a sample has
//   the time of GPSU, of GPS9 each has its own. Numbers without a fix are no positions. Those of a
//   sample are spread evenly over its time.
// - SYST, GPRI and GLPI of the Karma, as its clips spell them out in TYPE and UNIT: pairs of system
//   time and UTC; positions with the system time, which stays a text.
void read_gpmf(const Sample& sample, std::int32_t stream, Found& found);

}  // namespace hansom::ingest
