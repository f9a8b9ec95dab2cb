// The first and the last bytes of an upload, kept in memory from their write to the check of the
// sealed clip, which reads nothing else: what went past the page cache would come back from the
// disk.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// Calls one at a time.
class KeptEnds {
 public:
  // `bytes` were written at `at`, in the order of the file, as writes come: over the end of those
  // before, or right behind them. `length`: what the upload will have, where that is known; where
  // it is not, no end is kept.
  void keep(std::uint64_t at, ByteSpan bytes, std::optional<std::uint64_t> length);
  // Fills `out` with the bytes at `offset`. False: they are not all kept.
  [[nodiscard]] bool read(std::uint64_t offset, MutableByteSpan out) const;
  // What was kept is no more, or is needed no more.
  void forget() { *this = KeptEnds(); }

 private:
  Bytes first_;
  Bytes last_;
  std::uint64_t last_at_ = 0;
};

}  // namespace hansom::ingest
