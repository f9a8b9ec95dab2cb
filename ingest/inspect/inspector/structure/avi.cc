// AVI: a recorder writes sizes, counts and the index when it closes a file. One that lost its power
// before has the chunks and none of these; they are made anew from the chunks. One of several parts
// (OpenDML) becomes one of one part: the clips that are inspected fit one.
#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/structure/append.h"
#include "ingest/inspect/inspector/structure/avi_lists.h"
#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::ingest {
namespace {

constexpr std::uint32_t kHasIndex = 0x10;  // of avih's flags
constexpr std::uint32_t kKeyFrame = 0x10;  // of an entry of idx1
constexpr std::size_t kEntryBytes = 16;
// What the pieces may hold, with room for the head of idx1.
constexpr std::size_t kHeadBytesMax = kRepairLiteralBytesMax / 4;
constexpr std::size_t kIndexBytesMax = kRepairLiteralBytesMax - kHeadBytesMax - 64;
constexpr std::size_t kRangesMax = kRepairPiecesMax - 2;
static_assert(kInspectedClipBytesMax + kRepairLiteralBytesMax < UINT32_MAX, "one RIFF holds all");

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
  return id == code("JUNK") || id == code("LIST") || id == code("idx1") ||
         (id & 0xffffU) == (code("ix00") & 0xffffU);
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

struct Media {
  std::vector<Piece> ranges;  // of the clip
  std::uint64_t bytes = 0;    // of all of them
  Bytes index;                // entries of idx1
  std::size_t end = 0;        // of the last whole chunk
  std::uint64_t chunks = 0;
  bool is_full = false;  // more chunks follow than the copy can have
};

// Gathers the chunks of media, and where they will lie in the copy.
class MediaWalk {
 public:
  MediaWalk(ByteSpan clip, Avi& avi) : clip_(clip), avi_(avi) {}

  // The whole chunks of all parts, from `at`, within the first movi, on.
  Media walk(std::size_t at) {
    media_.end = at;
    for (auto chunk = chunk_at(clip_, at); chunk; chunk = chunk_at(clip_, at)) {
      const bool is_list = chunk->id == code("LIST");
      const std::uint32_t type = is_list ? list_type(clip_, *chunk) : 0;
      if (is_later_part(clip_, *chunk) || type == code("movi")) {
        in_range_ = false;
        at = chunk->payload() + 4;
        continue;
      }
      if (type == code("rec ")) {  // its chunks lie one after another like any
        if (!in_range_ && !begin_range(chunk->start)) break;
        at = chunk->payload() + 4;
        continue;
      }
      const auto number = stream_of(chunk->id, avi_);
      if ((!number && !is_other_chunk(chunk->id)) || chunk->end() > clip_.size()) break;
      at = chunk->end();
      if (chunk->id == code("idx1")) in_range_ = false;
      if (number && !take(*chunk, avi_.streams[*number])) break;
    }
    if (!media_.ranges.empty() && media_.ranges.back().bytes == 0) media_.ranges.pop_back();
    return std::move(media_);
  }

 private:
  bool begin_range(std::size_t start) {
    if (!media_.ranges.empty() && media_.ranges.back().bytes == 0) media_.ranges.pop_back();
    media_.is_full = media_.ranges.size() == kRangesMax;
    if (media_.is_full) return false;
    media_.ranges.push_back({{}, start, 0});
    in_range_ = true;
    return true;
  }
  bool take(const Chunk& chunk, AviStream& stream) {
    if (!in_range_ && !begin_range(chunk.start)) return false;
    media_.is_full = media_.index.size() + kEntryBytes > kIndexBytesMax;
    if (media_.is_full) return false;
    Piece& range = media_.ranges.back();
    const std::uint64_t before = media_.bytes - range.bytes;
    const bool is_key = is_key_frame(clip_.subspan(chunk.payload(), chunk.bytes), stream);
    append_u32le(media_.index, chunk.id);
    append_u32le(media_.index, is_key ? kKeyFrame : 0);
    append_u32le(media_.index, 4 + before + chunk.start - range.offset);  // from the list's type
    append_u32le(media_.index, chunk.bytes);
    range.bytes = chunk.end() - range.offset;
    media_.bytes = before + range.bytes;
    media_.end = chunk.end();
    ++media_.chunks;
    ++stream.chunks;
    stream.bytes += chunk.bytes;
    return true;
  }

  ByteSpan clip_;
  Avi& avi_;
  Media media_;
  bool in_range_ = false;
};

// The clip's own head with the sizes and counts of what is there.
Bytes mended_head(ByteSpan clip, const Avi& avi, const Media& media) {
  const std::size_t head_bytes = avi.movi->payload() + 4;
  Bytes head(clip.begin(), clip.begin() + static_cast<std::ptrdiff_t>(head_bytes));
  put_u32le(head, 4, head_bytes + media.bytes + media.index.size());
  put_u32le(head, avi.movi->start + 4, 4 + media.bytes);
  std::uint64_t frames = 0;
  for (const AviStream& stream : avi.streams) {
    if (stream.is_picture && frames == 0) frames = stream.chunks;
    if (stream.super_index != 0) put_u32le(head, stream.super_index, code("JUNK"));
    if (stream.length_at == 0) continue;
    const bool by_bytes = !stream.is_picture && stream.sample_bytes > 0;
    put_u32le(head, stream.length_at,
              by_bytes ? stream.bytes / stream.sample_bytes : stream.chunks);
  }
  ByteReader flags(clip.subspan(avi.avih + 12));
  put_u32le(head, avi.avih + 12, flags.u32le() | kHasIndex);
  put_u32le(head, avi.avih + 16, frames);
  if (avi.frames_at != 0) put_u32le(head, avi.frames_at, frames);
  return head;
}

// Whether everything that a mended head changes lies before the chunks.
bool has_whole_header(ByteSpan clip, const Avi& avi) {
  return avi.movi && avi.avih != 0 && avi.avih + 20 <= avi.movi->start && !avi.streams.empty() &&
         avi.frames_at + 4 <= avi.movi->start && avi.movi->payload() + 4 <= clip.size() &&
         avi.movi->payload() + 4 <= kHeadBytesMax &&
         std::all_of(avi.streams.begin(), avi.streams.end(), [&](const AviStream& stream) {
           return stream.length_at + 4 <= avi.movi->start &&
                  stream.super_index + 4 <= avi.movi->start;
         });
}

// Whether an index names the chunks of every part: idx1 knows the first alone.
bool has_whole_index(const Avi& avi) {
  if (avi.parts > 1) return avi.indexed_from >= avi.last_part;
  return avi.has_index || (avi.sizes_fit && std::any_of(avi.streams.begin(), avi.streams.end(),
                                                        [](const AviStream& stream) {
                                                          return stream.super_index != 0;
                                                        }));
}

void make_copy(ByteSpan clip, const Avi& avi, Media media, Structure& structure) {
  if (avi.parts > 1) {
    structure.missing += ". The copy has its " + std::to_string(avi.parts) + " parts as one";
  }
  if (media.is_full) {
    structure.missing += ". More chunks follow than an index is made of: the copy ends there";
  }
  Bytes index;
  append_text(index, "idx1");
  append_u32le(index, media.index.size());
  append_bytes(index, media.index);
  structure.method = "index_rebuilt";
  structure.pieces.push_back({mended_head(clip, avi, media), 0, 0});
  for (Piece& range : media.ranges) structure.pieces.push_back(std::move(range));
  structure.pieces.push_back({std::move(index), 0, 0});
}

}  // namespace

Structure read_avi(ByteSpan clip) {
  Structure structure;
  if (clip.size() < 12) return structure;
  Avi avi = read_avi_lists(clip);
  const bool has_index = has_whole_index(avi);
  const std::uint64_t claimed = std::max(avi.riffs_end, avi.indexed_end);
  const bool is_whole = avi.sizes_fit && claimed <= clip.size() + 1;
  if (is_whole && has_index) return structure;
  structure.is_damaged = true;
  structure.playable_bytes = 0;
  if (!has_index) {
    structure.findings.push_back(place("no_index", 0.9, 0, "entries", clip.size(), 0));
  }
  if (!is_whole) {
    const std::uint64_t missing = claimed > clip.size() ? claimed - clip.size() : 0;
    structure.findings.push_back(
        place("cut_off", 0.9, static_cast<double>(missing), "bytes_missing", clip.size(), 0));
  }
  if (!has_whole_header(clip, avi)) {
    structure.missing = "the header of the AVI is not whole: nothing tells what the streams are";
    return structure;
  }
  Media media = MediaWalk(clip, avi).walk(avi.movi->payload() + 4);
  structure.playable_bytes = media.end;
  if (media.chunks == 0) {
    structure.missing = "the AVI has a header and no chunk of picture or sound";
    return structure;
  }
  structure.missing = !has_index      ? "the index was never written to its end"
                      : avi.sizes_fit ? "the index names parts behind the end of the clip"
                                      : "sizes and counts in the header are not those of the clip";
  make_copy(clip, avi, std::move(media), structure);
  return structure;
}

}  // namespace hansom::ingest
