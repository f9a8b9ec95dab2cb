// Times of the movie's own boxes: see movie_times.h.
#include "ingest/inspect/inspector/sources/movie_times.h"

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/epochs.h"

namespace hansom::ingest {
namespace {

void add_header_time(const char* source, std::uint64_t seconds, std::uint64_t offset,
                     std::int32_t stream, Found& found) {
  FoundTime time;
  time.source = source;
  time.value = std::to_string(seconds);
  if (seconds != 0) time.unix_us = from_1904(seconds);
  time.stream = stream;
  time.offset = offset;
  found.add(std::move(time));
}

struct Names {
  const char* created;
  const char* modified;
};

void read_header(const Box& box, const Names& names, std::int32_t stream, Found& found) {
  if (box.payload.empty()) return;
  ByteReader reader(box.payload);
  const bool wide = reader.u8() == 1;
  reader.skip(3);
  const std::uint64_t at = box.offset + reader.at();
  const std::uint64_t created = wide ? reader.u64be() : reader.u32be();
  if (!reader.ok()) return;  // the clip was cut off within it
  add_header_time(names.created, created, at, stream, found);
  const std::uint64_t modified = wide ? reader.u64be() : reader.u32be();
  if (!reader.ok()) return;
  add_header_time(names.modified, modified, at + (wide ? 8 : 4), stream, found);
}

}  // namespace

void find_header_times(const Movie& movie, Found& found) {
  read_header(movie.header, {"mvhd", "mvhd:modification"}, -1, found);
  for (const MovieTrack& track : movie.tracks) {
    read_header(track.header, {"tkhd", "tkhd:modification"}, track.stream, found);
    read_header(track.media_header, {"mdhd", "mdhd:modification"}, track.stream, found);
  }
}

void find_reference_times(ByteSpan clip, const Movie& movie, LookBudget& budget, Found& found) {
  BoxWalk top(clip, 0, budget);
  while (const auto box = top.next()) {
    if (box->type != box_type("prft")) continue;
    ByteReader reader(box->payload);
    const bool wide = reader.u8() == 1;
    const std::uint32_t flags = (static_cast<std::uint32_t>(reader.u8()) << 16) | reader.u16be();
    const MovieTrack* track = movie.track_of(reader.u32be());
    const std::size_t at = reader.at();
    const std::uint64_t ntp = reader.u64be();
    const std::uint64_t media = wide ? reader.u64be() : reader.u32be();
    if (!reader.ok()) continue;
    FoundTime time;
    time.source = "prft";
    time.value =
        std::to_string(ntp) + " flags " + std::to_string(flags) + " media " + std::to_string(media);
    time.offset = box->offset + at;
    if (ntp != 0) time.unix_us = from_ntp(ntp);
    if (track != nullptr) {
      time.stream = track->stream;
      if (media <= INT64_MAX) {
        time.media_us = scaled_us(static_cast<std::int64_t>(media), track->timescale);
      }
    }
    found.add(std::move(time));
  }
}

}  // namespace hansom::ingest
