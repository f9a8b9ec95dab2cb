// One line of RAII per libav handle.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

#include <memory>

namespace hansom::ingest {

struct LibavFree {
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVBSFContext* p) const { av_bsf_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
};
using FormatPtr = std::unique_ptr<AVFormatContext, LibavFree>;
using CodecPtr = std::unique_ptr<AVCodecContext, LibavFree>;
using PacketPtr = std::unique_ptr<AVPacket, LibavFree>;
using FramePtr = std::unique_ptr<AVFrame, LibavFree>;
using BitstreamFilterPtr = std::unique_ptr<AVBSFContext, LibavFree>;
using ScalerPtr = std::unique_ptr<SwsContext, LibavFree>;

}  // namespace hansom::ingest
