// The boxes of a movie: see movie.h.
#include "ingest/inspect/inspector/sources/movie.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kFullBoxBytes = 4;  // version and flags before a FullBox's fields

// The first entry of a sample description (14496-12, 8.5.2).
void read_sample_description(const Box& stsd, MovieTrack& track, LookBudget& budget) {
  if (stsd.payload.size() < kFullBoxBytes + 4) return;
  BoxWalk entries(stsd.payload.subspan(kFullBoxBytes + 4), stsd.offset + kFullBoxBytes + 4, budget);
  if (const auto entry = entries.next()) {
    track.format = entry->type;
    track.entry = *entry;
  }
}

void read_sample_table(const Box& stbl, MovieTrack& track, LookBudget& budget) {
  BoxWalk walk(stbl, budget);
  while (const auto box = walk.next()) {
    switch (box->type) {
      case box_type("stsd"):
        read_sample_description(*box, track, budget);
        break;
      case box_type("stts"):
        track.stts = *box;
        break;
      case box_type("stsc"):
        track.stsc = *box;
        break;
      case box_type("stsz"):
        track.stsz = *box;
        break;
      case box_type("stco"):
      case box_type("co64"):
        track.chunks = *box;
        break;
      default:
        break;
    }
  }
}

void read_media(const Box& mdia, MovieTrack& track, LookBudget& budget) {
  BoxWalk walk(mdia, budget);
  while (const auto box = walk.next()) {
    if (box->type == box_type("mdhd")) {
      track.media_header = *box;
      ByteReader reader(box->payload);
      reader.skip(reader.u8() == 1 ? 3 + 16 : 3 + 8);
      track.timescale = reader.u32be();
    } else if (box->type == box_type("hdlr")) {
      ByteReader reader(box->payload);
      reader.skip(kFullBoxBytes + 4);
      track.handler = reader.u32be();
    } else if (box->type == box_type("minf")) {
      if (const auto stbl = find_box(*box, {box_type("stbl")}, budget)) {
        read_sample_table(*stbl, track, budget);
      }
    }
  }
}

void read_track(const Box& trak, MovieTrack& track, LookBudget& budget) {
  track.trak = trak;
  BoxWalk walk(trak, budget);
  while (const auto box = walk.next()) {
    if (box->type == box_type("tkhd")) {
      track.header = *box;
      ByteReader reader(box->payload);
      reader.skip(reader.u8() == 1 ? 3 + 16 : 3 + 8);
      track.id = reader.u32be();
    } else if (box->type == box_type("mdia")) {
      read_media(*box, track, budget);
    }
  }
}

}  // namespace

LookBudget LookBudget::whole() {
  return {kBoxesMax, kSamplesMax, kLookedBytesMax};
}

ByteSpan LookBudget::take(ByteSpan wanted) {
  const ByteSpan taken = wanted.first(std::min<std::uint64_t>(wanted.size(), bytes));
  bytes -= taken.size();
  return taken;
}

std::optional<Box> BoxWalk::next() {
  if (bytes_.size() < 8 || budget_.boxes == 0) return std::nullopt;
  --budget_.boxes;
  ByteReader reader(bytes_);
  std::uint64_t size = reader.u32be();
  Box box;
  box.type = reader.u32be();
  if (size == 1) size = reader.u64be();
  if (size == 0) size = bytes_.size();  // to the end
  const std::size_t header = reader.at();
  if (!reader.ok() || size < header) {
    bytes_ = {};
    return std::nullopt;
  }
  const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes_.size()));
  box.start = offset_;
  box.offset = offset_ + header;
  box.payload = bytes_.subspan(header, here - header);
  bytes_ = bytes_.subspan(here);
  offset_ += here;
  return box;
}

std::optional<Box> find_box(Box parent, std::initializer_list<std::uint32_t> path,
                            LookBudget& budget) {
  for (const std::uint32_t type : path) {
    BoxWalk walk(parent, budget);
    std::optional<Box> box = walk.next();
    while (box && box->type != type) box = walk.next();
    if (!box) return std::nullopt;
    parent = *box;
  }
  return parent;
}

BoxWalk inside_meta(const Box& meta, LookBudget& budget) {
  ByteReader reader(meta.payload);
  reader.skip(4);
  const bool plain = reader.u32be() == box_type("hdlr");
  const std::size_t head = plain ? 0 : std::min(kFullBoxBytes, meta.payload.size());
  return {meta.payload.subspan(head), meta.offset + head, budget};
}

const MovieTrack* Movie::track_of(std::uint32_t id) const {
  const auto found = std::find_if(tracks.begin(), tracks.end(),
                                  [id](const MovieTrack& track) { return track.id == id; });
  return found == tracks.end() ? nullptr : &*found;
}

Movie read_movie(ByteSpan clip, LookBudget& budget) {
  Movie movie;
  BoxWalk top(clip, 0, budget);
  while (const auto box = top.next()) {
    if (box->type == box_type("meta") && !movie.file_meta) movie.file_meta = *box;
    if (box->type == box_type("moov") && !movie.moov) movie.moov = *box;
  }
  if (!movie.moov) return movie;
  BoxWalk walk(*movie.moov, budget);
  while (const auto box = walk.next()) {
    if (box->type == box_type("mvhd")) movie.header = *box;
    if (box->type != box_type("trak") || movie.tracks.size() >= kMovieTracksMax) continue;
    MovieTrack& track = movie.tracks.emplace_back();
    track.stream = static_cast<std::int32_t>(movie.tracks.size()) - 1;
    read_track(*box, track, budget);
  }
  return movie;
}

std::optional<std::int64_t> scaled_us(std::int64_t units, std::uint32_t timescale) {
  if (timescale == 0) return std::nullopt;
  const std::int64_t scale = timescale;
  const std::int64_t seconds = units / scale;
  if (seconds > kClipTimeUsMax / 1'000'000 || seconds < -kClipTimeUsMax / 1'000'000) {
    return std::nullopt;
  }
  return seconds * 1'000'000 + units % scale * 1'000'000 / scale;
}

}  // namespace hansom::ingest
