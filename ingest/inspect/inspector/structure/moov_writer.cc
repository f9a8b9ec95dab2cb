// A moov for pictures alone (ISO/IEC 14496-12; avcC and hvcC: 14496-15, 5.3.3 and 8.3.3): see
// lost_index.h.
#include <algorithm>
#include <string_view>
#include <utility>

#include "ingest/inspect/inspector/structure/append.h"
#include "ingest/inspect/inspector/structure/hevc_parameters.h"
#include "ingest/inspect/inspector/structure/lost_index.h"

namespace hansom::ingest {
namespace {

void append_zeros(Bytes& out, std::size_t count) {
  out.resize(out.size() + count);
}

Bytes box(std::string_view type, const Bytes& payload) {
  Bytes out;
  append_u32(out, static_cast<std::uint32_t>(8 + payload.size()));
  append_text(out, type);
  append_bytes(out, payload);
  return out;
}
// Version 0 and these flags before the payload.
Bytes full_box(std::string_view type, const Bytes& payload, std::uint32_t flags = 0) {
  Bytes out;
  append_u32(out, flags);
  append_bytes(out, payload);
  return box(type, out);
}

void append_matrix(Bytes& out) {  // unity: nothing is turned
  for (const std::uint32_t value : {0x10000U, 0U, 0U, 0U, 0x10000U, 0U, 0U, 0U, 0x40000000U}) {
    append_u32(out, value);
  }
}

Bytes movie_header(std::uint32_t duration) {
  Bytes out;
  append_zeros(out, 8);  // when: not known
  append_u32(out, kAssumedRate);
  append_u32(out, duration);
  append_u32(out, 0x10000);  // rate
  append_u16(out, 0x100);    // volume
  append_zeros(out, 10);
  append_matrix(out);
  append_zeros(out, 24);
  append_u32(out, 2);  // the next track's number
  return full_box("mvhd", out);
}

Bytes track_header(std::uint32_t duration, PictureSize size) {
  Bytes out;
  append_zeros(out, 8);
  append_u32(out, 1);
  append_zeros(out, 4);
  append_u32(out, duration);
  append_zeros(out, 16);
  append_matrix(out);
  append_u32(out, size.width_px << 16U);
  append_u32(out, size.height_px << 16U);
  constexpr std::uint32_t kEnabledInMovie = 3;
  return full_box("tkhd", out, kEnabledInMovie);
}

Bytes media_header(std::uint32_t duration) {
  Bytes out;
  append_zeros(out, 8);
  append_u32(out, kAssumedRate);
  append_u32(out, duration);
  append_u16(out, 0x55c4);  // "und"
  append_zeros(out, 2);
  return full_box("mdhd", out);
}

Bytes handler() {
  Bytes out;
  append_zeros(out, 4);
  append_text(out, "vide");
  append_zeros(out, 13);
  return full_box("hdlr", out);
}

void append_set(Bytes& out, const Bytes& set) {
  append_u16(out, static_cast<std::uint32_t>(set.size()));
  append_bytes(out, set);
}

Bytes avc_configuration(const FoundPictures& found) {
  Bytes out{1, found.sps[1], found.sps[2], found.sps[3], 0xff, 0xe1};  // lengths of four bytes
  append_set(out, found.sps);
  out.push_back(1);
  append_set(out, found.pps);
  return box("avcC", out);
}

Bytes hevc_configuration(const FoundPictures& found, const HevcParameters& parameters) {
  Bytes out{1};
  append_bytes(out, parameters.profile);
  append_u16(out, 0xf000);  // how pictures are divided: not known
  out.push_back(0xfc);
  out.push_back(static_cast<std::uint8_t>(0xfcU | parameters.chroma_format));
  out.push_back(static_cast<std::uint8_t>(0xf8U | (parameters.luma_bits_over_8 & 7U)));
  out.push_back(static_cast<std::uint8_t>(0xf8U | (parameters.chroma_bits_over_8 & 7U)));
  append_u16(out, 0);  // rate: not known
  const unsigned nesting = parameters.temporal_nesting ? 4 : 0;
  out.push_back(static_cast<std::uint8_t>(parameters.temporal_layers << 3U | nesting | 3U));
  out.push_back(3);
  const std::pair<std::uint8_t, const Bytes&> sets[] = {
      {32, found.vps}, {33, found.sps}, {34, found.pps}};
  for (const auto& [type, set] : sets) {  // more stand between the pictures
    out.push_back(type);
    append_u16(out, 1);
    append_set(out, set);
  }
  return box("hvcC", out);
}

// Empty where a parameter set makes no sense.
Bytes sample_description(const FoundPictures& found, PictureSize size) {
  const bool is_hevc = found.codec == NalCodec::kHevc;
  const auto parameters = is_hevc ? read_hevc_parameters(found.sps) : std::nullopt;
  if (is_hevc && !parameters) return {};
  Bytes entry;
  append_zeros(entry, 6);
  append_u16(entry, 1);
  append_zeros(entry, 16);
  append_u16(entry, size.width_px);
  append_u16(entry, size.height_px);
  append_u32(entry, 0x480000);  // 72 dots an inch
  append_u32(entry, 0x480000);
  append_zeros(entry, 4);
  append_u16(entry, 1);
  append_zeros(entry, 32);
  append_u16(entry, 24);
  append_u16(entry, 0xffff);
  append_bytes(entry, is_hevc ? hevc_configuration(found, *parameters) : avc_configuration(found));
  Bytes out;
  append_u32(out, 1);
  append_bytes(out, box(is_hevc ? "hev1" : "avc1", entry));
  return full_box("stsd", out);
}

// Pictures that follow one another without a byte between are a chunk.
struct ChunkTables {
  Bytes offsets, runs;
  std::uint32_t chunks = 0;
  std::uint32_t run_entries = 0;
};

std::optional<ChunkTables> chunk_tables(const std::vector<FoundPicture>& pictures,
                                        std::int64_t shift) {
  ChunkTables tables;
  std::uint32_t told = 0;
  for (std::size_t from = 0; from < pictures.size();) {
    std::size_t to = from + 1;
    while (to < pictures.size() &&
           pictures[to].offset == pictures[to - 1].offset + pictures[to - 1].bytes) {
      ++to;
    }
    const std::uint64_t offset = pictures[from].offset + static_cast<std::uint64_t>(shift);
    if (offset > UINT32_MAX) return std::nullopt;
    append_u32(tables.offsets, static_cast<std::uint32_t>(offset));
    ++tables.chunks;
    const auto count = static_cast<std::uint32_t>(to - from);
    if (count != told) {
      append_u32(tables.runs, tables.chunks);
      append_u32(tables.runs, count);
      append_u32(tables.runs, 1);
      ++tables.run_entries;
      told = count;
    }
    from = to;
  }
  return tables;
}

Bytes counted(std::uint32_t count, const Bytes& entries) {
  Bytes out;
  append_u32(out, count);
  append_bytes(out, entries);
  return out;
}

Bytes sample_table(const FoundPictures& found, const Bytes& description,
                   const ChunkTables& tables) {
  const auto count = static_cast<std::uint32_t>(found.pictures.size());
  Bytes times;
  append_u32(times, count);
  append_u32(times, 1);
  Bytes keys;
  std::uint32_t key_count = 0;
  Bytes sizes;
  append_u32(sizes, 0);
  append_u32(sizes, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    append_u32(sizes, static_cast<std::uint32_t>(found.pictures[i].bytes));
    if (!found.pictures[i].is_key) continue;
    append_u32(keys, i + 1);
    ++key_count;
  }
  Bytes out = description;
  append_bytes(out, full_box("stts", counted(1, times)));
  append_bytes(out, full_box("stss", counted(key_count, keys)));
  append_bytes(out, full_box("stsc", counted(tables.run_entries, tables.runs)));
  append_bytes(out, full_box("stsz", sizes));
  append_bytes(out, full_box("stco", counted(tables.chunks, tables.offsets)));
  return box("stbl", out);
}

}  // namespace

Bytes write_moov(const FoundPictures& found, PictureSize size, std::int64_t shift) {
  if (found.sps.size() < 4 ||
      std::max({found.vps.size(), found.sps.size(), found.pps.size()}) > 0xffff)
    return {};
  const auto tables = chunk_tables(found.pictures, shift);
  const Bytes description = sample_description(found, size);
  if (!tables || description.empty()) return {};
  const auto duration = static_cast<std::uint32_t>(found.pictures.size());
  Bytes information = full_box("vmhd", Bytes(8), 1);
  append_bytes(information, box("dinf", full_box("dref", counted(1, full_box("url ", {}, 1)))));
  append_bytes(information, sample_table(found, description, *tables));
  Bytes media = media_header(duration);
  append_bytes(media, handler());
  append_bytes(media, box("minf", information));
  Bytes track = track_header(duration, size);
  append_bytes(track, box("mdia", media));
  Bytes movie = movie_header(duration);
  append_bytes(movie, box("trak", track));
  return box("moov", movie);
}

}  // namespace hansom::ingest
