// Secret bytes: wiped when they go, never printed, never compared in variable time.
#pragma once

#include <string_view>

#include "proto/base/bytes.h"

namespace hansom {

// Owns secret bytes. Movable, not copyable; the moved-from object is empty. clone() copies on
// purpose.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size) : bytes_(size) {}
  explicit Secret(ByteSpan bytes) : bytes_(bytes.begin(), bytes.end()) {}
  explicit Secret(std::string_view text) : Secret(as_bytes(text)) {}
  ~Secret() { wipe(); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(Secret&& other) noexcept;

  [[nodiscard]] Secret clone() const { return Secret(ByteSpan(bytes_)); }
  [[nodiscard]] ByteSpan span() const { return bytes_; }
  [[nodiscard]] MutableByteSpan writable() { return bytes_; }
  [[nodiscard]] std::string_view text() const { return as_text(bytes_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  void wipe();
  Bytes bytes_;
};

}  // namespace hansom
