// A private key that can sign and never shows itself: in this process's memory, or in a token.
#pragma once

#include "proto/base/bytes.h"

namespace hansom {

class SigningKey {
 public:
  virtual ~SigningKey() = default;
  // Ed25519: 32 bytes (RFC 8032). P-256: 65 bytes, the uncompressed point.
  [[nodiscard]] virtual Bytes public_key() const = 0;
  // Ed25519: 64 bytes over the message. P-256: r || s, 64 bytes, over SHA-256 of the message.
  // Error: kUnavailable `key_unavailable`: nothing was signed; it may work later. Any thread; may
  // block.
  [[nodiscard]] virtual Result<Bytes> sign(ByteSpan message) const = 0;
};

}  // namespace hansom
