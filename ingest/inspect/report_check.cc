// Whether a report is believable: see report_check.h.
#include "ingest/inspect/report_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {
namespace {

bool is_short(const std::string& text) {
  return text.size() <= kTextBytesMax;
}

bool good_span(const evidence::Span& span) {
  return std::isfinite(span.measure()) && span.start_us() <= span.end_us() &&
         span.stream() < kStreamsMax && is_short(span.kind());
}

bool good_spans(const google::protobuf::RepeatedPtrField<evidence::Span>& spans) {
  return static_cast<std::size_t>(spans.size()) <= kSpansMax &&
         std::all_of(spans.begin(), spans.end(), good_span);
}

bool good_stream(const evidence::Stream& stream) {
  return stream.index() < kStreamsMax && is_short(stream.type()) && is_short(stream.codec()) &&
         is_short(stream.profile()) && std::isfinite(stream.frame_rate()) &&
         static_cast<std::size_t>(stream.packet_timeline_size()) <= kRunsPerStreamMax;
}

bool good_stream_number(std::int32_t stream) {
  return stream >= -1 && stream < static_cast<std::int32_t>(kStreamsMax);
}

bool good_finding(const evidence::Finding& finding) {
  return !finding.kind().empty() && finding.kind().size() <= kFindingTextBytesMax &&
         finding.unit().size() <= kFindingTextBytesMax && finding.start_us() <= finding.end_us() &&
         good_stream_number(finding.stream()) && finding.confidence() > 0 &&
         finding.confidence() <= 1 && std::isfinite(finding.measure());
}

// Ranges are held against the clip by whoever makes the copy.
bool good_repair(const evidence::Repair& repair) {
  std::size_t literal_bytes = 0;
  for (const evidence::RepairPiece& piece : repair.pieces()) {
    literal_bytes += piece.literal().size();
    if (piece.offset() > kInspectedClipBytesMax || piece.bytes() > kInspectedClipBytesMax) {
      return false;
    }
  }
  return static_cast<std::size_t>(repair.pieces_size()) <= kRepairPiecesMax &&
         literal_bytes <= kRepairLiteralBytesMax && repair.missing().size() <= kTextBytesMax &&
         repair.method().size() <= kFindingTextBytesMax &&
         repair.method().empty() == repair.pieces().empty() &&
         repair.playable_bytes() <= kInspectedClipBytesMax && repair.playable_us() >= 0 &&
         repair.sealed_sha256().empty() && repair.copy_sha256().empty() && repair.copy_bytes() == 0;
}

bool good_thumbnail(const evidence::Thumbnail& thumbnail) {
  const std::string& image = thumbnail.image();
  return image.size() <= kThumbnailBytesMax && image.size() == thumbnail.image_bytes() &&
         image.starts_with("\xff\xd8") && image.ends_with("\xff\xd9") &&
         thumbnail.media_type() == "image/jpeg" && thumbnail.sealed_sha256().empty() &&
         thumbnail.width_px() == static_cast<std::uint32_t>(kThumbnailWidthPx) &&
         thumbnail.height_px() <= static_cast<std::uint32_t>(kThumbnailHeightMaxPx);
}

// True as well where none is told.
template <typename Item>
bool good_instant(const Item& item) {
  return item.unix_us() >= kUnixUsMin && item.unix_us() <= kUnixUsMax;
}

bool good_time(const evidence::RawTime& time) {
  return is_short(time.source()) && is_short(time.value()) && good_instant(time) &&
         good_stream_number(time.stream());
}

bool good_position(const evidence::RawPosition& position) {
  return good_instant(position) && std::abs(position.latitude_deg()) <= 90 &&
         std::abs(position.longitude_deg()) <= 180 && std::isfinite(position.altitude_m()) &&
         std::isfinite(position.speed_kmh()) && std::isfinite(position.heading_deg()) &&
         position.value().size() <= kPositionValueBytesMax &&
         position.time().size() <= kPositionTimeBytesMax;
}

bool good_tracks(const google::protobuf::RepeatedPtrField<evidence::PositionTrack>& tracks) {
  std::size_t positions = 0;
  for (const evidence::PositionTrack& track : tracks) {
    positions += static_cast<std::size_t>(track.positions_size());
    if (!is_short(track.source()) || !good_stream_number(track.stream()) ||
        track.found() < static_cast<std::uint64_t>(track.positions_size()) ||
        !std::all_of(track.positions().begin(), track.positions().end(), good_position)) {
      return false;
    }
  }
  return static_cast<std::size_t>(tracks.size()) <= kTracksMax && positions <= kPositionsMax;
}

// True as well where neither is told.
bool good_instants(std::int64_t from_us, std::int64_t to_us) {
  return from_us >= kUnixUsMin && from_us <= kUnixUsMax && to_us >= kUnixUsMin &&
         to_us <= kUnixUsMax;
}

template <typename Items, typename Good>
bool all_good(const Items& items, std::size_t count_max, Good good) {
  return static_cast<std::size_t>(items.size()) <= count_max &&
         std::all_of(items.begin(), items.end(), good);
}

bool good_digest(const std::string& digest) {
  return digest.empty() || digest.size() == 32;
}

bool good_certificate(const evidence::SigningCertificate& certificate) {
  return is_short(certificate.subject()) && is_short(certificate.issuer()) &&
         good_digest(certificate.sha256());
}

bool good_chain(const evidence::SigningChain& chain) {
  return all_good(chain.certificates(), kSigningCertificatesMax, good_certificate);
}

bool good_signed_span(const evidence::SignedSpan& span) {
  return evidence::SignedMedia::State_IsValid(span.state()) && span.start_us() <= span.end_us() &&
         good_instants(span.signed_from_unix_us(), span.signed_to_unix_us());
}

bool good_signed_stream(const evidence::SignedStream& stream) {
  return stream.stream() < kStreamsMax && is_short(stream.scheme()) &&
         evidence::SignedMedia::State_IsValid(stream.state()) &&
         all_good(stream.spans(), kSignedSpansMax, good_signed_span) &&
         stream.spans_found() >= static_cast<std::uint64_t>(stream.spans_size()) &&
         static_cast<std::size_t>(stream.broken_size()) <= kBrokenPicturesMax &&
         stream.pictures_broken() >= static_cast<std::uint64_t>(stream.broken_size()) &&
         is_short(stream.key_kind()) && good_digest(stream.key_sha256()) &&
         good_chain(stream.chain()) && good_chain(stream.attestation()) &&
         is_short(stream.maker()) && is_short(stream.serial()) && is_short(stream.firmware());
}

bool good_signed_media(const evidence::SignedMedia& media) {
  return evidence::SignedMedia::State_IsValid(media.state()) &&
         all_good(media.streams(), kSignedStreamsMax, good_signed_stream) &&
         all_good(media.not_verified(), kSignedStreamsMax, is_short);
}

bool good_report(const evidence::Report& report) {
  const bool decodable = report.outcome() == evidence::Report::DECODABLE;
  const bool undecodable = report.outcome() == evidence::Report::UNDECODABLE;
  if (!decodable && !(undecodable && !report.reason_token().empty())) return false;
  const bool levelled = report.level() == evidence::Report::HEADERS ||
                        report.level() == evidence::Report::KEYFRAMES ||
                        report.level() == evidence::Report::FULL;
  return levelled && is_short(report.inspector_version()) && is_short(report.libav_version()) &&
         is_short(report.reason_token()) && is_short(report.reason()) &&
         is_short(report.container()) && all_good(report.streams(), kStreamsMax, good_stream) &&
         all_good(report.thumbnails(), kThumbnailsMax, good_thumbnail) &&
         all_good(report.findings(), kFindingsMax, good_finding) && good_repair(report.repair()) &&
         all_good(report.times(), kTimesMax, good_time) && good_tracks(report.tracks()) &&
         report.times_found() >= static_cast<std::uint64_t>(report.times_size()) &&
         good_spans(report.sound()) && good_spans(report.damage()) && good_spans(report.gaps()) &&
         good_signed_media(report.signed_media());
}

}  // namespace

std::optional<evidence::Report> read_report(ByteSpan serialized) {
  evidence::Report report;
  if (serialized.size() > kAnswerBytesMax ||
      !report.ParseFromArray(serialized.data(), static_cast<int>(serialized.size())) ||
      !report.GetReflection()->GetUnknownFields(report).empty() || !good_report(report)) {
    return std::nullopt;
  }
  return report;
}

}  // namespace hansom::ingest
