// The allow-lists: what recorders, cameras and phones of this trade make, and nothing else.
// Whatever is not here is kept and reported by its name.
#include "ingest/inspect/inspector/allow_list.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <string_view>

namespace hansom::ingest {
namespace {

// MP4 and QuickTime, MPEG-TS, MPEG-PS, AVI, Matroska, raw H.264 and H.265.
constexpr const char* kDemuxers = "mov,mp4,m4a,3gp,3g2,mj2,mpegts,mpeg,avi,matroska,webm,h264,hevc";

// H.264, H.265, MJPEG, MPEG-4 part 2; AAC, MP3, AC-3, PCM with G.711, ADPCM with G.726.
constexpr const char* kDecoders =
    "h264,hevc,mjpeg,mpeg4,"
    "aac,aac_latm,mp3float,mp3,ac3,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_u8,pcm_s8,"
    "pcm_alaw,pcm_mulaw,pcm_bluray,pcm_dvd,adpcm_ima_wav,adpcm_ima_qt,adpcm_ms,g726,g726le";

bool holds(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (list.substr(0, comma) == name) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

const char* demuxer_list() {
  return kDemuxers;
}
const char* decoder_list() {
  return kDecoders;
}

bool is_allowed(const AVInputFormat& demuxer) {
  // A demuxer's name is a list itself: "mov,mp4,m4a,3gp,3g2,mj2".
  const std::string_view names = demuxer.name;
  return holds(kDemuxers, names.substr(0, names.find(',')));
}

const AVCodec* allowed_decoder(int codec_id) {
  void* position = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&position)) {
    if (codec->id == static_cast<AVCodecID>(codec_id) && av_codec_is_decoder(codec) != 0 &&
        holds(kDecoders, codec->name)) {
      return codec;
    }
  }
  return nullptr;
}

}  // namespace hansom::ingest
