// One decoder of one stream: see stream_decoder.h.
#include "ingest/inspect/inspector/stream_decoder.h"

#include "ingest/inspect/inspector/allow_list.h"
#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {
namespace {

// libav 5.1 takes a NAL unit of 0x1b1 bytes in MP4 for an Annex B start code, unless its packets
// are turned into real Annex B first. Null for other codecs, and where the filter does not start.
BitstreamFilterPtr annex_b_filter(const AVStream& stream) {
  const char* name = nullptr;
  if (stream.codecpar->codec_id == AV_CODEC_ID_H264) name = "h264_mp4toannexb";
  if (stream.codecpar->codec_id == AV_CODEC_ID_HEVC) name = "hevc_mp4toannexb";
  const AVBitStreamFilter* kind = name == nullptr ? nullptr : av_bsf_get_by_name(name);
  AVBSFContext* made = nullptr;
  if (kind == nullptr || av_bsf_alloc(kind, &made) < 0) return nullptr;
  BitstreamFilterPtr filter(made);
  if (avcodec_parameters_copy(filter->par_in, stream.codecpar) < 0) return nullptr;
  filter->time_base_in = stream.time_base;
  return av_bsf_init(filter.get()) < 0 ? nullptr : std::move(filter);
}

}  // namespace

std::optional<StreamDecoder> StreamDecoder::open(const AVStream& stream, Frames frames) {
  const AVCodec* codec = allowed_decoder(stream.codecpar->codec_id);
  if (codec == nullptr) return std::nullopt;
  StreamDecoder decoder;
  decoder.frames_ = frames;
  decoder.codec_.reset(avcodec_alloc_context3(codec));
  decoder.filtered_.reset(av_packet_alloc());
  decoder.frame_.reset(av_frame_alloc());
  if (!decoder.codec_ || !decoder.filtered_ || !decoder.frame_) return std::nullopt;
  decoder.filter_ = annex_b_filter(stream);
  const AVCodecParameters* parameters =
      decoder.filter_ ? decoder.filter_->par_out : stream.codecpar;
  AVCodecContext& context = *decoder.codec_;
  if (avcodec_parameters_to_context(&context, parameters) < 0) return std::nullopt;
  context.pkt_timebase = stream.time_base;
  context.thread_count = 1;
  context.max_pixels = kPixelsMax;
  context.max_samples = 1 << 20;
  if (frames == Frames::kKeyOnly) context.skip_frame = AVDISCARD_NONKEY;
  // A key frame that is no IDR picture counts as not recovered; it is shown all the same.
  context.flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "codec_whitelist", decoder_list(), 0);
  const int opened = avcodec_open2(&context, codec, &options);
  av_dict_free(&options);
  if (opened < 0) return std::nullopt;
  return decoder;
}

bool StreamDecoder::receive(const Sink& sink) {
  for (;;) {
    const int error = avcodec_receive_frame(codec_.get(), frame_.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return true;
    if (error < 0) return false;
    sink(*frame_);
    av_frame_unref(frame_.get());
  }
}

bool StreamDecoder::send(const AVPacket* packet, const Sink& sink) {
  const bool sent = avcodec_send_packet(codec_.get(), packet) >= 0;
  const bool received = receive(sink);
  return sent && received;
}

bool StreamDecoder::decode(AVPacket& packet, const Sink& sink) {
  bool whole = true;
  if (filter_) {
    av_packet_unref(filtered_.get());
    whole = av_packet_ref(filtered_.get(), &packet) >= 0 &&
            av_bsf_send_packet(filter_.get(), filtered_.get()) >= 0;
    for (;;) {
      av_packet_unref(filtered_.get());
      const int error = av_bsf_receive_packet(filter_.get(), filtered_.get());
      if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) break;
      if (error < 0) {
        whole = false;
        break;
      }
      whole = send(filtered_.get(), sink) && whole;
    }
  } else {
    whole = send(&packet, sink);
  }
  if (frames_ == Frames::kKeyOnly) {
    whole = send(nullptr, sink) && whole;
    avcodec_flush_buffers(codec_.get());
    if (filter_) av_bsf_flush(filter_.get());
  }
  return whole;
}

bool StreamDecoder::is_well_formed(const AVPacket& packet) {
  if (!filter_) return true;
  av_packet_unref(filtered_.get());
  if (av_packet_ref(filtered_.get(), &packet) < 0 ||
      av_bsf_send_packet(filter_.get(), filtered_.get()) < 0) {
    return false;
  }
  int error = 0;
  while (error >= 0) {
    av_packet_unref(filtered_.get());
    error = av_bsf_receive_packet(filter_.get(), filtered_.get());
  }
  return error == AVERROR(EAGAIN) || error == AVERROR_EOF;
}

bool StreamDecoder::finish(const Sink& sink) {
  return send(nullptr, sink);
}

}  // namespace hansom::ingest
