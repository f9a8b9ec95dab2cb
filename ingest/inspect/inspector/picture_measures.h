// What can be measured of one decoded picture and of its change from the one before. Pure: integer
// sums in a fixed order, so the same samples give the same numbers everywhere.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hansom::ingest {

// Some rows of a plane, evenly spaced from its top to its bottom, each whole, 8 bits a sample.
struct SampledPlane {
  std::size_t width = 0;
  std::size_t rows = 0;
  std::vector<std::uint8_t> samples;  // rows * width
};

struct SampledPicture {
  SampledPlane luma;
  SampledPlane u, v;        // without rows where the format has no colour
  bool full_range = false;  // black 0 and white 255; otherwise 16 and 235 (BT.601, BT.709)
};

inline constexpr std::size_t kCellColumns = 32;
inline constexpr std::size_t kCellRows = 24;
inline constexpr std::size_t kCells = kCellColumns * kCellRows;
inline constexpr std::size_t kHistogramBins = 32;

// Brightness is 0 for black to 255 for white, whatever the range.
struct PictureMeasures {
  double brightness = 0;   // mean
  double bright_part = 0;  // what 95 in 100 samples do not exceed, in steps of 8
  double contrast = 0;     // variance of brightness
  double fine = 0;         // mean square of the step from a sample to its neighbour in the row
  double coarse = 0;       // the same to the fourth sample on
  double flat_share = 0;   // of the cells: where `fine` is under kFlatCellFine
  double colour = 0;       // mean distance of both chroma samples from grey, added

  // 16 fine / coarse: near 1 where brightness changes smoothly over four samples, which is all that
  // is left of edges in a picture out of focus; several times that where there are edges.
  [[nodiscard]] double sharpness() const { return coarse > 0 ? 16 * fine / coarse : 0; }
};

// What is kept of a picture to compare the next one with.
struct MeasuredPicture {
  PictureMeasures measures;
  std::array<std::uint32_t, kHistogramBins> histogram{};  // of every fourth sample of luma
  std::array<double, kCells> cells{};                     // mean luma of each
  SampledPicture samples;
};

// Requires: luma of at least kCellColumns by kCellRows samples.
[[nodiscard]] MeasuredPicture measure_picture(SampledPicture samples);
// Whether the picture is large enough to be measured.
[[nodiscard]] bool is_measurable(const SampledPicture& samples);

struct PictureChange {
  double difference = 0;  // mean absolute difference of luma, sample by sample
  double cell =
      0;  // the largest change of a cell's mean luma: what moved, without the coder's noise
  double histogram = 0;  // 0: the same brightnesses; 1: none in common
  double likeness = 1;   // correlation of the cells, -1 to 1; 1 where a picture has no contrast
};

// Pictures of different sizes have changed wholly.
[[nodiscard]] PictureChange compare_pictures(const MeasuredPicture& before,
                                             const MeasuredPicture& now);

}  // namespace hansom::ingest
