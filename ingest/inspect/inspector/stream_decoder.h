// One decoder of one stream, opened within the limits, and what it makes of packets.
#pragma once

#include <functional>
#include <optional>

#include "ingest/inspect/inspector/libav_ptr.h"

namespace hansom::ingest {

// Owns a decoder and, for H.264 and HEVC, the filter before it. One thread.
class StreamDecoder {
 public:
  enum class Frames { kAll, kKeyOnly };

  // Nothing when no decoder on the list opens for the stream.
  [[nodiscard]] static std::optional<StreamDecoder> open(const AVStream& stream, Frames frames);

  using Sink = std::function<void(const AVFrame&)>;
  // Decodes one packet and hands out every frame that comes of it. False when libav calls the
  // packet damaged. With kKeyOnly each packet is decoded alone, so its frame comes at once.
  [[nodiscard]] bool decode(AVPacket& packet, const Sink& sink);
  // Whether the packet's NAL units fit into it, without decoding them. True for other codecs.
  [[nodiscard]] bool is_well_formed(const AVPacket& packet);
  // Hands out what the decoder still holds.
  [[nodiscard]] bool finish(const Sink& sink);

 private:
  StreamDecoder() = default;
  [[nodiscard]] bool send(const AVPacket* packet, const Sink& sink);
  [[nodiscard]] bool receive(const Sink& sink);

  Frames frames_ = Frames::kAll;
  CodecPtr codec_;
  BitstreamFilterPtr filter_;
  PacketPtr filtered_;
  FramePtr frame_;
};

}  // namespace hansom::ingest
