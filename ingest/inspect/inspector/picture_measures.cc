// Measures of pictures: see picture_measures.h.
#include "ingest/inspect/inspector/picture_measures.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "ingest/inspect/inspector/finding_rules.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kStride = 4;  // of `coarse`, and of the samples in the histogram

// Sums over one cell's part of one row. 32 bits hold a row of 8192 samples: 8192 / 32 * 255^2.
struct RowSums {
  std::uint32_t value = 0;
  std::uint32_t square = 0;
  std::uint32_t fine = 0;
  std::uint32_t coarse = 0;
};

RowSums sum_row(const std::uint8_t* row, std::size_t from, std::size_t to) {
  RowSums sums;
  for (std::size_t x = from; x < to; ++x) {
    const std::int32_t value = row[x];
    const std::int32_t fine = row[x + 1] - value;
    const std::int32_t coarse = row[x + kStride] - value;
    sums.value += static_cast<std::uint32_t>(value);
    sums.square += static_cast<std::uint32_t>(value * value);
    sums.fine += static_cast<std::uint32_t>(fine * fine);
    sums.coarse += static_cast<std::uint32_t>(coarse * coarse);
  }
  return sums;
}

struct CellSums {
  std::uint64_t value = 0;
  std::uint64_t square = 0;
  std::uint64_t fine = 0;
  std::uint64_t coarse = 0;
  std::uint64_t count = 0;
};

using Cells = std::array<CellSums, kCells>;

// The last kStride samples of a row have no neighbour that far and are left out.
Cells sum_cells(const SampledPlane& luma) {
  Cells cells{};
  const std::size_t usable = luma.width - kStride;
  for (std::size_t row = 0; row < luma.rows; ++row) {
    const std::uint8_t* samples = luma.samples.data() + row * luma.width;
    const std::size_t cell_row = row * kCellRows / luma.rows;
    for (std::size_t column = 0; column < kCellColumns; ++column) {
      const std::size_t from = column * usable / kCellColumns;
      const std::size_t to = (column + 1) * usable / kCellColumns;
      const RowSums sums = sum_row(samples, from, to);
      CellSums& cell = cells[cell_row * kCellColumns + column];
      cell.value += sums.value;
      cell.square += sums.square;
      cell.fine += sums.fine;
      cell.coarse += sums.coarse;
      cell.count += to - from;
    }
  }
  return cells;
}

// Mean distance from grey.
double colour_of(const SampledPlane& plane) {
  if (plane.samples.empty()) return 0;
  std::uint64_t sum = 0;
  for (const std::uint8_t sample : plane.samples) {
    sum += static_cast<std::uint64_t>(std::abs(sample - 128));
  }
  return static_cast<double>(sum) / static_cast<double>(plane.samples.size());
}

// Brightness of a luma value.
double brightness_of(double luma, bool full_range) {
  return full_range ? luma : std::clamp((luma - 16.0) * 255.0 / 219.0, 0.0, 255.0);
}

double bright_part_of(const MeasuredPicture& picture) {
  const std::uint64_t total =
      std::accumulate(picture.histogram.begin(), picture.histogram.end(), std::uint64_t{0});
  std::uint64_t below = 0;
  for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
    below += picture.histogram[bin];
    if (below * 100 >= total * 95) {
      const std::size_t edge = (bin + 1) * 256 / kHistogramBins;
      return brightness_of(static_cast<double>(edge), picture.samples.full_range);
    }
  }
  return 255;
}

void count_brightness(MeasuredPicture& picture) {
  const std::vector<std::uint8_t>& samples = picture.samples.luma.samples;
  for (std::size_t i = 0; i < samples.size(); i += kStride) {
    ++picture.histogram[samples[i] / (256 / kHistogramBins)];
  }
}

double correlation(const std::array<double, kCells>& a, const std::array<double, kCells>& b) {
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / static_cast<double>(kCells);
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / static_cast<double>(kCells);
  double product = 0;
  double square_a = 0;
  double square_b = 0;
  for (std::size_t i = 0; i < kCells; ++i) {
    product += (a[i] - mean_a) * (b[i] - mean_b);
    square_a += (a[i] - mean_a) * (a[i] - mean_a);
    square_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  const auto flat = static_cast<double>(kCells);  // a standard deviation under one step
  if (square_a < flat || square_b < flat) return 1;
  return product / std::sqrt(square_a * square_b);
}

}  // namespace

bool is_measurable(const SampledPicture& samples) {
  return samples.luma.width >= kCellColumns + kStride && samples.luma.rows >= kCellRows;
}

MeasuredPicture measure_picture(SampledPicture samples) {
  MeasuredPicture picture;
  picture.samples = std::move(samples);
  const Cells cells = sum_cells(picture.samples.luma);
  CellSums all;
  std::size_t flat = 0;
  for (std::size_t i = 0; i < kCells; ++i) {
    const CellSums& cell = cells[i];
    const auto count = static_cast<double>(cell.count);
    picture.cells[i] = static_cast<double>(cell.value) / count;
    if (static_cast<double>(cell.fine) < kFlatCellFine * count) ++flat;
    all.value += cell.value;
    all.square += cell.square;
    all.fine += cell.fine;
    all.coarse += cell.coarse;
    all.count += cell.count;
  }
  const auto count = static_cast<double>(all.count);
  const double mean = static_cast<double>(all.value) / count;
  const bool full = picture.samples.full_range;
  const double scale = full ? 1.0 : 255.0 / 219.0;
  PictureMeasures& measures = picture.measures;
  measures.brightness = brightness_of(mean, full);
  measures.contrast = (static_cast<double>(all.square) / count - mean * mean) * scale * scale;
  measures.fine = static_cast<double>(all.fine) / count;
  measures.coarse = static_cast<double>(all.coarse) / count;
  measures.flat_share = static_cast<double>(flat) / static_cast<double>(kCells);
  measures.colour = colour_of(picture.samples.u) + colour_of(picture.samples.v);
  count_brightness(picture);
  measures.bright_part = bright_part_of(picture);
  return picture;
}

PictureChange compare_pictures(const MeasuredPicture& before, const MeasuredPicture& now) {
  const SampledPlane& a = before.samples.luma;
  const SampledPlane& b = now.samples.luma;
  if (a.width != b.width || a.rows != b.rows) return {255, 255, 1, 0};
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < a.rows; ++row) {
    std::uint32_t row_sum = 0;  // 8192 samples of 255
    const std::uint8_t* from = a.samples.data() + row * a.width;
    const std::uint8_t* to = b.samples.data() + row * a.width;
    for (std::size_t x = 0; x < a.width; ++x) {
      row_sum += static_cast<std::uint32_t>(std::abs(from[x] - to[x]));
    }
    sum += row_sum;
  }
  PictureChange change;
  change.difference = static_cast<double>(sum) / static_cast<double>(a.samples.size());
  for (std::size_t i = 0; i < kCells; ++i) {
    change.cell = std::max(change.cell, std::abs(before.cells[i] - now.cells[i]));
  }
  std::uint64_t moved = 0;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kHistogramBins; ++i) {
    const std::uint32_t x = before.histogram[i];
    const std::uint32_t y = now.histogram[i];
    moved += x > y ? x - y : y - x;
    total += x + y;
  }
  change.histogram = static_cast<double>(moved) / static_cast<double>(total);
  change.likeness = correlation(before.cells, now.cells);
  return change;
}

}  // namespace hansom::ingest
