// Keys of Family::kRegister that are of this room: journal keys, vault recipients, authorities.
#pragma once

#include "index/catalogue/row_io.h"
#include "proto/base/ids.h"

namespace hansom::keys {

// By the leaf of the rotation; no leaf gives the prefix of all, which sorts in their order.
[[nodiscard]] inline Bytes rotations_prefix() {
  return catalogue::key_of('j', std::string_view());
}
[[nodiscard]] inline Bytes rotation_key(LeafIndex leaf) {
  return catalogue::key_of('j', catalogue::u64_key(to_u64(leaf)));
}
// An empty recipient gives the prefix of all.
[[nodiscard]] inline Bytes recipient_key(std::string_view recipient) {
  return catalogue::key_of('i', recipient);
}
// By the certificate's SHA-256; empty gives the prefix of all.
[[nodiscard]] inline Bytes authority_key(std::string_view certificate_sha256) {
  return catalogue::key_of('a', certificate_sha256);
}

}  // namespace hansom::keys
