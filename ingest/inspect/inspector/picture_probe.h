// Decodes key frames of a picture stream, few of them, and makes thumbnails.
#pragma once

#include <optional>
#include <vector>

#include "ingest/inspect/inspector/damage_log.h"
#include "ingest/inspect/inspector/stream_decoder.h"
#include "ingest/inspect/inspector/thumbnail.h"

namespace hansom::ingest {

struct TimedJpeg {
  std::int64_t time_us = 0;
  Jpeg jpeg;
};

// One thread. The stream must outlive it.
class PictureProbe {
 public:
  // Nothing when no decoder on the list opens for the stream. `thumbnails`: whether to make any, at
  // most one in `thumbnail_every_us`.
  [[nodiscard]] static std::optional<PictureProbe> open(const AVStream& stream, bool thumbnails,
                                                        std::int64_t thumbnail_every_us);

  // Decodes the packet if it is a key frame and kKeyFrameEveryUs passed since the last one decoded;
  // of any other only the form is checked.
  void add(AVPacket& packet, std::int64_t time_us, DamageLog& damage);

  [[nodiscard]] std::uint64_t key_frames() const { return key_frames_; }  // marked so
  [[nodiscard]] std::uint64_t frames() const { return frames_; }          // decoded
  [[nodiscard]] std::vector<TimedJpeg>& thumbnails() { return thumbnails_; }

 private:
  PictureProbe(const AVStream& stream, StreamDecoder decoder)
      : stream_(&stream), decoder_(std::move(decoder)) {}

  void take_frame(const AVFrame& frame, std::int64_t time_us);

  const AVStream* stream_;
  StreamDecoder decoder_;
  bool wants_thumbnails_ = false;
  std::int64_t thumbnail_every_us_ = 0;
  std::optional<std::int64_t> last_decoded_us_;
  std::optional<std::int64_t> last_thumbnail_us_;
  std::uint64_t key_frames_ = 0;
  std::uint64_t frames_ = 0;
  std::size_t thumbnail_bytes_ = 0;
  std::vector<TimedJpeg> thumbnails_;
};

}  // namespace hansom::ingest
