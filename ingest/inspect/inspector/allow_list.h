// The demuxers and decoders that may run on a clip. Everything else in libav stays untouched.
#pragma once

#include <string_view>

struct AVCodec;
struct AVInputFormat;

namespace hansom::ingest {

// Comma-separated, as libav's format_whitelist and codec_whitelist options take them.
[[nodiscard]] const char* demuxer_list();
[[nodiscard]] const char* decoder_list();

[[nodiscard]] bool is_allowed(const AVInputFormat& demuxer);
// The decoder for a stream's codec, or null when none on the list decodes it. `codec_id` is an
// AVCodecID.
[[nodiscard]] const AVCodec* allowed_decoder(int codec_id);

}  // namespace hansom::ingest
