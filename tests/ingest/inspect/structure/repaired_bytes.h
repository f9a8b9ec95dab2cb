// The copy that a structure's pieces make of a clip.
#pragma once

#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::test {

[[nodiscard]] inline Bytes repaired_bytes(ByteSpan clip, const ingest::Structure& structure) {
  Bytes copy;
  for (const ingest::Piece& piece : structure.pieces) {
    const ByteSpan part =
        piece.literal.empty() ? clip.subspan(piece.offset, piece.bytes) : ByteSpan(piece.literal);
    copy.insert(copy.end(), part.begin(), part.end());
  }
  return copy;
}

}  // namespace hansom::test
