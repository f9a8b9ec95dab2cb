// A unit's key and the request for its certificate.
#pragma once

#include <string>

#include "proto/base/ids.h"
#include "proto/base/secret.h"

namespace hansom::ingest {

// A fresh P-256 key, PKCS #8 in PEM.
[[nodiscard]] Secret make_unit_key();

// A PKCS #10 request in PEM for this key, signed by it: subject CN = the unit's name, and the
// subject alternative name urn:hansom:unit:<name> that the server knows it by. Error: kInvalid
// `bad_unit_key` unless the PEM is a P-256 key.
[[nodiscard]] Result<std::string> make_certificate_request(const UnitId& unit,
                                                           const Secret& key_pem);

}  // namespace hansom::ingest
