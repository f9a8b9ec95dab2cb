// What is gathered about each stream: see clip_streams.h.
#include "ingest/inspect/inspector/clip_streams.h"

#include <algorithm>

#include "ingest/inspect/inspector/allow_list.h"
#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/raw_time.h"
#include "ingest/inspect/inspector/signing/signed_to_report.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/mpeg_video.h"
#include "ingest/inspect/inspector/sources/text_track.h"
#include "ingest/inspect/inspector/time_findings.h"
#include "ingest/inspect/inspector/timeline.h"

namespace hansom::ingest {
namespace {

constexpr AVRational kMicroseconds{1, 1'000'000};

// Where a stream has no times (raw H.264), its packets are taken to come at its frame rate.
std::int64_t assumed_time_us(const AVStream& stream, std::uint64_t packets_before) {
  const AVRational rate = stream.avg_frame_rate;
  const double per_second = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 25.0;
  return static_cast<std::int64_t>(static_cast<double>(packets_before) * 1e6 / per_second);
}

std::int64_t thumbnail_every_us(const AVFormatContext& context) {
  const auto fits = static_cast<std::int64_t>(kThumbnailsMax);
  return std::max(kThumbnailEveryUs, std::min(context.duration, kClipTimeUsMax) / fits + 1);
}

// Of a stream that has messages and perhaps signatures between its pictures.
std::optional<NalCodec> nal_codec_of(const AVCodecParameters& codec) {
  if (codec.codec_id == AV_CODEC_ID_HEVC) return NalCodec::kHevc;
  if (codec.codec_id == AV_CODEC_ID_H264) return NalCodec::kH264;
  return std::nullopt;
}

ByteSpan configuration_of(const AVCodecParameters& codec) {
  return {codec.extradata, static_cast<std::size_t>(std::max(codec.extradata_size, 0))};
}

StreamDecoder::Frames frames_at(evidence::Report::Level level) {
  return level == evidence::Report::FULL ? StreamDecoder::Frames::kAll
                                         : StreamDecoder::Frames::kKeyOnly;
}

const char* codec_name(const AVCodecParameters& codec) {
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get(codec.codec_id);
  return descriptor == nullptr ? "unknown" : descriptor->name;
}

bool is_text(AVCodecID codec) {
  return codec == AV_CODEC_ID_SUBRIP || codec == AV_CODEC_ID_ASS || codec == AV_CODEC_ID_TEXT ||
         codec == AV_CODEC_ID_WEBVTT;
}

}  // namespace

ClipStreams::ClipStreams(const Container& container, Found& found, PlacesInTime& places,
                         evidence::Report::Level level)
    : found_(found),
      places_(places),
      level_(level),
      is_movie_(container.format().starts_with("mov,")) {
  const AVFormatContext& context = *container.context();
  if (context.start_time != AV_NOPTS_VALUE) start_us_ = context.start_time;
  has_claims_ = context.duration_estimation_method == AVFMT_DURATION_FROM_STREAM;
  claims_streams_ = is_movie_ || container.format() == "avi";
  std::optional<bool> may_be_signed;  // looked for once, where a stream can have messages
  bool has_thumbnails = false;
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    Stream stream;
    stream.libav = context.streams[i];
    const AVMediaType type = stream.libav->codecpar->codec_type;
    stream.is_picture = type == AVMEDIA_TYPE_VIDEO &&
                        (stream.libav->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
    stream.is_sound = type == AVMEDIA_TYPE_AUDIO;
    stream.has_decoder = allowed_decoder(stream.libav->codecpar->codec_id) != nullptr;
    if (stream.is_picture && level_ != evidence::Report::HEADERS) {
      stream.pictures =
          PictureProbe::open(*stream.libav, frames_at(level_),
                             {!has_thumbnails, thumbnail_every_us(context), start_us_});
      has_thumbnails = has_thumbnails || stream.pictures.has_value();
    }
    if (stream.is_sound && level_ != evidence::Report::HEADERS)
      stream.sound = SoundProbe::open(*stream.libav);
    const auto codec = nal_codec_of(*stream.libav->codecpar);
    if (stream.is_picture && codec) {
      const ByteSpan configuration = configuration_of(*stream.libav->codecpar);
      stream.messages.emplace(*codec, configuration);
      // Elsewhere than in a movie a message may lie in pieces.
      if (!may_be_signed) may_be_signed = !is_movie_ || holds_signers_uuid(container.clip());
      stream.signing = std::make_unique<SignedStream>(*codec, configuration, *may_be_signed);
    }
    stream.is_text = is_text(stream.libav->codecpar->codec_id);
    streams_.push_back(std::move(stream));
  }
}

std::optional<std::int64_t> ClipStreams::clip_time_us(const Stream& stream,
                                                      const AVPacket& packet) const {
  const std::int64_t ticks = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
  if (ticks == AV_NOPTS_VALUE) return std::nullopt;
  const std::int64_t us = av_rescale_q(ticks, stream.libav->time_base, kMicroseconds);
  if (us < -kClipTimeUsMax || us > kClipTimeUsMax || start_us_ < -kClipTimeUsMax ||
      start_us_ > kClipTimeUsMax) {
    return std::nullopt;
  }
  return us - start_us_;
}

void ClipStreams::read_sources(Stream& stream, const AVPacket& packet,
                               std::optional<std::int64_t> time_us) {
  if (packet.size <= 0) return;
  const ByteSpan bytes(packet.data, static_cast<std::size_t>(packet.size));
  std::optional<std::uint64_t> offset;
  if (packet.pos >= 0) offset = static_cast<std::uint64_t>(packet.pos);
  const std::int32_t index = stream.libav->index;
  const PacketPlace place{{offset, time_us, index}, is_movie_};
  if (stream.messages) stream.messages->read(bytes, place, found_);
  if (stream.signing) stream.signing->add(bytes, time_us);
  const AVCodecID codec = stream.libav->codecpar->codec_id;
  if (codec == AV_CODEC_ID_MPEG1VIDEO || codec == AV_CODEC_ID_MPEG2VIDEO) {
    read_mpeg_groups(bytes, place, found_);
  }
  if (stream.is_text) {
    read_text(text_of(bytes), {offset.value_or(0), time_us, index}, "text", found_);
  }
}

void ClipStreams::check_order(Stream& stream, const AVPacket& packet, std::int64_t shown_us) {
  if (packet.dts == AV_NOPTS_VALUE) return;
  if (stream.last_dts && packet.dts < *stream.last_dts &&
      stream.times_back.size() < kTimesBackMax) {
    const double back_us =
        static_cast<double>(*stream.last_dts - packet.dts) * av_q2d(stream.libav->time_base) * 1e6;
    stream.times_back.push_back({"times_back", shown_us, shown_us, stream.libav->index, 0.9,
                                 back_us, "microseconds", 1, std::nullopt, 0});
  }
  stream.last_dts = packet.dts;
}

void ClipStreams::add(AVPacket& packet) {
  const auto index = static_cast<std::size_t>(packet.stream_index);
  if (index >= streams_.size()) return;
  Stream& stream = streams_[index];
  const std::optional<std::int64_t> time_us = clip_time_us(stream, packet);
  const std::int64_t shown_us = time_us.value_or(assumed_time_us(*stream.libav, stream.packets));
  ++stream.packets;
  stream.payload_bytes += static_cast<std::uint64_t>(std::max(packet.size, 0));
  if ((packet.flags & AV_PKT_FLAG_KEY) != 0) ++stream.key_frames;
  if (time_us) stream.times_us.push_back(*time_us);
  if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) {
    damage_.add({static_cast<std::uint32_t>(index), "corrupt_packet", shown_us, shown_us, 1});
  }
  check_order(stream, packet, shown_us);
  if (packet.pos >= 0 && (stream.is_picture || stream.is_sound)) {
    places_.add(static_cast<std::uint64_t>(packet.pos),
                static_cast<std::uint64_t>(std::max(packet.size, 0)), shown_us);
  }
  read_sources(stream, packet, time_us);
  if (stream.pictures) stream.pictures->add(packet, shown_us, damage_);
  if (stream.sound) stream.sound->add(packet, time_us, damage_);
}

void ClipStreams::describe(const Stream& stream, evidence::Stream& out) {
  const AVCodecParameters& codec = *stream.libav->codecpar;
  out.set_index(static_cast<std::uint32_t>(stream.libav->index));
  const char* type = av_get_media_type_string(codec.codec_type);
  out.set_type(type == nullptr ? "unknown" : type);
  out.set_codec(codec_name(codec));
  const char* profile = avcodec_profile_name(codec.codec_id, codec.profile);
  if (profile != nullptr) out.set_profile(profile);
  if (codec.codec_type == AVMEDIA_TYPE_VIDEO) {
    out.set_width_px(static_cast<std::uint32_t>(std::max(codec.width, 0)));
    out.set_height_px(static_cast<std::uint32_t>(std::max(codec.height, 0)));
    const AVRational rate = stream.libav->avg_frame_rate;
    if (rate.num > 0 && rate.den > 0) out.set_frame_rate(av_q2d(rate));
  }
  if (codec.codec_type == AVMEDIA_TYPE_AUDIO) {
    out.set_sample_rate_hz(static_cast<std::uint32_t>(std::max(codec.sample_rate, 0)));
    out.set_audio_channels(static_cast<std::uint32_t>(std::max(codec.ch_layout.nb_channels, 0)));
  }
  if (stream.libav->duration != AV_NOPTS_VALUE) {
    out.set_duration_us(
        av_rescale_q(stream.libav->duration, stream.libav->time_base, kMicroseconds));
  }
  out.set_packets(stream.packets);
  out.set_payload_bytes(stream.payload_bytes);
  out.set_key_frames(stream.key_frames);
}

void ClipStreams::write_timeline(Stream& stream, bool with_gaps, evidence::Report& report,
                                 evidence::Stream& out) const {
  std::sort(stream.times_us.begin(), stream.times_us.end());
  if (stream.times_us.empty()) return;
  out.set_first_pts_us(stream.times_us.front());
  out.set_last_pts_us(stream.times_us.back());
  for (const TimelineRun& run : timeline_runs(stream.times_us, kRunsPerStreamMax)) {
    evidence::PacketRun& written = *out.add_packet_timeline();
    written.set_first_pts_us(run.first_us);
    written.set_spacing_us(run.spacing_us);
    written.set_packets(run.packets);
  }
  if (!with_gaps) return;
  for (const TimelineGap& gap : timeline_gaps(stream.times_us, kSpansMax)) {
    evidence::Span& span = *report.add_gaps();
    span.set_start_us(gap.start_us);
    span.set_end_us(gap.end_us);
    span.set_kind("gap");
    span.set_measure(static_cast<double>(gap.end_us - gap.start_us));
    span.set_stream(out.index());
  }
}

void ClipStreams::write_sound(const Stream& stream, std::size_t spans_max,
                              evidence::Report& report) {
  for (const SoundSpan& found : stream.sound->meter().spans(spans_max)) {
    evidence::Span& span = *report.add_sound();
    span.set_start_us(found.start_us);
    span.set_end_us(found.end_us);
    span.set_kind("sound");
    span.set_measure(found.level_dbfs);
    span.set_stream(static_cast<std::uint32_t>(stream.libav->index));
  }
}

void ClipStreams::finish(evidence::Report& report) {
  bool gaps_written = false;
  for (Stream& stream : streams_) {
    evidence::Stream& out = *report.add_streams();
    describe(stream, out);
    const bool with_gaps = stream.is_picture && !gaps_written;
    gaps_written = gaps_written || with_gaps;
    write_timeline(stream, with_gaps, report, out);
    if (stream.pictures) stream.pictures->finish(damage_);
    if (stream.sound) {
      stream.sound->finish();
      write_sound(stream, kSpansMax / kStreamsMax, report);
    }
    evidence::SignedMedia& signed_media = *report.mutable_signed_media();
    if (stream.signing && signed_media.streams_size() < static_cast<int>(kSignedStreamsMax)) {
      write_signed_stream(stream.signing->finish(), out.index(), signed_media);
      stream.signing.reset();
    }
    if (!stream.pictures) continue;
    for (TimedJpeg& made : stream.pictures->thumbnails()) {
      evidence::Thumbnail& thumbnail = *report.add_thumbnails();
      thumbnail.set_pts_us(made.time_us);
      thumbnail.set_width_px(static_cast<std::uint32_t>(made.jpeg.width_px));
      thumbnail.set_height_px(static_cast<std::uint32_t>(made.jpeg.height_px));
      thumbnail.set_media_type("image/jpeg");
      thumbnail.set_image_bytes(made.jpeg.bytes.size());
      thumbnail.set_image(made.jpeg.bytes.data(), made.jpeg.bytes.size());
    }
  }
  for (const DamageSpan& found : damage_.spans()) {
    evidence::Span& span = *report.add_damage();
    span.set_start_us(found.start_us);
    span.set_end_us(found.end_us);
    span.set_kind(std::string(found.kind));
    span.set_measure(static_cast<double>(found.count));
    span.set_stream(found.stream);
  }
  report.set_decode_errors(damage_.count());
}

std::optional<Finding> ClipStreams::short_of_claim(const Stream& stream) const {
  if (!has_claims_ || stream.libav->duration == AV_NOPTS_VALUE) return std::nullopt;
  Claim claim;
  claim.claimed_us = av_rescale_q(stream.libav->duration, stream.libav->time_base, kMicroseconds);
  claim.confidence = claims_streams_ ? 0.9 : 0.6;
  claim.is_picture = stream.is_picture;
  return find_short(stream.times_us, stream.libav->index, claim);
}

Finding ClipStreams::unsupported(const Stream& stream) {
  Finding finding;
  finding.kind = "unsupported_codec";
  finding.stream = stream.libav->index;
  if (!stream.times_us.empty()) {
    finding.start_us = stream.times_us.front();
    finding.end_us = stream.times_us.back();
  }
  finding.confidence = 1;
  finding.measure = static_cast<double>(stream.packets);
  finding.unit = "packets_not_decoded";
  finding.count = stream.packets;
  return finding;
}

std::vector<Finding> ClipStreams::findings() const {
  std::vector<Finding> out;
  const auto take = [&out](const std::vector<Finding>& found) {
    out.insert(out.end(), found.begin(), found.end());
  };
  for (const Stream& stream : streams_) {
    if (!stream.is_picture && !stream.is_sound) continue;
    const std::int32_t index = stream.libav->index;
    if (!stream.has_decoder && stream.packets > 0) out.push_back(unsupported(stream));
    // Where a container times one packet in several, distances between those say nothing.
    if (stream.times_us.size() == stream.packets) {
      if (stream.is_picture) take(find_dropped(stream.times_us, index));
      take(find_gaps(stream.times_us, index));
    }
    take(stream.times_back);
    if (const auto found = short_of_claim(stream)) out.push_back(*found);
    if (stream.pictures) {
      const std::int64_t last_us =
          stream.times_us.empty() ? stream.pictures->last_packet_us() : stream.times_us.back();
      take(stream.pictures->findings(last_us + usual_distance_us(stream.times_us)));
    }
    if (!stream.sound) continue;
    const SoundMeter& meter = stream.sound->meter();
    for (const SoundSpan& silence : meter.silences(meter.spans(kSpansMax / kStreamsMax))) {
      out.push_back({"silence", silence.start_us, silence.end_us, index, 0.9, silence.level_dbfs,
                     "dbfs", 1, std::nullopt, 0});
    }
  }
  return out;
}

Trouble ClipStreams::verdict() const {
  bool any_stream = false;
  bool any_packet = false;
  bool any_decoder = false;
  bool any_tried = false;
  std::string names;
  for (const Stream& stream : streams_) {
    if (!stream.is_picture && !stream.is_sound) continue;
    any_stream = true;
    any_packet = any_packet || stream.packets > 0;
    names += (names.empty() ? "" : ", ") + std::string(codec_name(*stream.libav->codecpar));
    any_decoder = any_decoder || (stream.has_decoder && stream.packets > 0);
    any_tried = any_tried || (stream.pictures && stream.pictures->key_frames() > 0) ||
                (stream.sound && stream.packets > 0);
    if (stream.pictures && stream.pictures->frames() > 0) return {};
    if (stream.sound && stream.sound->frames() > 0) return {};
  }
  if (!any_stream) return {"no_stream", "there is no picture and no sound stream in the clip"};
  if (!any_packet) return {"no_packets", "the streams of the clip have no packets"};
  if (!any_decoder) return {"unsupported_codec", "no stream has a codec on the list: " + names};
  if (level_ == evidence::Report::HEADERS) return {};  // as far as the packets tell
  if (!any_tried) return {"no_key_frame", "the pictures never start: the clip has no key frame"};
  return {"damaged", "no picture and no sound could be decoded"};
}

}  // namespace hansom::ingest
