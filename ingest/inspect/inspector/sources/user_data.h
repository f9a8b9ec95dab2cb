// Times and positions that a movie tells as text: user data and metadata keys.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {

// In the movie and in each track:
// - keys and ilst of a meta box (QuickTime File Format, "Metadata"): keys that name a time, such as
//   com.apple.quicktime.creationdate, which tells its offset from UTC, and keys that hold a
//   position after ISO 6709. Source: the key.
// - udta (the same, "User Data Atoms"): (c)day and (c)xyz, each one or more texts with a language;
// and
//   loci (3GPP TS 26.244, 8.12: longitude, latitude, altitude in 16.16 fixed point). Sources:
//   "udta:day", "udta:xyz", "loci".
// - ilst with (c)day (and (c)xyz) in the meta box of a udta, as iTunes and FFmpeg write them.
// Source:
//   "ilst:day" and "ilst:xyz".
void find_user_data(const Movie& movie, LookBudget& budget, Found& found);

}  // namespace hansom::ingest
