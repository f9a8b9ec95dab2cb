// Times of ONVIF's export files.
#pragma once

#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {

// Of the ONVIF Export File Format Specification 24.12:
// - cstb ("Timing"): per track the true start of its timeline, 100 ns since 1601 UTC. In a meta box
//   at file level, in sinf and schi within its ipro (one for every signing), or beside a movie's
//   tracks. Source: "cstb", with 0 for where in the clip it holds.
// - suep ("Required Side Information"): when the export began; seconds since 1904 as of 14496-12.
//   Source: "suep". It tells when somebody copied the clip, not when it was recorded.
void find_export_times(const Movie& movie, LookBudget& budget, Found& found);

}  // namespace hansom::ingest
