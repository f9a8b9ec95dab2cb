// The identifiers everyone shares, as types that cannot be mixed up.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/random.h"
#include "proto/base/sha256.h"

namespace hansom {

// A clip is named by the SHA-256 of its sealed bytes.
using ClipId = Digest;

// Position of a leaf in the journal, from 0.
enum class LeafIndex : std::uint64_t {};
[[nodiscard]] constexpr std::uint64_t to_u64(LeafIndex index) {
  return static_cast<std::uint64_t>(index);
}

// A unit's name, as its certificate has it: 1-64 of [a-z0-9-], first and last not '-'.
class UnitId {
 public:
  UnitId() = default;
  // Error: kInvalid `bad_unit_id`.
  [[nodiscard]] static Result<UnitId> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }
  auto operator<=>(const UnitId&) const = default;

 private:
  explicit UnitId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// An upload's name: 128 random bits as 32 lower-case hex digits; unguessable, yet not a credential.
class UploadId {
 public:
  UploadId() = default;
  [[nodiscard]] static UploadId make(Random& random);
  // Error: kInvalid `bad_upload_id`.
  [[nodiscard]] static Result<UploadId> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }
  auto operator<=>(const UploadId&) const = default;

 private:
  explicit UploadId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace hansom

template <>
struct std::hash<hansom::UnitId> {
  std::size_t operator()(const hansom::UnitId& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
template <>
struct std::hash<hansom::UploadId> {
  std::size_t operator()(const hansom::UploadId& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
