// Times of ONVIF's export files: see onvif_export.h.
#include "ingest/inspect/inspector/sources/onvif_export.h"

#include <algorithm>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/epochs.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kFullBoxBytes = 4;
constexpr std::size_t kStartEntryBytes = 12;
constexpr std::size_t kStartEntriesMax = 256;  // one a track

void read_start_times(const Box& cstb, const Movie& movie, Found& found) {
  ByteReader reader(cstb.payload);
  const std::size_t told = reader.u32be();
  const std::size_t count = std::min({told, reader.left() / kStartEntryBytes, kStartEntriesMax});
  for (std::size_t i = 0; i < count; ++i) {
    const MovieTrack* track = movie.track_of(reader.u32be());
    FoundTime time;
    time.source = "cstb";
    time.offset = cstb.offset + reader.at();
    const std::uint64_t start = reader.u64be();
    time.value = std::to_string(start);
    if (start != 0) time.unix_us = from_1601(start);
    if (track != nullptr) time.stream = track->stream;
    time.media_us = 0;
    found.add(std::move(time));
  }
}

void read_export(const Box& suep, Found& found) {
  ByteReader reader(suep.payload);
  reader.skip(kFullBoxBytes);
  for (int i = 0; i < 3; ++i) static_cast<void>(reader.text_to_nul());  // unit's name, URL, MAC
  FoundTime time;
  time.source = "suep";
  time.offset = suep.offset + reader.at();
  const std::uint64_t began = reader.u64be();
  if (!reader.ok()) return;
  time.value = std::to_string(began);
  if (began != 0) time.unix_us = from_1904(began);
  found.add(std::move(time));
}

// Protection schemes within ipro: its head has a count of two bytes, and boxes follow, more of them
// than it counts where a file was signed again.
void read_protection(const Box& ipro, const Movie& movie, LookBudget& budget, Found& found) {
  constexpr std::size_t kHeadBytes = kFullBoxBytes + 2;
  if (ipro.payload.size() < kHeadBytes) return;
  BoxWalk schemes(ipro.payload.subspan(kHeadBytes), ipro.offset + kHeadBytes, budget);
  while (const auto scheme = schemes.next()) {
    BoxWalk inside(*scheme, budget);
    while (const auto box = inside.next()) {
      if (box->type == box_type("cstb")) read_start_times(*box, movie, found);
      if (box->type != box_type("schi")) continue;
      BoxWalk information(*box, budget);
      while (const auto inner = information.next()) {
        if (inner->type == box_type("cstb")) read_start_times(*inner, movie, found);
      }
    }
  }
}

}  // namespace

void find_export_times(const Movie& movie, LookBudget& budget, Found& found) {
  std::vector<Box> metas;
  if (movie.file_meta) metas.push_back(*movie.file_meta);
  if (movie.moov) {
    if (const auto meta = find_box(*movie.moov, {box_type("meta")}, budget)) metas.push_back(*meta);
  }
  for (const Box& meta : metas) {
    BoxWalk walk = inside_meta(meta, budget);
    while (const auto box = walk.next()) {
      if (box->type == box_type("cstb")) read_start_times(*box, movie, found);
      if (box->type == box_type("suep")) read_export(*box, found);
      if (box->type == box_type("ipro")) read_protection(*box, movie, budget, found);
    }
  }
}

}  // namespace hansom::ingest
