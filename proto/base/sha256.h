// SHA-256 (FIPS 180-4) and the digest type that names clips, leaves and plans.
#pragma once

#include <array>
#include <compare>
#include <memory>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"

namespace hansom {

// 32 bytes of SHA-256. A value type; ordered and hashable so that it can key maps.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  [[nodiscard]] std::string hex() const { return to_hex(bytes); }
  [[nodiscard]] ByteSpan span() const { return bytes; }
  // Error: kInvalid `bad_digest` unless text is 64 hex digits / span is 32 bytes.
  [[nodiscard]] static Result<Digest> from_hex(std::string_view text);
  [[nodiscard]] static Result<Digest> from_span(ByteSpan bytes);
  auto operator<=>(const Digest&) const = default;
};

// One running hash. Not thread-safe; movable.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(ByteSpan bytes);
  // The digest of all bytes so far; the hash can go on afterwards (works on a copy).
  [[nodiscard]] Digest peek() const;
  // The digest of all bytes so far; starts afresh afterwards.
  [[nodiscard]] Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] Digest sha256(ByteSpan bytes);
[[nodiscard]] inline Digest sha256(std::string_view text) {
  return sha256(as_bytes(text));
}

}  // namespace hansom

template <>
struct std::hash<hansom::Digest> {
  std::size_t operator()(const hansom::Digest& digest) const noexcept {
    return static_cast<std::size_t>(hansom::read_u64be(digest.bytes));
  }
};
