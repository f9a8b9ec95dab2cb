// One key from where the configuration names it.
#pragma once

#include <filesystem>
#include <string>

#include "proto/age/age.h"
#include "proto/tlog/checkpoint.h"

namespace hansom::site {

// `place` is a file or a pkcs11: URI. Errors of both: kInvalid `key_readable`, `bad_journal_key`,
// `bad_identity`, `bad_key_uri`; kUnavailable `key_unavailable`, `pin_wrong`; kNotFound, kStorage;
// each naming the key.
[[nodiscard]] Result<tlog::Signer> open_journal_key(const std::string& origin,
                                                    const std::string& place);
// The file is what age-keygen writes: comment lines, then the key.
[[nodiscard]] Result<age::Identity> open_identity(const std::filesystem::path& file);

}  // namespace hansom::site
