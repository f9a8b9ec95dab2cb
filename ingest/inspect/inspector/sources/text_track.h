// Times and positions in subtitles and other texts.
#pragma once

#include <string_view>

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/nmea.h"
#include "ingest/inspect/inspector/sources/samples.h"

namespace hansom::ingest {

// What a text tells: NMEA sentences, and dates with times of day that are not part of one, such as
// "2026-03-29 00:59:59" and "2026/03/29 00:59:59" (source `source`; no zone is told). At most eight
// of those a text.
void read_text(std::string_view text, const FoundPlace& place, const char* source, Found& found);

// A sample of a text track (tx3g, 3GPP TS 26.245, 5.17; QuickTime's text): a size and that much
// text, source "text". Or Garmin's PNDM (ExifTool, lib/Image/ExifTool/QuickTimeStream.pl): speed,
// latitude and longitude as little-endian numbers of 180 degrees by 2^31; source "PNDM".
void read_text_sample(const Sample& sample, std::int32_t stream, Found& found);

// BlackVue's box "gps " within a top-level "free": NMEA, each line after the camera's own clock in
// brackets, milliseconds since 1970 by its zone. Source of those: "blackvue:ms", no instant.
void find_blackvue(ByteSpan clip, LookBudget& budget, Found& found);

}  // namespace hansom::ingest
