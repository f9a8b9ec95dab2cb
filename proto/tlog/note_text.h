// The alphabet of signed notes: what a text and a key name may hold, a key's id, lines and numbers.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "proto/base/bytes.h"

namespace hansom::tlog {

// Types of signatures. One that is not here (0x06, ML-DSA-44) is passed over where notes are read.
inline constexpr std::uint8_t kEd25519 = 0x01;        // a journal's, over the note's text
inline constexpr std::uint8_t kCosignatureV1 = 0x04;  // a witness's, with a time

// True for valid UTF-8 (no surrogates, shortest form) without control characters below U+0020 other
// than newline.
[[nodiscard]] bool is_note_text(std::string_view text);
// True for valid, non-empty UTF-8 without white space, control characters and '+'.
[[nodiscard]] bool is_key_name(std::string_view name);
// The first four bytes of SHA-256(name || "\n" || type || key).
[[nodiscard]] std::uint32_t key_id(std::string_view name, std::uint8_t type, ByteSpan key);

// Takes one line with its newline off the front; nullopt when no newline is left.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& text);
// A decimal number without sign and leading zeros, below 2^64.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace hansom::tlog
