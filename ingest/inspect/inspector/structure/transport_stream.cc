// A transport stream's packets (ISO/IEC 13818-1, 2.4.3.2): 188 bytes each, or 192 and 204 where a
// recorder puts a time before or a code behind them.
#include <array>

#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::ingest {
namespace {

constexpr std::uint8_t kSync = 0x47;
constexpr std::array<std::size_t, 3> kPacketBytes{188, 192, 204};
constexpr std::size_t kPacketsToBelieve = 5;

struct Grid {
  std::size_t first = 0;  // of a sync byte
  std::size_t packet_bytes = 0;
  std::size_t ahead = 0;  // bytes of a packet before its sync byte
};

bool fits(ByteSpan clip, std::size_t first, std::size_t packet_bytes) {
  std::size_t packets = 0;
  for (std::size_t at = first; at < clip.size() && packets < kPacketsToBelieve;
       at += packet_bytes) {
    if (clip[at] != kSync) return false;
    ++packets;
  }
  return packets == kPacketsToBelieve;
}

std::optional<Grid> find_grid(ByteSpan clip) {
  for (std::size_t first = 0; first < kPacketBytes.back() && first < clip.size(); ++first) {
    for (const std::size_t packet_bytes : kPacketBytes) {
      if (!fits(clip, first, packet_bytes)) continue;
      const std::size_t ahead = packet_bytes == 192 && first >= 4 ? 4 : 0;
      return Grid{first, packet_bytes, ahead};
    }
  }
  return std::nullopt;
}

}  // namespace

Structure read_transport_stream(ByteSpan clip) {
  Structure structure;
  const auto grid = find_grid(clip);
  if (!grid) return structure;
  const std::size_t start = grid->first - grid->ahead;
  std::size_t packets = (clip.size() - start) / grid->packet_bytes;
  // What was reserved on the disk and never written is no packet either.
  while (packets > 0 && clip[grid->first + (packets - 1) * grid->packet_bytes] != kSync) --packets;
  const std::size_t end = start + packets * grid->packet_bytes;
  if (end == clip.size()) return structure;
  const std::size_t rest = clip.size() - end;
  structure.findings.push_back(
      place("cut_off", 0.9, static_cast<double>(rest), "bytes_left_over", end, rest));
  structure.missing = "the last " + std::to_string(rest) + " bytes are no whole transport packet";
  keep_prefix(structure, start, end);
  return structure;
}

}  // namespace hansom::ingest
