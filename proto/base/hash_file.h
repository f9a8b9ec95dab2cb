// The digest of a file's bytes, and copying while hashing. Nothing here syncs.
#pragma once

#include <filesystem>

#include "proto/base/sha256.h"

namespace hansom {

struct FileFacts {
  std::uint64_t bytes = 0;
  Digest sha256;
};

// Reads to the end, 1 MiB at a time, following no symbolic link. Errors: those of durable (kStorage
// `storage_failed`, `disk_full`; kNotFound `not_found`).
[[nodiscard]] Result<FileFacts> hash_file(const std::filesystem::path& file);
// Copies into a new file of this mode (kConflict `already_exists`) and hashes what went through.
[[nodiscard]] Result<FileFacts> copy_file(const std::filesystem::path& from,
                                          const std::filesystem::path& to, unsigned mode);

}  // namespace hansom
