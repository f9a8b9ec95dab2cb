// Any bytes as a clip of any container: the structure stays within the bytes and its bounds.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/structure/structure.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 5> kFormats{"mov,mp4,m4a,3gp,3g2,mj2", "mpegts", "mpeg",
                                                     "avi", "matroska,webm"};
  if (size == 0) return 0;
  const hansom::ByteSpan clip(data + 1, size - 1);
  const hansom::ingest::Structure structure = hansom::ingest::read_structure(
      clip, kFormats[data[0] % kFormats.size()], (data[0] & 0x80) != 0);
  std::size_t literal_bytes = 0;
  bool good = structure.playable_bytes <= clip.size() &&
              structure.pieces.size() <= hansom::ingest::kRepairPiecesMax &&
              structure.method.empty() == structure.pieces.empty();
  for (const hansom::ingest::Piece& piece : structure.pieces) {
    literal_bytes += piece.literal.size();
    good = good && piece.offset <= clip.size() && piece.bytes <= clip.size() - piece.offset;
  }
  if (!good || literal_bytes > hansom::ingest::kRepairLiteralBytesMax) std::abort();
  return 0;
}
