// The authority that signs units' requests, from where the site keeps it. For `hansom unit` and
// `hansom key`.
#pragma once

#include <filesystem>

#include "index/cli/certificates.h"
#include "index/site/site_config.h"

namespace hansom::cli {

// ca/unit-ca.pem -> ca/unit-ca-key.pem: the private key in PEM, or one line with its pkcs11: URI.
// Mode 0600 either way.
[[nodiscard]] std::filesystem::path key_beside(const std::filesystem::path& certificate);

// The one the configuration names last: it signs, while certificates of all of them are accepted.
// Errors: kInvalid `key_readable`, `bad_config`, `bad_key_uri`; kUnavailable `key_unavailable`,
// `pin_wrong`; kNotFound, kStorage.
[[nodiscard]] Result<Credentials> open_unit_authority(const site::SiteConfig& config);

}  // namespace hansom::cli
