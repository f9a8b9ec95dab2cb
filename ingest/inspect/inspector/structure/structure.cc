// Which reader knows a format, and what all of them use: see structure.h.
#include "ingest/inspect/inspector/structure/structure.h"

#include <algorithm>

#include "ingest/inspect/inspector/finding_rules.h"
#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {

Finding place(std::string_view kind, double confidence, double measure, std::string_view unit,
              std::uint64_t offset, std::uint64_t bytes) {
  Finding finding;
  finding.kind = kind;
  finding.confidence = confidence;
  finding.measure = measure;
  finding.unit = unit;
  finding.count = 1;
  finding.clip_offset = offset;
  finding.clip_bytes = bytes;
  return finding;
}

void find_zero_runs(ByteSpan bytes, std::uint64_t offset, double confidence,
                    std::vector<Finding>& out) {
  // A run that long covers one of the places looked at, wherever it begins.
  constexpr std::size_t kStep = kZeroRunBytes / 2;
  std::size_t known_end = 0;
  for (std::size_t at = kStep; at < bytes.size() && out.size() < kPlacesMax; at += kStep) {
    if (at < known_end || bytes[at] != 0) continue;
    std::size_t from = at;
    while (from > known_end && bytes[from - 1] == 0) --from;
    std::size_t to = at + 1;
    while (to < bytes.size() && bytes[to] == 0) ++to;
    known_end = to;
    if (to - from < kZeroRunBytes) continue;
    out.push_back(place("zero_run", confidence, static_cast<double>(to - from), "bytes",
                        offset + from, to - from));
  }
}

void keep_prefix(Structure& structure, std::uint64_t from, std::uint64_t playable_bytes) {
  structure.is_damaged = true;
  structure.playable_bytes = playable_bytes;
  if (playable_bytes <= from) return;
  structure.method = "prefix";
  structure.pieces = {{{}, from, playable_bytes - from}};
}

Structure read_structure(ByteSpan clip, std::string_view format, bool zeros_may_be_sound) {
  if (format.starts_with("mov,")) return read_movie_structure(clip, zeros_may_be_sound);
  if (format == "mpegts") return read_transport_stream(clip);
  if (format == "mpeg") return read_program_stream(clip);
  if (format == "avi") return read_avi(clip);
  if (format.starts_with("matroska,")) return read_matroska(clip);
  return {};
}

}  // namespace hansom::ingest
