// SHA-256 as signers of pictures use it, by libcrypto.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "proto/base/bytes.h"

namespace hansom::ingest {

using Hash = std::array<std::uint8_t, 32>;

// SHA-256 (FIPS 180-4) of what is fed since the last finish(). Throws std::bad_alloc when libcrypto
// has no memory. One thread.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& update(ByteSpan bytes);
  [[nodiscard]] Hash finish();  // and starts afresh
  [[nodiscard]] Hash of(ByteSpan bytes) { return update(bytes).finish(); }
  [[nodiscard]] Hash of(const Hash& first, const Hash& second) {
    return update(first).update(second).finish();
  }

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace hansom::ingest
