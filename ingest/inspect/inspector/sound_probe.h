// Decodes a sound stream to its end and measures it.
#pragma once

#include <optional>
#include <vector>

#include "ingest/inspect/inspector/damage_log.h"
#include "ingest/inspect/inspector/sound_meter.h"
#include "ingest/inspect/inspector/stream_decoder.h"

namespace hansom::ingest {

// One thread. The stream must outlive it.
class SoundProbe {
 public:
  // Nothing when no decoder on the list opens for the stream.
  [[nodiscard]] static std::optional<SoundProbe> open(const AVStream& stream);

  // `time_us` is the packet's on the clip's timeline; without one, sound follows the sound before.
  void add(AVPacket& packet, std::optional<std::int64_t> time_us, DamageLog& damage);
  void finish();

  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  [[nodiscard]] const SoundMeter& meter() const { return meter_; }

 private:
  SoundProbe(const AVStream& stream, StreamDecoder decoder)
      : stream_(&stream), decoder_(std::move(decoder)) {}
  void measure(const AVFrame& frame);

  const AVStream* stream_;
  StreamDecoder decoder_;
  SoundMeter meter_;
  std::uint64_t frames_ = 0;
  std::int64_t next_us_ = 0;
};

}  // namespace hansom::ingest
