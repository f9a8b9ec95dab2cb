// The alphabet of signed notes: what a text and a key name may hold, and a key's id.
#pragma once

#include <array>
#include <string_view>

#include "proto/base/bytes.h"

namespace hansom::tlog {

inline constexpr std::uint8_t kEd25519 = 0x01;  // the signature type of every key here

// True for valid UTF-8 (no surrogates, shortest form) without control characters below U+0020 other
// than newline.
[[nodiscard]] bool is_note_text(std::string_view text);
// True for valid, non-empty UTF-8 without white space, control characters and '+'.
[[nodiscard]] bool is_key_name(std::string_view name);
// The first four bytes of SHA-256(name || "\n" || 0x01 || key).
[[nodiscard]] std::uint32_t key_id(std::string_view name, const std::array<std::uint8_t, 32>& key);

}  // namespace hansom::tlog
