// Novatek's GPS blocks with enciphered coordinates, of E-ACE's B44 and its relatives.
#pragma once

#include <optional>

#include "ingest/inspect/inspector/sources/free_gps_layouts.h"

namespace hansom::ingest {

// The first layout of free_gps_layouts.cc up to the hemispheres; then latitude and longitude, each
// 20 bytes of text: a decimal number of degrees and minutes, or the same in base64 under RC4 with
// one of twenty keys that all such cameras share; then knots and heading (described by ExifTool,
// lib/Image/ExifTool/QuickTimeStream.pl, which shows a block of a camera). `scrambled` where no key
// fits both. Nothing when it is no such block.
[[nodiscard]] std::optional<NovatekFix> read_lucky(ByteSpan block);

}  // namespace hansom::ingest
