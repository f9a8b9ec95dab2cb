// Any bytes as boxes: whatever a walk hands out lies in the clip, and so does every sample of every
// track; no walk outlives its budget.
#include <cstdint>

#include "ingest/inspect/inspector/sources/fragments.h"
#include "ingest/inspect/inspector/sources/movie.h"
#include "ingest/inspect/inspector/sources/samples.h"
#include "proto/base/check.h"

namespace hansom::ingest {
namespace {

// The boxes within, three deep.
void walk(BoxWalk boxes, std::uint64_t clip_bytes, int depth, LookBudget& budget) {
  while (const auto box = boxes.next()) {
    HANSOM_CHECK(box->start < box->offset && box->offset + box->payload.size() <= clip_bytes);
    if (depth > 0) walk(BoxWalk(*box, budget), clip_bytes, depth - 1, budget);
    if (depth > 0) walk(inside_meta(*box, budget), clip_bytes, 0, budget);
  }
}

}  // namespace
}  // namespace hansom::ingest

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom::ingest;
  const hansom::ByteSpan clip(data, size);
  LookBudget budget = LookBudget::whole();
  budget.boxes = 100'000;
  budget.samples = 10'000;
  walk(BoxWalk(clip, 0, budget), size, 3, budget);
  budget = LookBudget::whole();
  budget.samples = 10'000;
  const Movie movie = read_movie(clip, budget);
  std::size_t samples = 0;
  const auto visit = [&](const Sample& sample) {
    HANSOM_CHECK(sample.offset + sample.bytes.size() <= size);
    ++samples;
    return true;
  };
  for (const MovieTrack& track : movie.tracks) {
    for_each_sample(clip, track, budget, visit);
    for_each_fragment_sample(clip, movie, track, budget, visit);
  }
  HANSOM_CHECK(samples <= 10'000);
  return 0;
}
