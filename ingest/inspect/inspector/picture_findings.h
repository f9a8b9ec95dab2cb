// From the measures of a stream's pictures to findings: dark, covered, defocused, without colour,
// frozen, jumping, repeated. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ingest/inspect/inspector/finding.h"
#include "ingest/inspect/inspector/picture_measures.h"

namespace hansom::ingest {

// Gathers the pictures of one stream, in the order in which they are shown. One thread.
class PictureFindings {
 public:
  // Which pictures come: all of them, or key frames only. The same measure proves less when what
  // lies between was not seen.
  enum class Seen { kKeyFrames, kAll };
  PictureFindings(std::int32_t stream, Seen seen) : stream_(stream), seen_(seen) {}

  // Past kMeasuredPicturesMax pictures the rest is ignored.
  void add(std::int64_t time_us, bool is_key, SampledPicture samples);

  // Everything found. `end_us`: where the last picture ends.
  [[nodiscard]] std::vector<Finding> findings(std::int64_t end_us) const;

 private:
  struct Record {
    std::int64_t time_us = 0;
    bool is_key = false;
    bool dark = false, covered = false, defocused = false, colourless = false;
    bool has_contrast = false;
    bool was_comparable = false;  // there is a picture before
    PictureMeasures measures;
    PictureChange change;
  };
  struct State;
  [[nodiscard]] std::int64_t end_of(std::size_t index, std::int64_t end_us) const;
  void find_state(const State& state, std::int64_t end_us, std::vector<Finding>& out) const;
  void find_frozen(std::int64_t end_us, std::vector<Finding>& out) const;
  void find_jumps(std::vector<Finding>& out) const;
  void find_duplicates(std::vector<Finding>& out) const;
  [[nodiscard]] bool is_still(const Record& record) const;

  std::int32_t stream_;
  Seen seen_;
  std::optional<MeasuredPicture> before_;
  std::vector<Record> records_;
};

}  // namespace hansom::ingest
