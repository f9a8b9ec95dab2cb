// The lists of an AVI: see avi_lists.h.
#include "ingest/inspect/inspector/structure/avi_lists.h"

#include <algorithm>
#include <initializer_list>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"

namespace hansom::ingest {
namespace {

constexpr std::uint32_t kNotYetWritten = UINT32_MAX;  // a size, as some writers have it meanwhile

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

// An index of indexes: where those lie.
void read_super_index(ByteSpan payload, Avi& avi) {
  ByteReader reader(payload);
  const unsigned longs_per_entry = reader.u16le();
  reader.skip(1);
  const unsigned type = reader.u8();
  const std::uint32_t entries = reader.u32le();
  reader.skip(16);
  constexpr unsigned kOfIndexes = 0;
  if (type != kOfIndexes || longs_per_entry != 4) return;
  for (std::uint32_t i = 0; i < entries && reader.left() >= 16; ++i) {
    const std::uint64_t offset = reader.u64le();
    const std::uint64_t bytes = reader.u32le();
    reader.skip(4);
    if (offset == 0 || offset > INT64_MAX / 2) continue;
    avi.indexed_from = std::max(avi.indexed_from, offset);
    avi.indexed_end = std::max(avi.indexed_end, offset + bytes);
  }
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
    if (chunk->id == code("indx") && stream.super_index == 0) {
      stream.super_index = chunk->start;
      read_super_index(clip.subspan(chunk->payload(), chunk->bytes), avi);
    }
  }
  avi.streams.push_back(stream);
}

void read_header(ByteSpan clip, const Chunk& hdrl, Avi& avi) {
  const std::size_t end = std::min(hdrl.end(), clip.size());
  for (auto chunk = chunk_at(clip, hdrl.payload() + 4); chunk && chunk->end() <= end;
       chunk = chunk_at(clip, chunk->end())) {
    if (chunk->id == code("avih") && chunk->bytes >= 20) avi.avih = chunk->payload();
    if (chunk->id != code("LIST")) continue;
    const std::uint32_t type = list_type(clip, *chunk);
    if (type == code("strl") && avi.streams.size() < kStreamsMax) read_stream(clip, *chunk, avi);
    if (type != code("odml")) continue;
    const auto dmlh = chunk_at(clip, chunk->payload() + 4);
    if (dmlh && dmlh->id == code("dmlh") && dmlh->bytes >= 4 && dmlh->end() <= end) {
      avi.frames_at = dmlh->payload();
    }
  }
}

// One byte may be missing: that which makes the last chunk even.
bool fits(ByteSpan clip, const Chunk& list) {
  return list.bytes > 4 && list.end() <= clip.size() + 1;
}

}  // namespace

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

bool is_later_part(ByteSpan clip, const Chunk& chunk) {
  return chunk.id == code("RIFF") && list_type(clip, chunk) == code("AVIX");
}

Avi read_avi_lists(ByteSpan clip) {
  Avi avi;
  const auto take_part = [&](const Chunk& riff) {
    avi.sizes_fit = avi.sizes_fit && fits(clip, riff);
    if (riff.bytes != kNotYetWritten) avi.riffs_end = riff.payload() + riff.bytes;
    avi.last_part = riff.start;
  };
  take_part(chunk_at(clip, 0).value_or(Chunk{}));
  bool has_movi = false;  // the part at hand
  std::size_t next = 12;
  for (auto chunk = chunk_at(clip, next); chunk; chunk = chunk_at(clip, next)) {
    next = chunk->end();
    if (chunk->id == code("LIST") && list_type(clip, *chunk) == code("hdrl")) {
      read_header(clip, *chunk, avi);
    } else if (chunk->id == code("LIST") && list_type(clip, *chunk) == code("movi")) {
      if (!avi.movi) avi.movi = *chunk;
      has_movi = true;
      avi.sizes_fit = avi.sizes_fit && fits(clip, *chunk);
      if (chunk->bytes <= 4) break;  // its size was never written: what follows lies within it
    } else if (chunk->id == code("idx1") && avi.parts == 1) {
      avi.has_index = chunk->end() <= clip.size() + 1;
    } else if (is_later_part(clip, *chunk)) {
      avi.sizes_fit = avi.sizes_fit && has_movi;
      has_movi = false;
      ++avi.parts;
      take_part(*chunk);
      next = chunk->payload() + 4;
    } else if (chunk->id == code("RIFF")) {
      break;
    }
  }
  avi.sizes_fit = avi.sizes_fit && has_movi;
  return avi;
}

}  // namespace hansom::ingest
