// Where samples are said to lie: see sample_table.h.
#include "ingest/inspect/inspector/structure/sample_table.h"

#include <algorithm>

#include "ingest/inspect/inspector/sources/byte_reader.h"

namespace hansom::ingest {
namespace {

// The entries of a full box with a count before them, read where they lie.
struct Entries {
  Entries(const Box& box, std::size_t head_bytes, std::size_t entry) : entry_bytes(entry) {
    if (box.payload.size() < head_bytes) return;
    ByteReader reader(box.payload.subspan(head_bytes - 4));
    const std::size_t told = reader.u32be();
    bytes = box.payload.subspan(head_bytes);
    count = std::min(told, bytes.size() / entry_bytes);
  }
  [[nodiscard]] ByteReader at(std::size_t index) const {
    return ByteReader(bytes.subspan(index * entry_bytes, entry_bytes));
  }
  std::size_t entry_bytes;
  ByteSpan bytes;
  std::size_t count = 0;
};

}  // namespace

std::vector<SamplePlace> sample_places(const MovieTrack& track, std::size_t samples_max) {
  std::vector<SamplePlace> places;
  if (track.stsz.payload.size() < 12) return places;
  ByteReader head(track.stsz.payload.subspan(4));
  const std::uint32_t one_size = head.u32be();
  const std::size_t told = head.u32be();
  const Entries sizes(track.stsz, 12, 4);
  const std::size_t count = std::min(samples_max, one_size != 0 ? told : sizes.count);
  const bool wide = track.chunks.type == box_type("co64");
  const Entries chunks(track.chunks, 8, wide ? 8 : 4);
  const Entries runs(track.stsc, 8, 12);
  std::size_t run = 0;
  std::uint32_t in_chunk = 0;
  for (std::size_t chunk = 0; chunk < chunks.count && places.size() < count; ++chunk) {
    for (; run < runs.count; ++run) {
      ByteReader entry = runs.at(run);
      if (entry.u32be() > chunk + 1) break;
      in_chunk = entry.u32be();
    }
    ByteReader place = chunks.at(chunk);
    std::uint64_t offset = wide ? place.u64be() : place.u32be();
    for (std::uint32_t i = 0; i < in_chunk && places.size() < count; ++i) {
      const std::uint64_t bytes = one_size != 0 ? one_size : sizes.at(places.size()).u32be();
      places.push_back({offset, bytes});
      offset += bytes;
    }
  }
  return places;
}

}  // namespace hansom::ingest
