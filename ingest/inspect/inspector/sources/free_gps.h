// Novatek's GPS blocks, "freeGPS", and their relatives.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {

// Recorders with Novatek's chips write one block a second: a box "free" whose payload begins with
// "GPS ", anywhere in the clip. Nobody publishes what stands in it; the layouts here are those that
// ExifTool (lib/Image/ExifTool/QuickTimeStream.pl, ProcessFreeGPS and ProcessFreeGPS2) and
// sergei.nz/extracting-gps-data-from-viofo-a119-and-other-novatek-powered-cameras describe from
// cameras, with offsets from the box's first byte:
// - hour, minute, second, year, month and day as 32-bit numbers, status, hemispheres, latitude and
//   longitude as degrees and minutes in one number, knots, heading: free_gps_layouts.cc has where.
// - the same fields as digits, every byte XOR 0xAA (Azdome, EEEkit, BlueSkySea).
// - such fields with enciphered coordinates (E-ACE): lucky_gps.h.
// - an NMEA sentence, as it is or with 16 added to every byte.
// - ring buffers of 52-byte records XOR two keys that stand in the record itself ("ATC").
// - big-endian records of 32 bytes (NextBase 512G), and records without a time (INNOVV).
// Source: "freeGPS"; "void:freeGPS" for a time while the receiver has no fix. Value: the numbers as
// they stand and the year if it has two digits. Time: as the camera writes it, by its own zone, so
// it is a text. Positions whose scrambling is not known (Akaso V1, Redtiger F7N: their own programs
// ask a service for it) are times alone, "freeGPS".
void find_free_gps(ByteSpan clip, LookBudget& budget, Found& found);

// The same fields without a box around them, as they stand in private packets of transport streams
// (ExifTool, lib/Image/ExifTool/M2TS.pm): after nothing, or after 164 bytes of the camera's own.
// False when it is no such record.
[[nodiscard]] bool read_novatek_packet(ByteSpan packet, const FoundPlace& place, Found& found);

}  // namespace hansom::ingest
