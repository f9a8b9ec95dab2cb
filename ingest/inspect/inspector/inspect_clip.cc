// THE MAIN PATH of the inspector: see inspect_clip.h.
#include "ingest/inspect/inspector/inspect_clip.h"

#include <ctime>
#include <string>

#include "ingest/inspect/inspector/allow_list.h"
#include "ingest/inspect/inspector/clip_streams.h"
#include "ingest/inspect/inspector/container.h"
#include "ingest/inspect/inspector/findings_to_report.h"
#include "ingest/inspect/inspector/found_to_report.h"
#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/places_in_time.h"
#include "ingest/inspect/inspector/raw_time.h"
#include "ingest/inspect/inspector/signing/container_marks.h"
#include "ingest/inspect/inspector/signing/signed_to_report.h"
#include "ingest/inspect/inspector/sources/clip_sources.h"
#include "ingest/inspect/inspector/structure/structure.h"

extern "C" {
#include <libavutil/cpu.h>
#include <libavutil/mem.h>
}

namespace hansom::ingest {
namespace {

// Changes whenever a report of the same bytes could differ.
constexpr const char* kInspectorVersion = "hansom-inspector " HANSOM_VERSION " rules 10";

// The tags that hold a time, of a container whose bytes our own parsers do not know.
void read_tags(const AVDictionary* tags, std::int32_t stream, Found& found) {
  const AVDictionaryEntry* tag = nullptr;
  while ((tag = av_dict_get(tags, "", tag, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
    if (!is_time_tag(tag->key)) continue;
    FoundTime time;
    time.source = tag->key;
    time.value = tag->value;
    time.unix_us = read_utc_us(tag->value);
    time.stream = stream;
    found.add(std::move(time));
  }
}

void read_all_tags(const AVFormatContext& context, Found& found) {
  if (std::string_view(context.iformat->name).starts_with("mov,")) return;  // movie_times
  read_tags(context.metadata, -1, found);
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    read_tags(context.streams[i]->metadata, static_cast<std::int32_t>(i), found);
  }
}

void say(const Trouble& trouble, evidence::Report& report) {
  if (trouble.token.empty()) return;
  report.set_reason_token(trouble.token);
  report.set_reason(printable(trouble.reason, kTextBytesMax));
}

// Sound that is not compressed is zeros where it is silent.
bool has_plain_sound(const AVFormatContext* context) {
  for (unsigned i = 0; context != nullptr && i < context->nb_streams; ++i) {
    const AVCodecID codec = context->streams[i]->codecpar->codec_id;
    if (codec >= AV_CODEC_ID_PCM_S16LE && codec < AV_CODEC_ID_ADPCM_IMA_QT) return true;
  }
  return false;
}

void write_repair(Structure structure, std::int64_t playable_us, evidence::Report& report) {
  if (!structure.is_damaged) return;
  evidence::Repair& repair = *report.mutable_repair();
  repair.set_playable_bytes(structure.playable_bytes);
  repair.set_playable_us(playable_us);
  repair.set_method(std::string(structure.method));
  repair.set_missing(printable(structure.missing, kTextBytesMax));
  for (Piece& piece : structure.pieces) {
    evidence::RepairPiece& out = *repair.add_pieces();
    out.set_literal(piece.literal.data(), piece.literal.size());
    out.set_offset(piece.offset);
    out.set_bytes(piece.bytes);
  }
}

// Reads packets to the end. What stopped it earlier than that, if anything.
Trouble read_packets(Container& container, ClipStreams& streams) {
  const PacketPtr packet(av_packet_alloc());
  if (!packet) return {"limit_memory", "read packets: needs more memory"};
  for (std::uint64_t packets = 0; container.read(*packet); ++packets) {
    if (packets >= kPacketsMax) {
      return {"limit_packets", "the clip has more packets than are inspected"};
    }
    streams.add(*packet);
    av_packet_unref(packet.get());
  }
  return container.trouble();
}

}  // namespace

void prepare_libav() {
  av_log_set_callback([](void*, int, const char*, va_list) {});  // there is nowhere to write
  av_max_alloc(kAllocationBytesMax);
  static_cast<void>(av_get_cpu_flags());
  static_cast<void>(av_cpu_count());
  const std::time_t epoch = 0;
  std::tm broken_down{};
  static_cast<void>(localtime_r(&epoch, &broken_down));
  static_cast<void>(allowed_decoder(AV_CODEC_ID_H264));
  static_cast<void>(avcodec_find_encoder(AV_CODEC_ID_MJPEG));
}

evidence::Report inspect_clip(ByteSpan clip, evidence::Report::Level level) {
  evidence::Report report;
  report.set_inspector_version(kInspectorVersion);
  report.set_libav_version(printable(av_version_info(), kTextBytesMax));
  report.set_outcome(evidence::Report::UNDECODABLE);
  report.set_level(level);

  // 1. Which times and positions are written in it? Told by the bytes alone, so a clip that nothing
  //    can play still tells them.
  Found found;
  find_sources(clip, found);

  // 2. What is it, and which streams has it?
  Container container(clip);
  const Trouble not_open = container.open();
  report.set_container(container.format());

  // 3. Is it whole, as far as its structure tells? If not: up to where, and what would make it
  // play?
  Structure structure =
      read_structure(clip, container.format(), has_plain_sound(container.context()));
  const auto whole_bytes =
      structure.is_damaged ? std::optional(structure.playable_bytes) : std::nullopt;
  PlacesInTime places(structure.findings, whole_bytes);
  if (!not_open.token.empty()) {
    say(not_open, report);
    write_findings(places.findings(), report);
    write_repair(std::move(structure), 0, report);
    report.set_bytes_read(container.bytes_read());
    write_found(found, report);
    return report;
  }
  const AVFormatContext& context = *container.context();
  if (context.duration != AV_NOPTS_VALUE) report.set_duration_us(context.duration);
  read_all_tags(context, found);

  // 4. Every packet once: counted, timed, searched for messages that tell a time, and decoded if
  //    the level asks for it.
  ClipStreams streams(container, found, places, level);
  const Trouble stopped = read_packets(container, streams);

  // 5. What came of it. A clip that was cut short is decodable, and says where it ended.
  streams.finish(report);
  std::vector<Finding> findings = streams.findings();
  for (const Finding& finding : places.findings()) findings.push_back(finding);
  write_findings(std::move(findings), report);
  write_repair(std::move(structure), places.whole_us(), report);
  write_unsigned(signatures_of_container(clip), *report.mutable_signed_media());
  write_found(found, report);
  report.set_bytes_read(container.bytes_read());
  const Trouble nothing = streams.verdict();
  if (nothing.token.empty()) report.set_outcome(evidence::Report::DECODABLE);
  say(stopped.token.empty() ? nothing : stopped, report);
  return report;
}

}  // namespace hansom::ingest
