// Sentences of NMEA 0183, wherever recorders put them: subtitles, boxes, private packets.
#pragma once

#include <string_view>

#include "ingest/inspect/inspector/sources/found.h"

namespace hansom::ingest {

// Finds RMC, GGA and ZDA of any talker, with their '$' or without (Thinkware leaves it out), to the
// line's end or the checksum (NMEA 0183, "Sentence structure"). Sources:
// - "nmea:RMC": a position with its UTC; of two digits of year 80 and more are of the last century.
//   While the receiver warns (status V) "void:nmea:RMC", a time alone.
// - "nmea:GGA": a position and altitude with a time of day; none while its quality is 0.
// - "nmea:ZDA": UTC.
// ":bad_checksum" follows where there is a checksum and it is wrong. The value is the sentence.
// `place` is that of the text's first byte.
void find_nmea(std::string_view text, const FoundPlace& place, Found& found);

// Degrees and minutes as recorders write them in one number: 5325.812 is 53 degrees 25.812 minutes.
[[nodiscard]] double degrees_of(double degrees_and_minutes);

}  // namespace hansom::ingest
