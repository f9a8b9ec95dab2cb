// Decodes the pictures of a stream, the key frames or all of them, measures them, and makes
// thumbnails.
#pragma once

#include <optional>
#include <vector>

#include "ingest/inspect/inspector/damage_log.h"
#include "ingest/inspect/inspector/picture_findings.h"
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
  struct Wishes {
    bool thumbnails = false;
    std::int64_t thumbnail_every_us = 0;  // at most one in each
    std::int64_t clip_start_us = 0;       // of the clip's timeline, in the container's times
  };
  // Nothing when no decoder on the list opens for the stream.
  [[nodiscard]] static std::optional<PictureProbe> open(const AVStream& stream,
                                                        StreamDecoder::Frames frames,
                                                        const Wishes& wishes);

  // Decodes the packet if the level decodes it; of any other only the form is checked. `time_us` is
  // the packet's on the clip's timeline.
  void add(AVPacket& packet, std::int64_t time_us, DamageLog& damage);
  // Takes what the decoder still holds.
  void finish(DamageLog& damage);

  [[nodiscard]] std::uint64_t key_frames() const { return key_frames_; }  // marked so
  [[nodiscard]] std::uint64_t frames() const { return frames_; }          // decoded
  // `end_us`: where the last picture ends.
  [[nodiscard]] std::vector<Finding> findings(std::int64_t end_us) const {
    return findings_.findings(end_us);
  }
  [[nodiscard]] std::int64_t last_packet_us() const { return last_packet_us_; }
  [[nodiscard]] std::vector<TimedJpeg>& thumbnails() { return thumbnails_; }

 private:
  PictureProbe(const AVStream& stream, StreamDecoder decoder, StreamDecoder::Frames frames,
               const Wishes& wishes);

  [[nodiscard]] std::int64_t shown_us(const AVFrame& frame, std::int64_t packet_us) const;
  void take_frame(const AVFrame& frame, std::int64_t time_us, DamageLog& damage);
  void make_thumbnail_if_due(const AVFrame& frame, std::int64_t time_us);
  void note_damage(const char* kind, std::int64_t time_us, std::int64_t ticks, DamageLog& damage);

  const AVStream* stream_;
  StreamDecoder decoder_;
  StreamDecoder::Frames decodes_;
  Wishes wishes_;
  std::optional<std::int64_t> last_thumbnail_us_;
  std::int64_t last_packet_us_ = 0;
  std::uint64_t key_frames_ = 0;
  std::uint64_t frames_ = 0;
  std::size_t thumbnail_bytes_ = 0;
  PictureFindings findings_;
  std::vector<TimedJpeg> thumbnails_;
};

}  // namespace hansom::ingest
