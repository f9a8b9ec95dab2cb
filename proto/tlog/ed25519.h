// Ed25519 (RFC 8032) by OpenSSL: the private keys of journals and witnesses, and verification.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "proto/base/secret.h"

namespace hansom::tlog {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;

// A private key. Thread-safe after construction.
class Ed25519Key {
 public:
  // PEM, PKCS #8, unencrypted. Error: kInvalid `bad_journal_key`.
  [[nodiscard]] static Result<Ed25519Key> from_pem(const Secret& pem);
  [[nodiscard]] static Secret generate_pem();
  [[nodiscard]] const Ed25519PublicKey& public_key() const;
  [[nodiscard]] Bytes sign(std::string_view message) const;  // 64 bytes
  ~Ed25519Key();
  Ed25519Key(Ed25519Key&&) noexcept;
  Ed25519Key& operator=(Ed25519Key&&) noexcept;

 private:
  struct State;
  explicit Ed25519Key(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

[[nodiscard]] bool verify_ed25519(const Ed25519PublicKey& key, std::string_view message,
                                  ByteSpan signature);

}  // namespace hansom::tlog
