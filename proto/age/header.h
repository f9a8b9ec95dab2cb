// The textual header of age v1: stanzas and MAC, parsed and written. For proto/age and its tests
// only.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/age/age.h"

namespace hansom::age {

inline constexpr std::size_t kFileKeyBytes = 16;
inline constexpr std::size_t kPayloadNonceBytes = 16;

// One recipient's stanza. Arguments are views of the parsed bytes and live as long as these.
struct Stanza {
  std::vector<std::string_view> arguments;  // at least one: the type
  Bytes body;
};

struct Header {
  std::vector<Stanza> stanzas;         // at least one
  std::array<std::uint8_t, 32> mac{};  // HMAC over `authenticated`
  std::string_view authenticated;      // from the version line to the "---", which is included
  std::size_t bytes = 0;               // with the line feed behind the MAC
};

// Reads the header that `start` begins with. Errors: kInvalid `age_header`, and `age_truncated`
// when `start` ends within it.
[[nodiscard]] Result<Header> parse_header(std::string_view start);

// Writes a header that gives `file_key` to each recipient. Error: kInvalid `bad_recipient` for a
// point of low order.
[[nodiscard]] Result<std::string> write_header(ByteSpan file_key,
                                               std::span<const Recipient> recipients,
                                               Random& random);

[[nodiscard]] Secret payload_key(ByteSpan file_key, ByteSpan nonce);

}  // namespace hansom::age
