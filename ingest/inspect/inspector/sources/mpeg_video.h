// Time codes in MPEG-1 and MPEG-2 video.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/sei.h"

namespace hansom::ingest {

// The time code of every group of pictures that begins in a packet (ISO/IEC 13818-2, 6.2.2.6 and
// 6.3.8): hours to pictures, without date or zone, counted by the encoder. Source: "mpeg2:gop"; ';'
// before the pictures where some labels are dropped.
void read_mpeg_groups(ByteSpan packet, const PacketPlace& place, Found& found);

}  // namespace hansom::ingest
