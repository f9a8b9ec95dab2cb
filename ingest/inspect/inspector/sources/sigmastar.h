// GPS records of recorders with SigmaStar's chips, in tracks of format ssmd.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/samples.h"

namespace hansom::ingest {

// A record of 40 bytes, published by nobody and seen in clips of Neoline's: latitude and longitude
// in degrees as little-endian doubles, altitude and speed, years since 1900, month, day, hour,
// minute, second, heading. While there is no fix the coordinates are 2^32 - 1, and the time is the
// camera's own with months counted from 0; with a fix it is the receiver's, and they count from 1.
// Sources: "gps:ssmd", "void:gps:ssmd". Value: the numbers. False when it is no such record.
[[nodiscard]] bool read_sigmastar(const Sample& sample, std::int32_t stream, Found& found);

}  // namespace hansom::ingest
