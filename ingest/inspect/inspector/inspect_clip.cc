// THE MAIN PATH of the inspector: see inspect_clip.h.
#include "ingest/inspect/inspector/inspect_clip.h"

#include <ctime>
#include <string>

#include "ingest/inspect/inspector/allow_list.h"
#include "ingest/inspect/inspector/clip_streams.h"
#include "ingest/inspect/inspector/container.h"
#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/raw_time.h"

extern "C" {
#include <libavutil/cpu.h>
#include <libavutil/mem.h>
}

namespace hansom::ingest {
namespace {

// Changes whenever a report of the same bytes could differ.
constexpr const char* kInspectorVersion = "hansom-inspector " HANSOM_VERSION " rules 1";

// Copies the tags of `tags` that hold a time. `where`: what a movie's creation_time is called
// there.
void read_times(const AVDictionary* tags, std::int32_t stream, const char* where,
                evidence::Report& report) {
  const AVDictionaryEntry* tag = nullptr;
  while ((tag = av_dict_get(tags, "", tag, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
    if (!is_time_tag(tag->key)) continue;
    if (static_cast<std::size_t>(report.times_size()) >= kTimesMax) return;
    const bool is_creation = std::string_view(tag->key) == "creation_time";
    evidence::RawTime& time = *report.add_times();
    time.set_source(is_creation ? where : printable(tag->key, kTextBytesMax));
    time.set_value(printable(tag->value, kTextBytesMax));
    time.set_unix_us(read_utc_us(tag->value).value_or(0));
    time.set_stream(stream);
  }
}

void read_all_times(const AVFormatContext& context, evidence::Report& report) {
  const bool is_movie = std::string_view(context.iformat->name).starts_with("mov,");
  read_times(context.metadata, -1, is_movie ? "mvhd" : "creation_time", report);
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    read_times(context.streams[i]->metadata, static_cast<std::int32_t>(i),
               is_movie ? "mdhd" : "creation_time", report);
  }
}

void say(const Trouble& trouble, evidence::Report& report) {
  if (trouble.token.empty()) return;
  report.set_reason_token(trouble.token);
  report.set_reason(printable(trouble.reason, kTextBytesMax));
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

evidence::Report inspect_clip(ByteSpan clip) {
  evidence::Report report;
  report.set_inspector_version(kInspectorVersion);
  report.set_libav_version(printable(av_version_info(), kTextBytesMax));
  report.set_outcome(evidence::Report::UNDECODABLE);

  // 1. What is it, and which streams has it?
  Container container(clip);
  const Trouble not_open = container.open();
  report.set_container(container.format());
  if (!not_open.token.empty()) {
    say(not_open, report);
    report.set_bytes_read(container.bytes_read());
    return report;
  }
  const AVFormatContext& context = *container.context();
  if (context.duration != AV_NOPTS_VALUE) report.set_duration_us(context.duration);
  read_all_times(context, report);

  // 2. Every packet once: counted, timed, and decoded if it is sound or a key frame that is due.
  ClipStreams streams(container);
  const Trouble stopped = read_packets(container, streams);

  // 3. What came of it. A clip that was cut short is decodable, and says where it ended.
  streams.finish(report);
  report.set_bytes_read(container.bytes_read());
  const Trouble nothing = streams.verdict();
  if (nothing.token.empty()) report.set_outcome(evidence::Report::DECODABLE);
  say(stopped.token.empty() ? nothing : stopped, report);
  return report;
}

}  // namespace hansom::ingest
