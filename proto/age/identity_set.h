// The identities of a vault: one is new, older ones still open what was sealed to them.
#pragma once

#include <atomic>
#include <mutex>
#include <span>
#include <vector>

#include "proto/age/age.h"

namespace hansom::age {

// Any thread. Identities are added and never go while it lives.
class IdentitySet {
 public:
  static constexpr std::size_t kIdentitiesMax = 64;

  explicit IdentitySet(Identity first);
  // One that is there already is no error. Error: kTooLarge `too_large` beyond kIdentitiesMax.
  [[nodiscard]] Status add(Identity identity);
  // All at this moment; valid while the set lives.
  [[nodiscard]] std::span<const Identity> all() const { return {identities_.data(), count_}; }
  // nullptr where there is none of this recipient, "age1...".
  [[nodiscard]] const Identity* find(std::string_view recipient) const;

 private:
  std::mutex mutex_;                  // of those who add
  std::vector<Identity> identities_;  // never reallocates: readers hold no lock
  std::atomic<std::size_t> count_ = 0;
};

}  // namespace hansom::age
