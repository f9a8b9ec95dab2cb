// Decodes key frames of a picture stream: see picture_probe.h.
#include "ingest/inspect/inspector/picture_probe.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {
namespace {

bool due(const std::optional<std::int64_t>& last_us, std::int64_t now_us, std::int64_t every_us) {
  return !last_us || now_us >= *last_us + every_us;
}

}  // namespace

std::optional<PictureProbe> PictureProbe::open(const AVStream& stream, bool thumbnails,
                                               std::int64_t thumbnail_every_us) {
  auto decoder = StreamDecoder::open(stream, StreamDecoder::Frames::kKeyOnly);
  if (!decoder) return std::nullopt;
  PictureProbe probe(stream, *std::move(decoder));
  probe.wants_thumbnails_ = thumbnails;
  probe.thumbnail_every_us_ = thumbnail_every_us;
  return probe;
}

void PictureProbe::take_frame(const AVFrame& frame, std::int64_t time_us) {
  ++frames_;
  const bool room = thumbnails_.size() < kThumbnailsMax &&
                    thumbnail_bytes_ + kThumbnailBytesMax <= kThumbnailBytesTotalMax;
  if (!wants_thumbnails_ || !room || !due(last_thumbnail_us_, time_us, thumbnail_every_us_)) return;
  std::optional<Jpeg> jpeg = make_thumbnail(frame);
  if (!jpeg) return;
  last_thumbnail_us_ = time_us;
  thumbnail_bytes_ += jpeg->bytes.size();
  thumbnails_.push_back({time_us, *std::move(jpeg)});
}

void PictureProbe::add(AVPacket& packet, std::int64_t time_us, DamageLog& damage) {
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  if (is_key) ++key_frames_;
  const bool decode = is_key && due(last_decoded_us_, time_us, kKeyFrameEveryUs);
  bool whole = true;
  if (decode) {
    last_decoded_us_ = time_us;
    bool concealed = false;
    whole = decoder_.decode(packet, [&](const AVFrame& frame) {
      concealed = concealed || frame.decode_error_flags != 0;
      take_frame(frame, time_us);
    });
    whole = whole && !concealed;
  } else {
    whole = decoder_.is_well_formed(packet);
  }
  if (whole) return;
  const std::int64_t length_us =
      packet.duration > 0 ? av_rescale_q(packet.duration, stream_->time_base, {1, 1'000'000}) : 0;
  damage.add({static_cast<std::uint32_t>(stream_->index),
              decode ? "decode_error" : "corrupt_packet", time_us,
              time_us + std::clamp<std::int64_t>(length_us, 0, kDamageMergeUs), 1});
}

}  // namespace hansom::ingest
