// Whether samples lie where the index says: see chunk_offsets.h.
#include "ingest/inspect/inspector/structure/chunk_offsets.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/structure/sample_table.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kSamplesChecked = 64;  // evenly over the track
constexpr std::size_t kSamplesMin = 4;       // fewer prove nothing
constexpr std::size_t kSearchBytes = 1024UL * 1024;
constexpr std::size_t kUnitsMax = 20'000'000;  // looked at in all, whatever the clip asks for

struct Checked {
  std::size_t length_bytes = 4;
  bool is_hevc = false;
  std::vector<SamplePlace> samples;
  std::size_t units_left = kUnitsMax;
};

// The bytes of a NAL unit's length, out of the decoder configuration (14496-15, 5.3.3, 8.3.3).
std::optional<Checked> checked_track(const MovieTrack& track, LookBudget& budget) {
  constexpr std::size_t kVisualEntryBytes = 78;  // fields of a VisualSampleEntry
  Checked checked;
  checked.is_hevc = track.format == box_type("hvc1") || track.format == box_type("hev1");
  const bool is_avc = track.format == box_type("avc1") || track.format == box_type("avc3");
  if ((!checked.is_hevc && !is_avc) || track.entry.payload.size() < kVisualEntryBytes) {
    return std::nullopt;
  }
  BoxWalk walk(track.entry.payload.subspan(kVisualEntryBytes),
               track.entry.offset + kVisualEntryBytes, budget);
  while (const auto box = walk.next()) {
    const std::size_t at = checked.is_hevc ? 21 : 4;
    const bool ours = box->type == (checked.is_hevc ? box_type("hvcC") : box_type("avcC"));
    if (ours && box->payload.size() > at) checked.length_bytes = (box->payload[at] & 3U) + 1;
  }
  const std::vector<SamplePlace> all = sample_places(track, kSamplesMax);
  if (all.size() < kSamplesMin) return std::nullopt;
  const std::size_t wanted = std::min(all.size(), kSamplesChecked);
  for (std::size_t i = 0; i < wanted; ++i) checked.samples.push_back(all[i * all.size() / wanted]);
  return checked;
}

// Whether NAL units of the told lengths fill the sample to its end.
bool is_whole(ByteSpan clip, std::int64_t offset, std::uint64_t bytes, Checked& checked) {
  if (offset < 0 || bytes == 0) return false;
  const auto from = static_cast<std::uint64_t>(offset);
  if (from > clip.size() || bytes > clip.size() - from) return false;
  ByteSpan left = clip.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(bytes));
  while (!left.empty()) {
    if (left.size() <= checked.length_bytes || checked.units_left == 0) return false;
    --checked.units_left;
    std::size_t length = 0;
    for (std::size_t i = 0; i < checked.length_bytes; ++i) length = (length << 8) | left[i];
    left = left.subspan(checked.length_bytes);
    if (length == 0 || length > left.size()) return false;
    const unsigned head = left[0];
    const unsigned type = checked.is_hevc ? head >> 1U & 0x3fU : head & 0x1fU;
    if ((head & 0x80U) != 0 || (!checked.is_hevc && type == 0)) return false;
    left = left.subspan(length);
  }
  return true;
}

// Of the samples that the clip reaches. At least kSamplesMin, and nine in ten whole.
bool fits(ByteSpan clip, Checked& checked, std::int64_t shift) {
  std::size_t there = 0;
  std::size_t whole = 0;
  for (const SamplePlace& sample : checked.samples) {
    if (sample.offset > INT64_MAX / 2) return false;
    const std::int64_t offset = static_cast<std::int64_t>(sample.offset) + shift;
    if (offset >= 0 && static_cast<std::uint64_t>(offset) + sample.bytes > clip.size()) continue;
    ++there;
    whole += is_whole(clip, offset, sample.bytes, checked) ? 1 : 0;
  }
  return there >= kSamplesMin && whole * 10 >= there * 9;
}

std::uint64_t lowest_offset(const Movie& movie) {
  std::uint64_t lowest = UINT64_MAX;
  for (const MovieTrack& track : movie.tracks) {
    for (const SamplePlace& sample : sample_places(track, 1)) {
      lowest = std::min(lowest, sample.offset);
    }
  }
  return lowest;
}

}  // namespace

std::optional<std::int64_t> find_shift(ByteSpan clip, const Movie& movie,
                                       std::uint64_t mdat_payload) {
  LookBudget budget = LookBudget::whole();
  for (const MovieTrack& track : movie.tracks) {
    auto checked = checked_track(track, budget);
    if (!checked) continue;
    if (fits(clip, *checked, 0)) return std::nullopt;
    const std::uint64_t lowest = lowest_offset(movie);
    if (lowest > INT64_MAX / 2) return std::nullopt;
    // The index was written for media data that begin elsewhere; else look near where they are.
    const auto at_start =
        static_cast<std::int64_t>(mdat_payload) - static_cast<std::int64_t>(lowest);
    if (at_start != 0 && fits(clip, *checked, at_start)) return at_start;
    const SamplePlace first = checked->samples.front();
    for (std::size_t i = 0; i < kSearchBytes; ++i) {
      const std::int64_t offset = static_cast<std::int64_t>(mdat_payload + i);
      if (!is_whole(clip, offset, first.bytes, *checked)) continue;
      const std::int64_t shift = offset - static_cast<std::int64_t>(first.offset);
      if (fits(clip, *checked, shift)) return shift;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::vector<Piece> shifted_copy(ByteSpan clip, const Movie& movie, std::int64_t shift) {
  struct Patch {
    std::uint64_t offset;
    Bytes bytes;
  };
  std::vector<Patch> patches;
  std::size_t literal_bytes = 0;
  for (const MovieTrack& track : movie.tracks) {
    const ByteSpan table = track.chunks.payload;
    const std::size_t field = track.chunks.type == box_type("co64") ? 8 : 4;
    if (table.size() < 8) continue;
    literal_bytes += table.size();
    if (literal_bytes > kRepairLiteralBytesMax) return {};
    Patch patch{track.chunks.offset, Bytes(table.begin(), table.end())};
    ByteReader counts(table.subspan(4));
    const std::size_t entries = std::min<std::size_t>(counts.u32be(), (table.size() - 8) / field);
    for (std::size_t i = 0; i < entries; ++i) {
      ByteReader reader(table.subspan(8 + i * field, field));
      const std::uint64_t told = field == 8 ? reader.u64be() : reader.u32be();
      const std::uint64_t moved = told + static_cast<std::uint64_t>(shift);
      if (moved > (field == 8 ? static_cast<std::uint64_t>(INT64_MAX) : UINT32_MAX)) return {};
      for (std::size_t byte = 0; byte < field; ++byte) {
        patch.bytes[8 + i * field + byte] =
            static_cast<std::uint8_t>(moved >> (8 * (field - 1 - byte)));
      }
    }
    patches.push_back(std::move(patch));
  }
  std::sort(patches.begin(), patches.end(),
            [](const Patch& a, const Patch& b) { return a.offset < b.offset; });
  std::vector<Piece> pieces;
  std::uint64_t at = 0;
  for (Patch& patch : patches) {
    if (patch.offset < at) return {};  // two tracks of one table: not a movie that is understood
    if (patch.offset > at) pieces.push_back({{}, at, patch.offset - at});
    at = patch.offset + patch.bytes.size();
    pieces.push_back({std::move(patch.bytes), 0, 0});
  }
  if (at < clip.size()) pieces.push_back({{}, at, clip.size() - at});
  return pieces;
}

}  // namespace hansom::ingest
