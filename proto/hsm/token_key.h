// A signing key in a PKCS#11 token. README.md has the URI.
#pragma once

#include <memory>
#include <string_view>

#include "proto/base/signing_key.h"

namespace hansom::hsm {

enum class KeyKind { kEd25519, kP256 };

[[nodiscard]] bool is_pkcs11_uri(std::string_view text);

// Opens the token, logs in and finds the key. Blocks. Errors: kInvalid `bad_key_uri` (no URI, no
// module, a PIN in it, several keys); kInvalid `key_readable` (the PIN file); kUnavailable
// `key_unavailable` naming what is missing (module, token, object), `pin_wrong`. No message ever
// holds the PIN.
[[nodiscard]] Result<std::unique_ptr<SigningKey>> open_token_key(std::string_view uri,
                                                                 KeyKind kind);

}  // namespace hansom::hsm
