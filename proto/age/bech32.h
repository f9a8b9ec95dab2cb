// Bech32 (BIP 173) without its limit of 90 characters, as age writes keys. For proto/age only.
#pragma once

#include <string_view>

#include "proto/base/secret.h"

namespace hansom::age {

// "<prefix>1<data><checksum>"; all upper case when the prefix is, else all lower. Requires: a
// prefix of one case.
[[nodiscard]] Secret bech32_encode(std::string_view prefix, ByteSpan data);
// The data of a text whose prefix is exactly `prefix`, case and all. Error: kInvalid
// `bad_encoding`; the message tells what is wrong and never repeats the text, which may be a
// secret.
[[nodiscard]] Result<Secret> bech32_decode(std::string_view prefix, std::string_view text);

}  // namespace hansom::age
