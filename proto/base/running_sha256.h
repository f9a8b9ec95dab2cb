// A SHA-256 that can be copied on its way, and two of which can run side by side.
#pragma once

#include <array>
#include <cstdint>

#include "proto/base/sha256.h"

namespace hansom {

// A value: a copy goes its own way. Not thread-safe.
class RunningSha256 {
 public:
  RunningSha256();

  void update(ByteSpan bytes);
  // Does a.update(of_a) and b.update(of_b). One SHA-256 waits for itself most of the time, so two
  // take little longer than one where the processor has SHA extensions, as far as both spans reach
  // and both hashes are at the end of a block. Requires: a and b are two.
  static void update_both(RunningSha256& a, ByteSpan of_a, RunningSha256& b, ByteSpan of_b);
  // Of all bytes so far.
  [[nodiscard]] Digest digest() const;

 private:
  static constexpr std::size_t kContextWords = 28;
  // OpenSSL's SHA256_CTX.
  alignas(8) std::array<std::uint32_t, kContextWords> context_{};
};

}  // namespace hansom
