// What cameras put into user data unregistered messages.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

// Of messages that sign a stream: Axis, and ONVIF Media Signing.
inline constexpr std::size_t kUuidBytes = 16;
inline constexpr std::string_view kAxisUuid = "Signed Video...0";
inline constexpr std::string_view kOnvifUuid{
    "\x00\x5b\xc9\x3f\x2d\x71\x5e\x95\xad\xa4\x79\x6f\x90\x87\x7a\x6f", kUuidBytes};

// One message (ITU-T H.264, D.1.7: a UUID and bytes), emulation prevention undone. Its offset is
// that of the NAL unit it stands in. By UUID:
// - "Signed Video...0", Axis: tags, of which 1 may hold the GOP's UTC in microseconds since 1970
//   (github.com/AxisCommunications/signed-video-framework, lib/src). Source: "axis:signed".
// - 005bc93f-2d71-5e95-ada4-796f90877a6f, ONVIF Media Signing: tags, of which 1 holds the GOP's
//   start and end, 100 ns since 1601 UTC (github.com/onvif/media-signing-framework, lib/src).
//   Sources: "onvif:signed", "onvif:signed:end".
// - "MISPmicrosectime" and cf848278-ee23-306c-9265-e8fef22fb8b8: microseconds and nanoseconds since
//   1970 (MISB ST 0604, precision time stamp). Source: "misp".
// - bytes of 'B' and an 'i', Tesla from 2025.44 on: a protocol buffer with latitude (field 11),
//   longitude (12), heading (13) and speed (4) (github.com/teslamotors/dashcam, dashcam.proto);
//   0, 0 is no fix. Source: "tesla".
// - any other: dates and NMEA in its text. Source: "sei".
void read_sei_user_data(ByteSpan message, const FoundPlace& place, Found& found);

}  // namespace hansom::ingest
