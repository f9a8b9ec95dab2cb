// Bytes and their text forms: hex, base64 (RFC 4648 sections 4 and 5), all strict and canonical.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace hansom {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;
using MutableByteSpan = std::span<std::uint8_t>;

// Views text as bytes and bytes as text; the argument must outlive the view.
[[nodiscard]] ByteSpan as_bytes(std::string_view text);
[[nodiscard]] std::string_view as_text(ByteSpan bytes);
[[nodiscard]] Bytes to_bytes(std::string_view text);
[[nodiscard]] std::string to_text(ByteSpan bytes);

// True when both are equal, in time that depends on the lengths only.
[[nodiscard]] bool equal_constant_time(ByteSpan a, ByteSpan b);

enum class Padding { kRequired, kNone };

[[nodiscard]] std::string to_hex(ByteSpan bytes);  // lower case
[[nodiscard]] std::string to_base64(ByteSpan bytes, Padding padding = Padding::kRequired);
[[nodiscard]] std::string to_base64url(ByteSpan bytes);  // no padding

// Decoders refuse anything an encoder would not have made: other characters, white space, missing
// or extra padding, non-zero trailing bits. Error: kInvalid `bad_encoding`.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);  // either case
[[nodiscard]] Result<Bytes> from_base64(std::string_view text,
                                        Padding padding = Padding::kRequired);
[[nodiscard]] Result<Bytes> from_base64url(std::string_view text);

// Fixed-width big-endian integers, as all our keys and formats have them.
void append_u16be(Bytes& out, std::uint16_t value);
void append_u32be(Bytes& out, std::uint32_t value);
void append_u64be(Bytes& out, std::uint64_t value);
// Requires: bytes.size() >= 2, 4, 8.
[[nodiscard]] std::uint16_t read_u16be(ByteSpan bytes);
[[nodiscard]] std::uint32_t read_u32be(ByteSpan bytes);
[[nodiscard]] std::uint64_t read_u64be(ByteSpan bytes);

}  // namespace hansom
