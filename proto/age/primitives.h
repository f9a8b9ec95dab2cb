// The four primitives of age v1 over OpenSSL: X25519, HKDF-SHA-256, HMAC-SHA-256,
// ChaCha20-Poly1305. For proto/age only.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/base/secret.h"

struct evp_cipher_ctx_st;

namespace hansom::age {

inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kNonceBytes = 12;

using Point = std::array<std::uint8_t, kKeyBytes>;
using Nonce = std::array<std::uint8_t, kNonceBytes>;

// RFC 7748. The public key of a scalar. Requires: 32 bytes.
[[nodiscard]] Point x25519_public(ByteSpan scalar);
// The shared secret; nothing when it is all zero (a point of low order). Requires: scalar of 32
// bytes, `own` is its public key: computing that again would cost as much as the secret.
[[nodiscard]] std::optional<Secret> x25519_shared(ByteSpan scalar, const Point& own,
                                                  const Point& theirs);

// RFC 5869 with SHA-256, 32 bytes of output. An empty salt is a salt of zeros.
[[nodiscard]] Secret hkdf(ByteSpan key, ByteSpan salt, std::string_view info);
// RFC 2104 with SHA-256.
[[nodiscard]] std::array<std::uint8_t, 32> hmac(ByteSpan key, ByteSpan message);

// ChaCha20-Poly1305 (RFC 8439) under one key, no associated data. Movable, not thread-safe.
class Aead {
 public:
  // Requires: a key of 32 bytes.
  explicit Aead(ByteSpan key);
  // Writes plain.size() + kTagBytes bytes. Requires: out has exactly that size and does not overlap
  // plain.
  void seal(const Nonce& nonce, ByteSpan plain, MutableByteSpan out);
  // Writes sealed.size() - kTagBytes bytes and returns true, or returns false with `out` wiped when
  // the tag does not hold. Requires: sealed.size() >= kTagBytes; out has exactly the size of the
  // plaintext.
  [[nodiscard]] bool open(const Nonce& nonce, ByteSpan sealed, MutableByteSpan out);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> context_;
  Secret key_;
};

}  // namespace hansom::age
