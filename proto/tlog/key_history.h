// The keys of one journal over its life: which of them signs trees of which size.
#pragma once

#include <limits>
#include <vector>

#include "proto/tlog/checkpoint.h"

namespace hansom::tlog {

// The head at the end of one era is the first of the next: both keys sign it.
struct KeyEra {
  VerifierKey key;
  std::uint64_t first_size = 0;
  std::uint64_t last_size = std::numeric_limits<std::uint64_t>::max();
};

class KeyHistory {
 public:
  // One key, for trees of every size.
  // Implicit: one key is a history.
  KeyHistory(VerifierKey key) : eras_{{std::move(key)}} {}
  // From the head over `size` leaves on the next key signs. Requires: size is not below the last.
  void rotate(VerifierKey next, std::uint64_t size);
  [[nodiscard]] const std::vector<KeyEra>& eras() const { return eras_; }
  [[nodiscard]] const VerifierKey& newest() const { return eras_.back().key; }

 private:
  std::vector<KeyEra> eras_;
};

// verify_checkpoint() by whichever key signs trees of the checkpoint's size: a key that was left
// signs nothing beyond its last head, also where its signature holds. Errors: those of
// verify_checkpoint.
[[nodiscard]] Result<Checkpoint> verify_checkpoint(std::string_view note,
                                                   const KeyHistory& history);

}  // namespace hansom::tlog
