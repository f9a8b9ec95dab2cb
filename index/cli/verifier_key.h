// The journal's verifier key, from a file or the site.
#pragma once

#include <filesystem>

#include "index/cli/session.h"
#include "proto/tlog/checkpoint.h"

namespace hansom::cli {

// `file` when it is given, else the site's. Errors: kInvalid `bad_config` without either,
// `bad_verifier_key`; kNotFound `not_found`.
[[nodiscard]] Result<tlog::VerifierKey> verifier_key(const Session& session,
                                                     const std::filesystem::path& file);

}  // namespace hansom::cli
