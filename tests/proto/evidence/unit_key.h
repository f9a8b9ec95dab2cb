// Keys as units have them, for tests of signatures.
#pragma once

#include <string>

#include "proto/base/secret.h"

namespace hansom::evidence::test {

struct KeyPair {
  Secret private_pem;
  Bytes public_spki_der;
};

// A fresh EC key on the named OpenSSL group; "P-256" is what units have.
[[nodiscard]] KeyPair make_key(const std::string& group = "P-256");
[[nodiscard]] KeyPair make_ed25519_key();

}  // namespace hansom::evidence::test
