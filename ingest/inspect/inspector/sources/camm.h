// Google's camera motion metadata, CAMM.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/samples.h"

namespace hansom::ingest {

// Reads one sample of a camm track (developers.google.com/streetview/publish/camm-spec; numbers are
// little-endian): type 5 has latitude, longitude and altitude, type 6 the same with the receiver's
// time in seconds since 1980-01-06 on GPS's own scale, and fix, accuracies and velocities. GPS runs
// ahead of UTC by leap seconds, and some writers count from 1970 UTC, so the time stays a text:
// position.time "1234567890.5 GPS seconds". Sources "camm:5" and "camm:6"; a type 6 that says it
// has no fix is a time alone, "void:camm:6". Packets of other types are passed over; some writers
// put several into one sample.
void read_camm(const Sample& sample, std::int32_t stream, Found& found);

}  // namespace hansom::ingest
