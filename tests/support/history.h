// Histories by chance: records, valid or not, from a seed alone.
#pragma once

#include <optional>
#include <random>

#include "index/store/store.h"
#include "proto/base/sha256.h"
#include "proto/evidence/journal.pb.h"
#include "tests/support/memory_index.h"

namespace hansom::test {

// Units, clips that repeat, inspections, events, times of clips, corrections of clocks, holds,
// loads of the register, tokens, damage, and sweeps with destruction, over a small world so that
// acts meet each other.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}
  // `reader`: the state so far; a sweep is planned over it.
  [[nodiscard]] evidence::Record next(const store::Reader& reader);

 private:
  std::uint64_t pick(std::uint64_t bound) { return random_() % bound; }
  std::string unit() { return "unit-" + std::to_string(pick(3)); }
  std::string name() { return "clip " + std::to_string(pick(60)); }
  evidence::Record inspection();
  evidence::Record clip();
  evidence::Record events();
  evidence::Record load();
  evidence::Record token();
  evidence::Record scrub();
  evidence::Record time();
  evidence::Record correction();
  evidence::Record sweep(const store::Reader& reader);

  std::mt19937_64 random_;
  std::optional<evidence::SweepPlan> plan_;
  Digest digest_;
};

}  // namespace hansom::test
