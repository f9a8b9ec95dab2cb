// How a clip is built, as its bytes tell: where it is cut off, what of its index is missing or
// wrong, up to where it plays, and how a copy that plays is made of it. Pure; libav has no part.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/inspect/inspector/finding.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

// Some bytes of a repaired copy: written out, or a range of the clip.
struct Piece {
  Bytes literal;             // where not empty; else:
  std::uint64_t offset = 0;  // of the clip
  std::uint64_t bytes = 0;
};

struct Structure {
  std::vector<Finding> findings;     // without times: those are the packets' to tell
  bool is_damaged = false;           // then:
  std::uint64_t playable_bytes = 0;  // up to where the clip is whole
  std::string missing;               // what is not there, and why there is no copy if there is none
  std::string_view method;           // of the copy; empty: none is made
  std::vector<Piece> pieces;         // of the copy, in order
};

// `format`: the container's name as libav gives it. `zeros_may_be_sound`: the clip has sound that
// is not compressed. Formats that are not looked into are an undamaged structure.
[[nodiscard]] Structure read_structure(ByteSpan clip, std::string_view format,
                                       bool zeros_may_be_sound);

// The parts of the above.
[[nodiscard]] Structure read_transport_stream(ByteSpan clip);
[[nodiscard]] Structure read_program_stream(ByteSpan clip);
[[nodiscard]] Structure read_avi(ByteSpan clip);
[[nodiscard]] Structure read_matroska(ByteSpan clip);
[[nodiscard]] Structure read_movie_structure(ByteSpan clip, bool zeros_may_be_sound);

// A finding that is a place in the bytes.
[[nodiscard]] Finding place(std::string_view kind, double confidence, double measure,
                            std::string_view unit, std::uint64_t offset, std::uint64_t bytes);

// Runs of kZeroRunBytes zeros and more; `offset` is that of the first byte in the clip.
void find_zero_runs(ByteSpan bytes, std::uint64_t offset, double confidence,
                    std::vector<Finding>& out);

// Ends the clip at `playable_bytes`: what is whole is the copy.
void keep_prefix(Structure& structure, std::uint64_t from, std::uint64_t playable_bytes);

}  // namespace hansom::ingest
