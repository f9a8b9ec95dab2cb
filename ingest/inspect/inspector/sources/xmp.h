// XMP: what programs and some cameras write beside the pictures, as XML.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {

// Packets of XMP (ISO 16684-1) anywhere in a clip: in uuid boxes, in user data, in chunks of RIFF,
// in C2PA manifests. Names are taken by their usual prefixes, as attributes and as elements:
// - xmp:CreateDate, ModifyDate and MetadataDate, stEvt:when, exif:DateTimeOriginal,
//   DateTimeDigitized and GPSTimeStamp, photoshop:DateCreated, xmpDM:shotDate. Source:
//   "xmp:CreateDate" and so on, with ":modification" where a program says when it last wrote. UTC
//   where a zone and seconds stand in the value.
// - exif:GPSLatitude with GPSLongitude, "53,25.8125N". Source: "xmp:GPS".
// XML is read tag by tag: no entity but the five of XML itself is replaced, nothing is included,
// and no depth is kept. A packet of more than a megabyte is read so far.
void find_xmp(ByteSpan clip, LookBudget& budget, Found& found);

}  // namespace hansom::ingest
