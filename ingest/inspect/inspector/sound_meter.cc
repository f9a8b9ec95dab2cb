// Where a stream is loud: see sound_meter.h.
#include "ingest/inspect/inspector/sound_meter.h"

#include <algorithm>
#include <cmath>

#include "ingest/inspect/inspector/finding_rules.h"
#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {
namespace {

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

void SoundMeter::add(const Block& block, const SumOfSquares& sum) {
  if (block.rate_hz == 0 || block.channels == 0) return;
  const auto rate = static_cast<std::int64_t>(block.rate_hz);
  for (std::size_t from = 0; from < block.samples;) {
    const std::int64_t at_us = block.start_us + static_cast<std::int64_t>(from) * 1'000'000 / rate;
    const std::int64_t index = floor_div(at_us, kSoundWindowUs);
    // The first sample at or past the window's end, and at least one further.
    const std::int64_t ahead_us = (index + 1) * kSoundWindowUs - block.start_us;
    const auto end = static_cast<std::size_t>((ahead_us * rate + 999'999) / 1'000'000);
    const std::size_t to = std::min(block.samples, std::max(from + 1, end));
    if (windows_.empty() || windows_.back().index != index) {
      if (windows_.size() >= kSoundWindowsMax) return;
      windows_.push_back({index, 0, 0});
    }
    windows_.back().sum += sum(from, to);
    windows_.back().count += (to - from) * block.channels;
    from = to;
  }
}

std::vector<SoundMeter::Window> SoundMeter::merged_windows() const {
  std::vector<Window> windows = windows_;
  std::stable_sort(windows.begin(), windows.end(),
                   [](const Window& a, const Window& b) { return a.index < b.index; });
  std::vector<Window> merged;
  for (const Window& window : windows) {
    if (!merged.empty() && merged.back().index == window.index) {
      merged.back().sum += window.sum;
      merged.back().count += window.count;
    } else {
      merged.push_back(window);
    }
  }
  return merged;
}

std::vector<SoundSpan> SoundMeter::spans(std::size_t spans_max) const {
  std::vector<Window> merged = merged_windows();
  const double threshold = std::pow(10.0, kSoundThresholdDbfs / 10.0);
  std::erase_if(merged, [threshold](const Window& window) {
    return window.sum / static_cast<double>(window.count) < threshold;
  });
  for (std::int64_t bridge = kSoundBridgeWindows;; bridge *= 2) {
    std::vector<SoundSpan> out;
    Window span;
    std::int64_t last = 0;
    const auto close = [&] {
      if (span.count == 0) return;
      out.push_back({span.index * kSoundWindowUs, (last + 1) * kSoundWindowUs,
                     10.0 * std::log10(span.sum / static_cast<double>(span.count))});
    };
    for (const Window& window : merged) {
      if (span.count == 0 || window.index - last - 1 > bridge) {
        close();
        span = window;
      } else {
        span.sum += window.sum;
        span.count += window.count;
      }
      last = window.index;
    }
    close();
    if (out.size() <= spans_max) return out;
  }
}

std::vector<SoundSpan> SoundMeter::silences(const std::vector<SoundSpan>& heard) const {
  std::vector<SoundSpan> out;
  Window silence;
  std::int64_t last = 0;
  const auto close = [&] {
    const std::int64_t start_us = silence.index * kSoundWindowUs;
    const std::int64_t end_us = (last + 1) * kSoundWindowUs;
    if (silence.count > 0 && end_us - start_us >= kSilenceUs) {
      const double power = silence.sum / static_cast<double>(silence.count);
      const double level = power > 0 ? 10.0 * std::log10(power) : kSilenceFloorDbfs;
      out.push_back({start_us, end_us, std::max(level, kSilenceFloorDbfs)});
    }
    silence = {};
  };
  auto span = heard.begin();
  for (const Window& window : merged_windows()) {
    const std::int64_t start_us = window.index * kSoundWindowUs;
    while (span != heard.end() && span->end_us <= start_us) ++span;
    const bool loud = span != heard.end() && span->start_us <= start_us;
    if (loud || (silence.count > 0 && window.index != last + 1)) close();
    last = window.index;
    if (loud) continue;
    if (silence.count == 0) silence.index = window.index;
    silence.sum += window.sum;
    silence.count += window.count;
  }
  close();
  return out;
}

}  // namespace hansom::ingest
