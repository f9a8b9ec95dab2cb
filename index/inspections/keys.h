// The rows of inspections in Family::kQueue; README.md has them in a table.
#pragma once

#include "index/catalogue/row_io.h"

namespace hansom::inspections {

// What waits, in the order in which it is taken: by kind, then by leaf.
inline constexpr char kFirst = 'a';  // clips without an inspection
// Behind all that waits.
inline constexpr char kEndOfQueue = 'm';

[[nodiscard]] inline Bytes queue_key(char kind, std::uint64_t leaf) {
  return catalogue::key_of(kind, catalogue::u64_key(leaf));
}

}  // namespace hansom::inspections
