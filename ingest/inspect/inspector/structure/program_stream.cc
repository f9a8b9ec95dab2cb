// A program stream's packs and packets (ISO/IEC 13818-1, 2.5.3; 11172-1, 2.4.3): each tells its
// own length, so where the clip was cut off is where one does not fit any more.
#include <algorithm>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::ingest {
namespace {

constexpr std::uint8_t kEnd = 0xb9;
constexpr std::uint8_t kPack = 0xba;
constexpr std::uint8_t kFirstWithLength = 0xbb;

// The bytes of the unit that starts `bytes`, as it claims; nothing where none starts there, or not
// enough of it is there to tell.
std::optional<std::size_t> unit_bytes(ByteSpan bytes) {
  ByteReader reader(bytes);
  if (reader.u8() != 0 || reader.u8() != 0 || reader.u8() != 1) return std::nullopt;
  const std::uint8_t code = reader.u8();
  if (!reader.ok() || code < kEnd) return std::nullopt;
  if (code == kEnd) return 4;
  if (code >= kFirstWithLength) {
    const std::size_t length = reader.u16be();
    if (!reader.ok()) return std::nullopt;
    return 6 + length;
  }
  const std::uint8_t mark = reader.u8();
  if ((mark & 0xf0U) == 0x20) return 12;  // MPEG-1
  if ((mark & 0xc0U) != 0x40) return std::nullopt;
  reader.skip(8);
  const std::size_t stuffing = reader.u8() & 7U;
  return reader.ok() ? std::optional(14 + stuffing) : std::nullopt;
}

bool starts_with_code(ByteSpan bytes) {
  return bytes.size() >= 3 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 1;
}

}  // namespace

Structure read_program_stream(ByteSpan clip) {
  Structure structure;
  if (clip.size() < 4 || !starts_with_code(clip) || clip[3] != kPack) return structure;
  std::size_t end = 0;
  std::size_t units = 0;
  while (end < clip.size()) {
    const auto bytes = unit_bytes(clip.subspan(end));
    if (!bytes || *bytes > clip.size() - end) break;
    end += *bytes;
    ++units;
  }
  if (end == clip.size() || units < 2) return structure;
  const ByteSpan rest = clip.subspan(end);
  const bool zeros =
      std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte == 0; });
  // Other bytes between packets are damage that a player steps over, not the end.
  if (!zeros && !(starts_with_code(rest) && unit_bytes(rest).value_or(SIZE_MAX) > rest.size())) {
    return structure;
  }
  structure.findings.push_back(
      place("cut_off", 0.9, static_cast<double>(rest.size()), "bytes_left_over", end, rest.size()));
  structure.missing = "the last " + std::to_string(rest.size()) + " bytes are no whole packet";
  keep_prefix(structure, 0, end);
  return structure;
}

}  // namespace hansom::ingest
