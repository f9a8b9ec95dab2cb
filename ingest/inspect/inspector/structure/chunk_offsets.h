// Whether a movie's samples lie where its index says, told by the lengths inside H.264 and HEVC
// samples; and if not, by how much all are shifted. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "ingest/inspect/inspector/sources/movie.h"
#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::ingest {

// The shift that puts the samples in their place. Nothing where they are in it already, where no
// shift helps, or where no track has samples that can be checked. `mdat_payload`: where the first
// media data begin.
[[nodiscard]] std::optional<std::int64_t> find_shift(ByteSpan clip, const Movie& movie,
                                                     std::uint64_t mdat_payload);

// The pieces of a copy whose chunk offsets are moved by `shift`. None where an offset would not fit
// its field or the tables are over kRepairLiteralBytesMax.
[[nodiscard]] std::vector<Piece> shifted_copy(ByteSpan clip, const Movie& movie,
                                              std::int64_t shift);

}  // namespace hansom::ingest
