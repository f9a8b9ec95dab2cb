// The lists of an AVI (RIFF; "AVI RIFF File Reference"; OpenDML extensions, 1.02): its header, and
// the parts of which one that outgrew its first RIFF is made. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// A four-character code as it is read, least significant byte first.
constexpr std::uint32_t code(const char (&name)[5]) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = (value << 8) | static_cast<unsigned char>(name[i]);
  return value;
}

struct Chunk {
  std::uint32_t id = 0;
  std::size_t start = 0;  // of its head
  std::size_t bytes = 0;  // of its payload, as it claims
  [[nodiscard]] std::size_t payload() const { return start + 8; }
  [[nodiscard]] std::size_t end() const { return payload() + bytes + bytes % 2; }
};

// The chunk whose head lies at `at`; nothing where the clip has no whole head there.
[[nodiscard]] std::optional<Chunk> chunk_at(ByteSpan clip, std::size_t at);
// What a LIST or RIFF holds; 0 where the clip ends before.
[[nodiscard]] std::uint32_t list_type(ByteSpan clip, const Chunk& list);
// The head of a part behind the first.
[[nodiscard]] bool is_later_part(ByteSpan clip, const Chunk& chunk);

struct AviStream {
  bool is_picture = false;
  bool every_is_key = false;
  bool is_h264 = false;
  bool is_mpeg4 = false;
  std::size_t length_at = 0;  // of strh.dwLength in the clip
  std::uint32_t sample_bytes = 0;
  std::size_t super_index = 0;  // where its indx begins; 0: none
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;
};

struct Avi {
  std::size_t avih = 0;       // payload; 0: none
  std::size_t frames_at = 0;  // of dmlh.dwTotalFrames; 0: none
  std::vector<AviStream> streams;
  std::optional<Chunk> movi;  // of the first part
  bool has_index = false;     // idx1
  std::size_t parts = 1;
  std::size_t last_part = 0;    // where it begins
  bool sizes_fit = true;        // every part has its sizes, and lies within the clip
  std::uint64_t riffs_end = 0;  // as the last one claims that does
  // What the super indexes name lies from, at the furthest, and to.
  std::uint64_t indexed_from = 0;
  std::uint64_t indexed_end = 0;
};

// Requires: twelve bytes and more.
[[nodiscard]] Avi read_avi_lists(ByteSpan clip);

}  // namespace hansom::ingest
