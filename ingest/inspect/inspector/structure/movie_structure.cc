// An MP4 or QuickTime movie: is its index there, are its boxes whole, do samples lie where the
// index says, and is anything inside the media data that no camera wrote?
#include <algorithm>

#include "ingest/inspect/inspector/finding_rules.h"
#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/structure/chunk_offsets.h"
#include "ingest/inspect/inspector/structure/lost_index.h"
#include "ingest/inspect/inspector/structure/sample_table.h"
#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::ingest {
namespace {

struct TopBox {
  std::uint32_t type = 0;
  std::uint64_t start = 0;
  std::uint64_t payload = 0;
  std::uint64_t end = 0;  // as it claims; the clip's end where it claims to reach it
};

// The boxes at the top, with what they claim. `end`: where the walk stopped making sense.
std::vector<TopBox> top_boxes(ByteSpan clip, std::uint64_t& end) {
  std::vector<TopBox> boxes;
  end = 0;
  while (clip.size() - end >= 8 && boxes.size() < kBoxesMax) {
    ByteReader reader(clip.subspan(static_cast<std::size_t>(end)));
    std::uint64_t size = reader.u32be();
    TopBox box;
    box.type = reader.u32be();
    box.start = end;
    if (size == 1) size = reader.u64be();
    box.payload = end + reader.at();
    if (size == 0) size = clip.size() - end;
    if (!reader.ok() || size < reader.at() || size > INT64_MAX / 2) break;
    box.end = end + size;
    boxes.push_back(box);
    end = std::min<std::uint64_t>(box.end, clip.size());
    if (box.end > clip.size()) break;
  }
  return boxes;
}

const TopBox* first_of(const std::vector<TopBox>& boxes, std::uint32_t type) {
  const auto found = std::find_if(boxes.begin(), boxes.end(),
                                  [type](const TopBox& box) { return box.type == type; });
  return found == boxes.end() ? nullptr : &*found;
}

std::string counted(std::uint64_t bytes) {
  return std::to_string(bytes) + " bytes";
}

// Ends a fragmented movie behind its last whole fragment: a moof and the media data after it.
void keep_whole_fragments(ByteSpan clip, const std::vector<TopBox>& boxes, Structure& structure) {
  std::uint64_t end = 0;
  bool in_fragment = false;
  for (const TopBox& box : boxes) {
    if (box.end > clip.size()) break;
    if (box.type == box_type("moof")) in_fragment = true;
    if (box.type == box_type("mdat") && in_fragment) {
      end = box.end;
      in_fragment = false;
    }
    if (box.type == box_type("moov") && !in_fragment) end = box.end;
  }
  keep_prefix(structure, 0, end);
}

void look_at_end(ByteSpan clip, const std::vector<TopBox>& boxes, std::uint64_t walked,
                 bool is_fragmented, Structure& structure) {
  const bool last_is_cut = !boxes.empty() && boxes.back().end > clip.size();
  const std::uint64_t rest = clip.size() - walked;
  if (!last_is_cut && (rest == 0 || !is_fragmented)) return;  // what follows a movie is its maker's
  if (last_is_cut) {
    const std::uint64_t missing = boxes.back().end - clip.size();
    structure.findings.push_back(place("cut_off", 0.9, static_cast<double>(missing),
                                       "bytes_missing", boxes.back().start,
                                       clip.size() - boxes.back().start));
    structure.missing = "the last box lacks " + counted(missing);
  } else {
    structure.findings.push_back(
        place("cut_off", 0.8, static_cast<double>(rest), "bytes_left_over", walked, rest));
    structure.missing = "the last " + counted(rest) + " are no whole fragment";
  }
  structure.is_damaged = true;
  structure.playable_bytes = boxes.empty() ? 0 : std::min<std::uint64_t>(walked, clip.size());
  if (is_fragmented) keep_whole_fragments(clip, boxes, structure);
}

// How much of the samples that the index names lies behind the clip's end.
void look_for_samples(ByteSpan clip, const Movie& movie, Structure& structure) {
  std::uint64_t end = 0;
  std::uint64_t lost = 0;
  for (const MovieTrack& track : movie.tracks) {
    for (const SamplePlace& sample : sample_places(track, kSamplesMax)) {
      if (sample.offset > INT64_MAX / 2) continue;
      end = std::max(end, sample.offset + sample.bytes);
      lost += sample.offset + sample.bytes > clip.size() ? 1 : 0;
    }
  }
  if (lost == 0) return;
  structure.is_damaged = true;
  structure.playable_bytes = clip.size();
  structure.missing = std::to_string(lost) + " samples that the index names lie behind the end: " +
                      counted(end - clip.size()) +
                      " are missing. The index is whole, so the clip itself plays up to there";
  const bool told = std::any_of(structure.findings.begin(), structure.findings.end(),
                                [](const Finding& found) { return found.kind == "cut_off"; });
  if (told) return;
  structure.findings.push_back(place("cut_off", 0.9, static_cast<double>(end - clip.size()),
                                     "bytes_missing", clip.size(), 0));
}

// Whether the samples lie elsewhere than the index says, all by the same distance.
bool look_at_offsets(ByteSpan clip, const Movie& movie, const TopBox& mdat, Structure& structure) {
  const auto shift = find_shift(clip, movie, mdat.payload);
  if (!shift) return false;
  structure.findings.push_back(place("wrong_offsets", 0.9, static_cast<double>(*shift),
                                     "bytes_shifted", movie.moov->start,
                                     movie.moov->payload.size()));
  structure.is_damaged = true;
  structure.playable_bytes = 0;
  structure.pieces = shifted_copy(clip, movie, *shift);
  structure.missing = "the index names places " +
                      counted(static_cast<std::uint64_t>(*shift < 0 ? -*shift : *shift)) +
                      (*shift < 0 ? " behind" : " before") + " those where the samples lie";
  if (structure.pieces.empty()) {
    structure.missing += "; its tables cannot be moved by that";
    return true;
  }
  structure.method = "offsets_shifted";
  return true;
}

}  // namespace

Structure read_movie_structure(ByteSpan clip, bool zeros_may_be_sound) {
  Structure structure;
  std::uint64_t walked = 0;
  const std::vector<TopBox> boxes = top_boxes(clip, walked);
  const TopBox* moov = first_of(boxes, box_type("moov"));
  const TopBox* moof = first_of(boxes, box_type("moof"));
  const TopBox* mdat = first_of(boxes, box_type("mdat"));
  look_at_end(clip, boxes, walked, moof != nullptr, structure);
  for (const TopBox& box : boxes) {
    if (box.type != box_type("mdat")) continue;
    const auto from = static_cast<std::size_t>(box.payload);
    const auto to = static_cast<std::size_t>(std::min<std::uint64_t>(box.end, clip.size()));
    if (from < to) {
      find_zero_runs(clip.subspan(from, to - from), from, zeros_may_be_sound ? 0.4 : 0.9,
                     structure.findings);
    }
  }
  if (moov == nullptr || moov->end > clip.size()) {
    structure.findings.push_back(place("no_index", 0.9, 0, "boxes",
                                       moov == nullptr ? clip.size() : moov->start,
                                       moov == nullptr ? 0 : clip.size() - moov->start));
    structure.is_damaged = true;
    structure.playable_bytes = 0;
    structure.method = {};
    structure.pieces.clear();
    structure.missing = moof != nullptr   ? "the fragments lack their header (moov), which another "
                                            "file holds: without it nothing tells how to decode them"
                        : moov == nullptr ? "there is no index (moov)"
                                          : "the index (moov) is cut off";
    if (moof == nullptr && mdat != nullptr) {
      // A recorder puts a size into mdat's head when it closes the file.
      const bool is_open = mdat->end == mdat->payload || mdat == &boxes.back();
      rebuild_index(clip, mdat->start, mdat->payload,
                    is_open ? clip.size() : std::min<std::uint64_t>(mdat->end, clip.size()),
                    structure);
    }
    return structure;
  }
  if (moof != nullptr || mdat == nullptr) return structure;
  LookBudget budget = LookBudget::whole();
  const Movie movie = read_movie(clip, budget);
  if (!look_at_offsets(clip, movie, *mdat, structure)) look_for_samples(clip, movie, structure);
  return structure;
}

}  // namespace hansom::ingest
