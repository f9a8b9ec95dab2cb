// AVIs of several RIFFs: see open_dml.h.
#include "tests/ingest/inspect/structure/open_dml.h"

#include <algorithm>
#include <string_view>

#include "ingest/inspect/inspector/structure/append.h"
#include "ingest/inspect/inspector/structure/avi_lists.h"

namespace hansom::test {
namespace {

using ingest::append_bytes;
using ingest::append_text;
using ingest::append_u32le;
using ingest::Chunk;
using ingest::chunk_at;
using ingest::code;
using ingest::list_type;

constexpr std::size_t kEntryBytes = 16;

void put_u32le(Bytes& out, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 4; ++i) out.at(at + i) = static_cast<std::uint8_t>(value >> (8 * i));
}
void append_u64le(Bytes& out, std::uint64_t value) {
  append_u32le(out, value);
  append_u32le(out, value >> 32U);
}
void close_list(Bytes& out, std::size_t start) {
  put_u32le(out, start + 4, out.size() - start - 8);
}
std::size_t open_list(Bytes& out, std::string_view id, std::string_view type) {
  const std::size_t start = out.size();
  append_text(out, id);
  append_u32le(out, 0);
  append_text(out, type);
  return start;
}

struct Source {
  Chunk movi;
  std::vector<Chunk> media;
  std::vector<bool> is_key;
  std::vector<std::size_t> room;  // for the super index of each stream
};

std::vector<Chunk> chunks_of(ByteSpan avi, const Chunk& list) {
  std::vector<Chunk> chunks;
  for (auto chunk = chunk_at(avi, list.payload() + 4); chunk && chunk->end() <= list.end();
       chunk = chunk_at(avi, chunk->end())) {
    chunks.push_back(*chunk);
  }
  return chunks;
}

Source read_source(ByteSpan avi) {
  Source source;
  Chunk all;
  all.start = 0;
  all.bytes = avi.size() - 8;
  for (const Chunk& chunk : chunks_of(avi, all)) {
    if (chunk.id == code("LIST") && list_type(avi, chunk) == code("hdrl")) {
      for (const Chunk& strl : chunks_of(avi, chunk)) {
        if (strl.id != code("LIST") || list_type(avi, strl) != code("strl")) continue;
        for (const Chunk& inner : chunks_of(avi, strl)) {
          if (inner.id == code("JUNK")) source.room.push_back(inner.start);
        }
      }
    }
    if (chunk.id == code("LIST") && list_type(avi, chunk) == code("movi")) {
      source.movi = chunk;
      source.media = chunks_of(avi, chunk);
    }
    for (std::size_t at = chunk.payload(); chunk.id == code("idx1") && at + 4 < chunk.end();
         at += kEntryBytes) {
      source.is_key.push_back((avi[at + 4] & 0x10U) != 0);
    }
  }
  return source;
}

std::size_t stream_of(const Chunk& chunk) {
  return ((chunk.id >> 8U) & 0xffU) - '0';
}

struct Entry {
  std::uint32_t id = 0;
  std::size_t payload = 0;  // in the part's movi, from the list's type
  std::size_t bytes = 0;
  bool is_key = false;
};

// ix## of one stream, and its line in the super index at `room`.
void add_index(Bytes& out, std::size_t base, const std::vector<Entry>& entries, std::size_t room,
               std::size_t part) {
  const std::size_t start = out.size();
  append_text(out, "ix");
  out.push_back(static_cast<std::uint8_t>(entries.front().id));
  out.push_back(static_cast<std::uint8_t>(entries.front().id >> 8U));
  append_u32le(out, 0);
  append_u32le(out, 0x01000002);  // two longs an entry; an index of chunks
  append_u32le(out, entries.size());
  append_u32le(out, entries.front().id);
  append_u64le(out, base);
  append_u32le(out, 0);
  for (const Entry& entry : entries) {
    append_u32le(out, entry.payload);
    append_u32le(out, entry.bytes | (entry.is_key ? 0 : 0x80000000U));
  }
  close_list(out, start);
  put_u32le(out, room, code("indx"));
  put_u32le(out, room + 8, 4);  // four longs an entry; an index of indexes
  put_u32le(out, room + 12, part + 1);
  put_u32le(out, room + 16, entries.front().id);
  const std::size_t line = room + 32 + part * kEntryBytes;
  put_u32le(out, line, start);
  put_u32le(out, line + 4, 0);
  put_u32le(out, line + 8, out.size() - start);
  put_u32le(out, line + 12, entries.size());
}

}  // namespace

OpenDml make_open_dml(ByteSpan avi, std::size_t parts) {
  const Source source = read_source(avi);
  OpenDml made;
  Bytes& out = made.clip;
  append_bytes(out, avi.first(source.movi.start));
  for (std::size_t part = 0; part < parts; ++part) {
    made.parts.push_back(part == 0 ? 0 : out.size());
    if (part > 0) open_list(out, "RIFF", "AVIX");
    const std::size_t movi = open_list(out, "LIST", "movi");
    std::vector<std::vector<Entry>> streams(source.room.size());
    Bytes old_index;
    for (std::size_t i = source.media.size() * part / parts;
         i < source.media.size() * (part + 1) / parts; ++i) {
      const Chunk& chunk = source.media[i];
      const std::size_t place = out.size() - movi - 8;
      streams.at(stream_of(chunk))
          .push_back({chunk.id, place + 8, chunk.bytes, source.is_key.at(i)});
      append_u32le(old_index, chunk.id);
      append_u32le(old_index, source.is_key[i] ? 0x10 : 0);
      append_u32le(old_index, place);
      append_u32le(old_index, chunk.bytes);
      append_bytes(out, avi.subspan(chunk.start, chunk.end() - chunk.start));
    }
    for (std::size_t i = 0; i < streams.size(); ++i) {
      if (!streams[i].empty()) add_index(out, movi + 8, streams[i], source.room[i], part);
    }
    close_list(out, movi);
    if (part == 0) {
      append_text(out, "idx1");
      append_u32le(out, old_index.size());
      append_bytes(out, old_index);
    }
    close_list(out, made.parts.back());
  }
  return made;
}

Bytes make_small_avi(std::size_t pictures) {
  Bytes out;
  open_list(out, "RIFF", "AVI ");
  const std::size_t hdrl = open_list(out, "LIST", "hdrl");
  append_text(out, "avih");
  append_u32le(out, 56);
  out.resize(out.size() + 56);
  const std::size_t strl = open_list(out, "LIST", "strl");
  append_text(out, "strh");
  append_u32le(out, 56);
  append_text(out, "vidsMJPG");
  out.resize(out.size() + 48);
  append_text(out, "strf");
  append_u32le(out, 40);
  out.resize(out.size() + 16);
  append_text(out, "MJPG");
  out.resize(out.size() + 20);
  append_text(out, "JUNK");
  append_u32le(out, 24 + 8 * kEntryBytes);
  out.resize(out.size() + 24 + 8 * kEntryBytes);
  close_list(out, strl);
  const std::size_t odml = open_list(out, "LIST", "odml");
  append_text(out, "dmlh");
  append_u32le(out, 4);
  append_u32le(out, 0);
  close_list(out, odml);
  close_list(out, hdrl);
  const std::size_t movi = open_list(out, "LIST", "movi");
  Bytes index;
  for (std::size_t i = 0; i < pictures; ++i) {
    append_text(index, "00dc");
    append_u32le(index, 0x10);
    append_u32le(index, out.size() - movi - 8);
    append_u32le(index, 10 + i);
    append_text(out, "00dc");
    append_u32le(out, 10 + i);
    out.resize(out.size() + 10 + i, static_cast<std::uint8_t>(0x80 + i));
    if (i % 2 != 0) out.push_back(0);
  }
  close_list(out, movi);
  append_text(out, "idx1");
  append_u32le(out, index.size());
  append_bytes(out, index);
  close_list(out, 0);
  return out;
}

}  // namespace hansom::test
