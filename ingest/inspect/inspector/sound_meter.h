// Where a stream is loud: RMS over windows of 100 ms, merged into spans. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace hansom::ingest {

struct SoundSpan {
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  double level_dbfs = 0;  // RMS over the span; a full-scale sine is -3.01
};

class SoundMeter {
 public:
  // The sum of squares of samples [from, to), over all channels, full scale being 1.
  using SumOfSquares = std::function<double(std::size_t from, std::size_t to)>;

  struct Block {
    std::int64_t start_us = 0;
    std::uint32_t rate_hz = 0;
    std::size_t samples = 0;  // of each channel
    std::uint32_t channels = 0;
  };

  // Adds decoded sound. Blocks may overlap or go back in time; a window gathers whatever falls into
  // it. Past kSoundWindowsMax windows the rest is ignored.
  void add(const Block& block, const SumOfSquares& sum);

  // Spans above kSoundThresholdDbfs, ascending. Silences of up to kSoundBridgeWindows inside a span
  // do not end it; if more than `spans_max` spans remain, longer silences are bridged, too.
  [[nodiscard]] std::vector<SoundSpan> spans(std::size_t spans_max) const;
  // Where there is sound in the stream and none to hear, for kSilenceUs or longer, outside `heard`,
  // which spans() gave. The level of nothing but zeros is kSilenceFloorDbfs.
  [[nodiscard]] std::vector<SoundSpan> silences(const std::vector<SoundSpan>& heard) const;

 private:
  struct Window {
    std::int64_t index = 0;  // from the clip's start
    double sum = 0;
    std::uint64_t count = 0;
  };
  // In the order of time, each once.
  [[nodiscard]] std::vector<Window> merged_windows() const;

  std::vector<Window> windows_;
};

}  // namespace hansom::ingest
