// What was noticed in a clip, as spans with a confidence and the measure behind them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hansom::ingest {

// Texts are literals.
struct Finding {
  std::string_view kind;
  std::int64_t start_us = 0;  // on the clip's timeline
  std::int64_t end_us = 0;
  std::int32_t stream = -1;  // -1: of the container
  double confidence = 0;     // over 0, at most 1: how far the measure proves the kind
  double measure = 0;
  std::string_view unit;    // of the measure
  std::uint64_t count = 0;  // of pictures, packets, frames or faults that it rests on
  std::optional<std::uint64_t> clip_offset;  // where in the bytes, where it is a place in them
  std::uint64_t clip_bytes = 0;
};

// Keeps a list under its bound: neighbours of one kind and stream are joined across ever longer
// distances until at most `kind_max` of each kind are left, and the list comes out by kind, stream,
// start. A joined finding keeps the lower confidence, the mean measure weighted by length, and the
// sum of counts. Pure.
[[nodiscard]] std::vector<Finding> bounded(std::vector<Finding> findings, std::size_t kind_max);

}  // namespace hansom::ingest
