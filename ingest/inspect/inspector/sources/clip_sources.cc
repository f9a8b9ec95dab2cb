// THE MAIN PATH of the sources: see clip_sources.h.
#include "ingest/inspect/inspector/sources/clip_sources.h"

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/camm.h"
#include "ingest/inspect/inspector/sources/fragments.h"
#include "ingest/inspect/inspector/sources/free_gps.h"
#include "ingest/inspect/inspector/sources/gpmf.h"
#include "ingest/inspect/inspector/sources/ligo_gps.h"
#include "ingest/inspect/inspector/sources/movie_times.h"
#include "ingest/inspect/inspector/sources/onvif_export.h"
#include "ingest/inspect/inspector/sources/private_packets.h"
#include "ingest/inspect/inspector/sources/sigmastar.h"
#include "ingest/inspect/inspector/sources/text_track.h"
#include "ingest/inspect/inspector/sources/timecode_track.h"
#include "ingest/inspect/inspector/sources/user_data.h"
#include "ingest/inspect/inspector/sources/xmp.h"

namespace hansom::ingest {
namespace {

bool is_text(const MovieTrack& track) {
  return track.format == box_type("tx3g") || track.format == box_type("text") ||
         track.handler == box_type("text") || track.handler == box_type("sbtl") ||
         track.handler == box_type("subt");
}

// One sample of a track that is neither picture nor sound. True when it was LigoGPS.
bool read_sample(const Sample& sample, const MovieTrack& track, LigoGps& ligo, Found& found) {
  const FoundPlace place{sample.offset, sample.media_us, track.stream};
  if (track.format == box_type("gpmd") && text_of(sample.bytes).starts_with("DEVC")) {
    read_gpmf(sample, track.stream, found);
  } else if (track.format == box_type("camm")) {
    read_camm(sample, track.stream, found);
  } else if (is_text(track)) {
    read_text_sample(sample, track.stream, found);
  } else if (ligo.read(sample, track.stream)) {
    return true;
  } else if (!(track.format == box_type("ssmd") && read_sigmastar(sample, track.stream, found)) &&
             !read_novatek_packet(sample.bytes, place, found)) {
    find_nmea(text_of(sample.bytes), place, found);
  }
  return false;
}

// Every sample of every such track. True when one was LigoGPS.
bool read_tracks(ByteSpan clip, const Movie& movie, LookBudget& budget, LigoGps& ligo,
                 Found& found) {
  bool any_ligo = false;
  for (const MovieTrack& track : movie.tracks) {
    if (track.handler == box_type("vide") || track.handler == box_type("soun") ||
        track.handler == box_type("hint") || track.format == box_type("tmcd")) {
      continue;
    }
    const auto visit = [&](const Sample& sample) {
      any_ligo = read_sample(sample, track, ligo, found) || any_ligo;
      return true;
    };
    for_each_sample(clip, track, budget, visit);
    for_each_fragment_sample(clip, movie, track, budget, visit);
  }
  return any_ligo;
}

}  // namespace

void find_sources(ByteSpan clip, Found& found) {
  LookBudget budget = LookBudget::whole();
  // 1. A movie's own boxes.
  const Movie movie = read_movie(clip, budget);
  find_header_times(movie, found);
  find_user_data(movie, budget, found);
  find_timecodes(clip, movie, budget, found);
  find_export_times(movie, budget, found);
  find_reference_times(clip, movie, budget, found);
  // 2. Its tracks beside picture and sound, which know when in the clip something holds.
  LigoGps ligo(budget, found);
  const bool ligo_in_tracks = read_tracks(clip, movie, budget, ligo, found);
  // 3. What stands anywhere, in no track; once, where a track has told it.
  find_blackvue(clip, budget, found);
  find_free_gps(clip, budget, found);
  if (!ligo_in_tracks) ligo.find(clip);
  ligo.finish();
  find_xmp(clip, budget, found);
  // 4. Transport and program streams.
  find_private_packets(clip, budget, found);
}

}  // namespace hansom::ingest
