// Decodes a sound stream and measures it: see sound_probe.h.
#include "ingest/inspect/inspector/sound_probe.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "ingest/inspect/inspector/limits.h"

extern "C" {
#include <libavutil/samplefmt.h>
}

namespace hansom::ingest {
namespace {

template <typename Sample>
double to_unit(Sample sample) {
  if constexpr (std::is_floating_point_v<Sample>) {
    // A decoder may make anything of damaged floats; louder than full scale is not believed.
    const auto value = static_cast<double>(sample);
    return std::isfinite(value) ? std::clamp(value, -1.0, 1.0) : 1.0;
  } else if constexpr (std::is_same_v<Sample, std::uint8_t>) {
    return (static_cast<double>(sample) - 128.0) / 128.0;
  } else {
    return static_cast<double>(sample) / -static_cast<double>(std::numeric_limits<Sample>::min());
  }
}

template <typename Sample>
double sum_of_squares(const std::uint8_t* data, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) {
    Sample sample{};
    std::memcpy(&sample, data + i * sizeof(Sample), sizeof(Sample));
    const double value = to_unit(sample);
    sum += value * value;
  }
  return sum;
}

double plane_sum(AVSampleFormat packed, const std::uint8_t* data, std::size_t from,
                 std::size_t to) {
  switch (packed) {
    case AV_SAMPLE_FMT_U8:
      return sum_of_squares<std::uint8_t>(data, from, to);
    case AV_SAMPLE_FMT_S16:
      return sum_of_squares<std::int16_t>(data, from, to);
    case AV_SAMPLE_FMT_S32:
      return sum_of_squares<std::int32_t>(data, from, to);
    case AV_SAMPLE_FMT_S64:
      return sum_of_squares<std::int64_t>(data, from, to);
    case AV_SAMPLE_FMT_FLT:
      return sum_of_squares<float>(data, from, to);
    case AV_SAMPLE_FMT_DBL:
      return sum_of_squares<double>(data, from, to);
    default:
      return 0;
  }
}

}  // namespace

std::optional<SoundProbe> SoundProbe::open(const AVStream& stream) {
  auto decoder = StreamDecoder::open(stream, StreamDecoder::Frames::kAll);
  if (!decoder) return std::nullopt;
  return SoundProbe(stream, *std::move(decoder));
}

void SoundProbe::measure(const AVFrame& frame) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const int channels = frame.ch_layout.nb_channels;
  if (frame.nb_samples <= 0 || channels <= 0 || frame.sample_rate <= 0) return;
  ++frames_;
  const bool planar = av_sample_fmt_is_planar(format) != 0;
  const AVSampleFormat packed = av_get_packed_sample_fmt(format);
  const auto count = static_cast<std::size_t>(channels);
  const SoundMeter::Block block{next_us_, static_cast<std::uint32_t>(frame.sample_rate),
                                static_cast<std::size_t>(frame.nb_samples),
                                static_cast<std::uint32_t>(channels)};
  meter_.add(block, [&](std::size_t from, std::size_t to) {
    if (!planar) return plane_sum(packed, frame.extended_data[0], from * count, to * count);
    double sum = 0;
    for (std::size_t c = 0; c < count; ++c) {
      sum += plane_sum(packed, frame.extended_data[c], from, to);
    }
    return sum;
  });
  next_us_ += frame.nb_samples * 1'000'000LL / frame.sample_rate;
}

void SoundProbe::add(AVPacket& packet, std::optional<std::int64_t> time_us, DamageLog& damage) {
  if (time_us && std::abs(*time_us - next_us_) > kSoundWindowUs / 2) next_us_ = *time_us;
  const std::int64_t start_us = next_us_;
  const bool whole = decoder_.decode(packet, [this](const AVFrame& frame) { measure(frame); });
  if (!whole) {
    const auto index = static_cast<std::uint32_t>(stream_->index);
    damage.add({index, "decode_error", start_us, std::max(next_us_, start_us), 1});
  }
}

void SoundProbe::finish() {
  static_cast<void>(decoder_.finish([this](const AVFrame& frame) { measure(frame); }));
}

}  // namespace hansom::ingest
