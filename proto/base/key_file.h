// Files that hold a secret: nobody but their owner may read them, checked whenever they are read.
#pragma once

#include <filesystem>

#include "proto/base/secret.h"

namespace hansom {

// Errors: kInvalid `key_readable` when the group or others may read or write it; kTooLarge
// `file_too_large` above 16 KiB; kNotFound `not_found`; kStorage.
[[nodiscard]] Result<Secret> read_key_file(const std::filesystem::path& path);

}  // namespace hansom
