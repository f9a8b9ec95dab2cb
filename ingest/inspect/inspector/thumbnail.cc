// One decoded picture as a small JPEG: see thumbnail.h.
#include "ingest/inspect/inspector/thumbnail.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace hansom::ingest {
namespace {

constexpr int kJpegQuality = 5;  // of libav's scale: 2 is best, 31 is worst

int shown_height(const AVFrame& picture) {
  double shape = static_cast<double>(picture.height) / picture.width;
  const AVRational sample = picture.sample_aspect_ratio;
  if (sample.num > 0 && sample.den > 0) shape *= static_cast<double>(sample.den) / sample.num;
  const double height = shape * kThumbnailWidthPx;
  const double bounded = std::clamp(height, 16.0, static_cast<double>(kThumbnailHeightMaxPx));
  return (static_cast<int>(bounded + 1.0) / 2) * 2;
}

FramePtr scale(const AVFrame& picture) {
  const auto format = static_cast<AVPixelFormat>(picture.format);
  if (picture.width <= 0 || picture.height <= 0 || sws_isSupportedInput(format) == 0)
    return nullptr;
  FramePtr small(av_frame_alloc());
  if (!small) return nullptr;
  small->format = AV_PIX_FMT_YUVJ420P;
  small->width = kThumbnailWidthPx;
  small->height = shown_height(picture);
  if (av_frame_get_buffer(small.get(), 0) < 0) return nullptr;
  const ScalerPtr scaler(sws_getContext(
      picture.width, picture.height, format, small->width, small->height, AV_PIX_FMT_YUVJ420P,
      SWS_AREA | SWS_ACCURATE_RND | SWS_BITEXACT, nullptr, nullptr, nullptr));
  if (!scaler) return nullptr;
  const int rows = sws_scale(scaler.get(), static_cast<const std::uint8_t* const*>(picture.data),
                             static_cast<const int*>(picture.linesize), 0, picture.height,
                             static_cast<std::uint8_t* const*>(small->data),
                             static_cast<const int*>(small->linesize));
  return rows == small->height ? std::move(small) : nullptr;
}

}  // namespace

std::optional<Jpeg> make_thumbnail(const AVFrame& picture) {
  const FramePtr small = scale(picture);
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (!small || codec == nullptr) return std::nullopt;
  const CodecPtr encoder(avcodec_alloc_context3(codec));
  const PacketPtr packet(av_packet_alloc());
  if (!encoder || !packet) return std::nullopt;
  encoder->width = small->width;
  encoder->height = small->height;
  encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
  encoder->time_base = {1, 1};
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  encoder->global_quality = FF_QP2LAMBDA * kJpegQuality;
  small->quality = encoder->global_quality;
  small->pts = 0;
  if (avcodec_open2(encoder.get(), codec, nullptr) < 0 ||
      avcodec_send_frame(encoder.get(), small.get()) < 0 ||
      avcodec_receive_packet(encoder.get(), packet.get()) < 0) {
    return std::nullopt;
  }
  const auto size = static_cast<std::size_t>(std::max(packet->size, 0));
  if (size == 0 || size > kThumbnailBytesMax) return std::nullopt;
  return Jpeg{small->width, small->height, Bytes(packet->data, packet->data + size)};
}

}  // namespace hansom::ingest
