// What recorders put beside picture and sound into MPEG transport and program streams.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {

// Private data of a transport stream (ISO/IEC 13818-1, 2.4.3; packets of 188 bytes, or of 192 with
// a time before each): the PES packets of every PID that no program map calls picture or sound, the
// undeclared ones of Novatek's recorders, too. And of a program stream (2.5.3): private streams 1
// and 2. Each packet is tried as Novatek's record (free_gps.h), LigoGPS and text with NMEA and
// dates, such as the Exif of pictures that Rexing's recorders add. Sources: those, and "private"
// for dates. Streams are numbered by nobody here: -1. A PES time is told from the first in the clip
// on. Bytes that are neither stream tell nothing.
void find_private_packets(ByteSpan clip, LookBudget& budget, Found& found);

}  // namespace hansom::ingest
