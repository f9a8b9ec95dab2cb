// NAL units with their lengths before them, as media data of MP4 hold them, recognised without an
// index. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "ingest/inspect/inspector/sources/nal_units.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

struct MediaUnit {
  enum class Kind { kSlice, kKeySlice, kVps, kSps, kPps, kBefore, kBehind };
  Kind kind = Kind::kBehind;  // kBefore, kBehind: of a picture that follows, or went before
  std::uint64_t end = 0;
  bool starts_picture = false;  // a slice that is the first of its picture
  [[nodiscard]] bool is_slice() const { return kind == Kind::kSlice || kind == Kind::kKeySlice; }
};

// The unit whose four bytes of length stand at `at`; nothing where none of this codec may stand
// there: ITU-T H.264, 7.3.1 and 7.4.1; H.265, 7.3.1.2, 7.4.2.2 and 7.3.6.1. Of H.265 the base layer
// alone.
[[nodiscard]] std::optional<MediaUnit> unit_at(NalCodec codec, ByteSpan clip, std::uint64_t at,
                                               std::uint64_t to);

}  // namespace hansom::ingest
