// Keys of Family::kRegister that are access's: tokens by their id and by their digest.
#pragma once

#include "index/catalogue/row_io.h"

namespace hansom::access {

// An empty id gives the prefix of all.
[[nodiscard]] inline Bytes token_key(std::string_view token_id) {
  return catalogue::key_of('t', token_id);
}
// Leads to the token's id.
[[nodiscard]] inline Bytes token_digest_key(ByteSpan token_sha256) {
  return catalogue::key_of('h', token_sha256);
}

}  // namespace hansom::access
