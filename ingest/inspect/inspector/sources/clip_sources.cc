// THE MAIN PATH of the sources: see clip_sources.h.
#include "ingest/inspect/inspector/sources/clip_sources.h"

#include "ingest/inspect/inspector/sources/movie.h"
#include "ingest/inspect/inspector/sources/movie_times.h"
#include "ingest/inspect/inspector/sources/onvif_export.h"
#include "ingest/inspect/inspector/sources/timecode_track.h"
#include "ingest/inspect/inspector/sources/user_data.h"

namespace hansom::ingest {

void find_sources(ByteSpan clip, Found& found) {
  LookBudget budget = LookBudget::whole();
  const Movie movie = read_movie(clip, budget);
  find_header_times(movie, found);
  find_user_data(movie, budget, found);
  find_timecodes(clip, movie, budget, found);
  find_export_times(movie, budget, found);
  find_reference_times(clip, movie, budget, found);
}

}  // namespace hansom::ingest
