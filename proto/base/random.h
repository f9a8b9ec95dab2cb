// Randomness as an interface, so that tests can give a seed.
#pragma once

#include <memory>

#include "proto/base/bytes.h"

namespace hansom {

// Fills bytes. Implementations are safe to call from any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableByteSpan out) = 0;
};

// The operating system's generator (OpenSSL RAND_bytes). Aborts if it fails: nothing may go on
// without it.
[[nodiscard]] Random& system_random();

// A deterministic generator for tests and simulations; never for keys.
[[nodiscard]] std::unique_ptr<Random> seeded_random(std::uint64_t seed);

}  // namespace hansom
