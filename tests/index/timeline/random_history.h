// Random histories of units whose true times are known: clocks of every kind that recorders have,
// what they told, when it arrived.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "index/timeline/fuse.h"

namespace hansom::timeline::test {

struct History {
  std::string kind;
  UnitFacts unit;
  std::vector<std::int64_t> true_starts;  // of unit.clips, in their order
  std::vector<std::int64_t> true_lengths;
};

// The kinds of clocks there are histories of.
[[nodiscard]] std::size_t kinds();
// The same seed makes the same history on every machine. Requires: kind < kinds().
[[nodiscard]] History random_history(std::size_t kind, std::uint64_t seed, const Zone& zone);

}  // namespace hansom::timeline::test
