// AVI (RIFF; "AVI RIFF File Reference"): a recorder writes sizes, counts and the index when it
// closes a file. One that lost its power before has the chunks and none of these; they are made
// anew from the chunks.
#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/structure/append.h"
#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::ingest {
namespace {

constexpr std::uint32_t code(const char (&name)[5]) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = (value << 8) | static_cast<unsigned char>(name[i]);
  return value;
}

constexpr std::uint32_t kHasIndex = 0x10;  // of avih's flags
constexpr std::uint32_t kKeyFrame = 0x10;  // of an entry of idx1
constexpr std::size_t kEntryBytes = 16;
// Half of what the pieces may hold each, with room for the head of idx1.
constexpr std::size_t kIndexBytesMax = kRepairLiteralBytesMax / 2 - 64;
constexpr std::size_t kHeadBytesMax = kRepairLiteralBytesMax / 2;

struct Chunk {
  std::uint32_t id = 0;
  std::size_t start = 0;  // of its head
  std::size_t bytes = 0;  // of its payload, as it claims
  [[nodiscard]] std::size_t payload() const { return start + 8; }
  [[nodiscard]] std::size_t end() const { return payload() + bytes + bytes % 2; }
};

std::optional<Chunk> chunk_at(ByteSpan clip, std::size_t at) {
  if (at > clip.size() || clip.size() - at < 8) return std::nullopt;
  ByteReader reader(clip.subspan(at));
  Chunk chunk;
  chunk.id = reader.u32le();
  chunk.start = at;
  chunk.bytes = reader.u32le();
  return chunk;
}

std::uint32_t list_type(ByteSpan clip, const Chunk& list) {
  ByteReader reader(clip.subspan(std::min(list.payload(), clip.size())));
  return reader.u32le();
}

struct AviStream {
  bool is_picture = false;
  bool every_is_key = false;
  bool is_h264 = false;
  bool is_mpeg4 = false;
  std::size_t length_at = 0;  // of strh.dwLength in the clip
  std::uint32_t sample_bytes = 0;
  bool has_super_index = false;
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;
};

struct Avi {
  std::size_t avih = 0;  // payload; 0: none
  std::vector<AviStream> streams;
  std::optional<Chunk> movi;
  bool has_index = false;
  bool is_open_dml = false;  // a second RIFF follows
};

void read_format(ByteSpan clip, const Chunk& strf, AviStream& stream) {
  ByteReader reader(clip.subspan(strf.payload(), strf.bytes));
  reader.skip(16);
  const std::uint32_t format = reader.u32le();
  const auto is = [format](std::initializer_list<std::uint32_t> codes) {
    return std::find(codes.begin(), codes.end(), format) != codes.end();
  };
  stream.is_h264 = is({code("H264"), code("h264"), code("avc1"), code("AVC1"), code("X264")});
  stream.is_mpeg4 = is({code("FMP4"), code("XVID"), code("xvid"), code("DIVX"), code("DX50"),
                        code("mp4v"), code("MP4V")});
  stream.every_is_key = is({code("MJPG"), code("mjpg"), code("AVRn"), code("JPEG")});
}

void read_stream(ByteSpan clip, const Chunk& strl, Avi& avi) {
  AviStream stream;
  const std::size_t end = std::min(strl.end(), clip.size());
  for (auto chunk = chunk_at(clip, strl.payload() + 4); chunk && chunk->end() <= end;
       chunk = chunk_at(clip, chunk->end())) {
    if (chunk->id == code("strh") && chunk->bytes >= 48) {
      ByteReader reader(clip.subspan(chunk->payload(), chunk->bytes));
      stream.is_picture = reader.u32le() == code("vids");
      stream.length_at = chunk->payload() + 32;
      reader.skip(40);
      stream.sample_bytes = reader.u32le();
    }
    if (chunk->id == code("strf") && stream.is_picture) read_format(clip, *chunk, stream);
    if (chunk->id == code("indx")) stream.has_super_index = true;
  }
  avi.streams.push_back(stream);
}

void read_header(ByteSpan clip, const Chunk& hdrl, Avi& avi) {
  const std::size_t end = std::min(hdrl.end(), clip.size());
  for (auto chunk = chunk_at(clip, hdrl.payload() + 4); chunk && chunk->end() <= end;
       chunk = chunk_at(clip, chunk->end())) {
    if (chunk->id == code("avih") && chunk->bytes >= 20) avi.avih = chunk->payload();
    if (chunk->id == code("LIST") && list_type(clip, *chunk) == code("strl") &&
        avi.streams.size() < kStreamsMax) {
      read_stream(clip, *chunk, avi);
    }
  }
}

Avi read_lists(ByteSpan clip) {
  Avi avi;
  for (auto chunk = chunk_at(clip, 12); chunk; chunk = chunk_at(clip, chunk->end())) {
    if (chunk->id == code("LIST") && list_type(clip, *chunk) == code("hdrl")) {
      read_header(clip, *chunk, avi);
    } else if (chunk->id == code("LIST") && list_type(clip, *chunk) == code("movi")) {
      if (!avi.movi) avi.movi = *chunk;
      if (chunk->bytes <= 4) break;  // its size was never written: what follows lies within it
    } else if (chunk->id == code("idx1")) {
      avi.has_index = chunk->end() <= clip.size() + 1;
    } else if (chunk->id == code("RIFF")) {
      avi.is_open_dml = true;
      break;
    }
  }
  return avi;
}

// "00dc": the number of a stream; nothing for other chunks.
std::optional<std::size_t> stream_of(std::uint32_t id, const Avi& avi) {
  const std::uint32_t tens = (id & 0xffU) - '0';
  const std::uint32_t ones = (id >> 8U & 0xffU) - '0';
  const std::uint32_t kind = id >> 16U;
  const auto two = [](char a, char b) {
    return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b) << 8U;
  };
  const bool known = kind == two('d', 'c') || kind == two('d', 'b') || kind == two('w', 'b') ||
                     kind == two('t', 'x');
  if (!known || tens > 9 || ones > 9 || tens * 10 + ones >= avi.streams.size()) return std::nullopt;
  return tens * 10 + ones;
}

bool is_other_chunk(std::uint32_t id) {
  return id == code("JUNK") || id == code("LIST") || (id & 0xffffU) == (code("ix00") & 0xffffU);
}

bool is_key_frame(ByteSpan bytes, const AviStream& stream) {
  if (!stream.is_picture || stream.every_is_key) return true;
  for (std::size_t i = 0; i + 4 < bytes.size(); ++i) {
    if (bytes[i] != 0 || bytes[i + 1] != 0 || bytes[i + 2] != 1) continue;
    const std::uint8_t byte = bytes[i + 3];
    if (stream.is_h264) {
      const unsigned type = byte & 0x1fU;
      if (type == 5) return true;
      if (type == 1) return false;
    }
    if (stream.is_mpeg4 && byte == 0xb6) return (bytes[i + 4] & 0xc0U) == 0;
  }
  return false;
}

void put_u32le(Bytes& out, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

struct Chunks {
  Bytes index;          // entries of idx1
  std::size_t end = 0;  // of the last whole chunk
  std::uint64_t media = 0;
};

// The whole chunks of movi, from `at` on.
Chunks walk_chunks(ByteSpan clip, std::size_t at, Avi& avi) {
  Chunks chunks;
  chunks.end = at;
  const std::size_t origin = at - 4;  // an entry's place counts from the list's type
  for (auto chunk = chunk_at(clip, at); chunk; chunk = chunk_at(clip, at)) {
    const auto number = stream_of(chunk->id, avi);
    if (!number && !is_other_chunk(chunk->id)) break;
    if (chunk->id == code("LIST") && list_type(clip, *chunk) == code("rec ")) {
      at = chunk->payload() + 4;  // its chunks lie one after another like any
      continue;
    }
    if (chunk->end() > clip.size()) break;
    at = chunks.end = chunk->end();
    if (!number || chunks.index.size() + kEntryBytes > kIndexBytesMax) continue;
    AviStream& stream = avi.streams[*number];
    const ByteSpan payload = clip.subspan(chunk->payload(), chunk->bytes);
    const bool is_key = is_key_frame(payload, stream);
    ++stream.chunks;
    stream.bytes += chunk->bytes;
    ++chunks.media;
    append_u32le(chunks.index, chunk->id);
    append_u32le(chunks.index, is_key ? kKeyFrame : 0);
    append_u32le(chunks.index, chunk->start - origin);
    append_u32le(chunks.index, chunk->bytes);
  }
  return chunks;
}

// The clip's own head with the sizes and counts of what is there.
Bytes mended_head(ByteSpan clip, const Avi& avi, const Chunks& chunks) {
  const std::size_t head_bytes = avi.movi->payload() + 4;
  Bytes head(clip.begin(), clip.begin() + static_cast<std::ptrdiff_t>(head_bytes));
  put_u32le(head, 4, chunks.end + 8 + chunks.index.size() - 8);
  put_u32le(head, avi.movi->start + 4, chunks.end - avi.movi->payload());
  std::uint64_t frames = 0;
  for (const AviStream& stream : avi.streams) {
    if (stream.is_picture && frames == 0) frames = stream.chunks;
    if (stream.length_at == 0) continue;
    const bool by_bytes = !stream.is_picture && stream.sample_bytes > 0;
    put_u32le(head, stream.length_at,
              by_bytes ? stream.bytes / stream.sample_bytes : stream.chunks);
  }
  ByteReader flags(clip.subspan(avi.avih + 12));
  put_u32le(head, avi.avih + 12, flags.u32le() | kHasIndex);
  put_u32le(head, avi.avih + 16, frames);
  return head;
}

// Whether everything that a mended head changes lies before the chunks.
bool has_whole_header(ByteSpan clip, const Avi& avi) {
  return avi.movi && avi.avih != 0 && avi.avih + 20 <= avi.movi->start && !avi.streams.empty() &&
         avi.movi->payload() + 4 <= clip.size() && avi.movi->payload() + 4 <= kHeadBytesMax &&
         std::all_of(avi.streams.begin(), avi.streams.end(), [&](const AviStream& stream) {
           return stream.length_at + 4 <= avi.movi->start;
         });
}

}  // namespace

Structure read_avi(ByteSpan clip) {
  Structure structure;
  if (clip.size() < 12) return structure;
  Avi avi = read_lists(clip);
  ByteReader reader(clip);
  reader.skip(4);
  const std::uint64_t riff_end = std::uint64_t{reader.u32le()} + 8;
  const bool sizes_fit = riff_end <= clip.size() + 1 && riff_end > 12 && avi.movi &&
                         avi.movi->bytes > 4 && avi.movi->end() <= clip.size() + 1;
  const bool has_index =
      avi.has_index ||
      (sizes_fit && std::any_of(avi.streams.begin(), avi.streams.end(),
                                [](const AviStream& stream) { return stream.has_super_index; }));
  if (sizes_fit && has_index) return structure;
  structure.is_damaged = true;
  structure.playable_bytes = 0;
  if (!has_index) {
    structure.findings.push_back(place("no_index", 0.9, 0, "entries", clip.size(), 0));
  }
  if (!sizes_fit) {
    const std::uint64_t missing = riff_end > clip.size() ? riff_end - clip.size() : 0;
    structure.findings.push_back(
        place("cut_off", 0.9, static_cast<double>(missing), "bytes_missing", clip.size(), 0));
  }
  if (!has_whole_header(clip, avi)) {
    structure.missing = "the header of the AVI is not whole: nothing tells what the streams are";
    return structure;
  }
  const Chunks chunks = walk_chunks(clip, avi.movi->payload() + 4, avi);
  structure.playable_bytes = chunks.end;
  if (avi.is_open_dml) {
    structure.missing = "the clip is an AVI of several parts, whose index is not rebuilt";
    return structure;
  }
  if (chunks.media == 0) {
    structure.missing = "the AVI has a header and no chunk of picture or sound";
    return structure;
  }
  structure.missing = has_index ? "sizes and counts in the header are not those of the clip"
                                : "the index was never written";
  Bytes index;
  append_text(index, "idx1");
  append_u32le(index, chunks.index.size());
  append_bytes(index, chunks.index);
  const std::size_t first = avi.movi->payload() + 4;
  structure.method = "index_rebuilt";
  structure.pieces = {{mended_head(clip, avi, chunks), 0, 0},
                      {{}, first, chunks.end - first},
                      {std::move(index), 0, 0}};
  return structure;
}

}  // namespace hansom::ingest
