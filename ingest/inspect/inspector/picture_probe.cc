// Decodes the pictures of a stream: see picture_probe.h.
#include "ingest/inspect/inspector/picture_probe.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sample_picture.h"

namespace hansom::ingest {
namespace {

constexpr AVRational kMicroseconds{1, 1'000'000};

bool due(const std::optional<std::int64_t>& last_us, std::int64_t now_us, std::int64_t every_us) {
  return !last_us || now_us >= *last_us + every_us;
}

}  // namespace

PictureProbe::PictureProbe(const AVStream& stream, StreamDecoder decoder,
                           StreamDecoder::Frames frames, const Wishes& wishes)
    : stream_(&stream),
      decoder_(std::move(decoder)),
      decodes_(frames),
      wishes_(wishes),
      findings_(stream.index, frames == StreamDecoder::Frames::kAll
                                  ? PictureFindings::Seen::kAll
                                  : PictureFindings::Seen::kKeyFrames) {}

std::optional<PictureProbe> PictureProbe::open(const AVStream& stream, StreamDecoder::Frames frames,
                                               const Wishes& wishes) {
  auto decoder = StreamDecoder::open(stream, frames);
  if (!decoder) return std::nullopt;
  return PictureProbe(stream, *std::move(decoder), frames, wishes);
}

// A key frame decoded alone is its packet's; of all frames, each tells its own time.
std::int64_t PictureProbe::shown_us(const AVFrame& frame, std::int64_t packet_us) const {
  const std::int64_t ticks = frame.best_effort_timestamp;
  if (decodes_ == StreamDecoder::Frames::kKeyOnly || ticks == AV_NOPTS_VALUE) return packet_us;
  const std::int64_t us = av_rescale_q(ticks, stream_->time_base, kMicroseconds);
  if (us < -kClipTimeUsMax || us > kClipTimeUsMax) return packet_us;
  return us - wishes_.clip_start_us;
}

void PictureProbe::make_thumbnail_if_due(const AVFrame& frame, std::int64_t time_us) {
  const bool room = thumbnails_.size() < kThumbnailsMax &&
                    thumbnail_bytes_ + kThumbnailBytesMax <= kThumbnailBytesTotalMax;
  if (!wishes_.thumbnails || !room || frame.key_frame == 0 ||
      !due(last_thumbnail_us_, time_us, wishes_.thumbnail_every_us)) {
    return;
  }
  std::optional<Jpeg> jpeg = make_thumbnail(frame);
  if (!jpeg) return;
  last_thumbnail_us_ = time_us;
  thumbnail_bytes_ += jpeg->bytes.size();
  thumbnails_.push_back({time_us, *std::move(jpeg)});
}

void PictureProbe::take_frame(const AVFrame& frame, std::int64_t time_us, DamageLog& damage) {
  ++frames_;
  if (frame.decode_error_flags != 0) {
    note_damage("decode_error", time_us, frame.pkt_duration, damage);
  }
  const bool is_key = frame.key_frame != 0 || decodes_ == StreamDecoder::Frames::kKeyOnly;
  findings_.add(time_us, is_key, sample_picture(frame));
  make_thumbnail_if_due(frame, time_us);
}

void PictureProbe::note_damage(const char* kind, std::int64_t time_us, std::int64_t ticks,
                               DamageLog& damage) {
  const std::int64_t length_us =
      ticks > 0 ? av_rescale_q(ticks, stream_->time_base, kMicroseconds) : 0;
  damage.add({static_cast<std::uint32_t>(stream_->index), kind, time_us,
              time_us + std::clamp<std::int64_t>(length_us, 0, kDamageMergeUs), 1});
}

void PictureProbe::add(AVPacket& packet, std::int64_t time_us, DamageLog& damage) {
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  if (is_key) ++key_frames_;
  last_packet_us_ = time_us;
  const bool decode = is_key || decodes_ == StreamDecoder::Frames::kAll;
  const std::uint64_t faults_before = damage.count();
  bool whole = true;
  if (decode) {
    whole = decoder_.decode(
        packet, [&](const AVFrame& frame) { take_frame(frame, shown_us(frame, time_us), damage); });
  } else {
    whole = decoder_.is_well_formed(packet);
  }
  if (whole || damage.count() > faults_before) return;
  note_damage(decode ? "decode_error" : "corrupt_packet", time_us, packet.duration, damage);
}

void PictureProbe::finish(DamageLog& damage) {
  if (decodes_ == StreamDecoder::Frames::kKeyOnly) return;  // each came alone
  const bool whole = decoder_.finish(
      [&](const AVFrame& frame) { take_frame(frame, shown_us(frame, last_packet_us_), damage); });
  if (!whole) note_damage("decode_error", last_packet_us_, 0, damage);
}

}  // namespace hansom::ingest
