// Files of a backup: link, copy and hash. Nothing here is synced one by one: whoever copies many
// ends with sync_all_under().
#pragma once

#include <filesystem>

#include "proto/base/sha256.h"

namespace hansom::backup {

struct FileFacts {
  std::uint64_t bytes = 0;
  Digest sha256;
};

// Errors of every call: those of durable (kStorage `storage_failed`, `disk_full`; kNotFound
// `not_found`).

[[nodiscard]] Result<FileFacts> hash_file(const std::filesystem::path& file);
// Copies into a new file of this mode (kConflict `already_exists`) and hashes what went through.
[[nodiscard]] Result<FileFacts> copy_file(const std::filesystem::path& from,
                                          const std::filesystem::path& to, unsigned mode);
// A second name for the same bytes; false where the file system cannot: another one, or too many
// names.
[[nodiscard]] Result<bool> link_file(const std::filesystem::path& from,
                                     const std::filesystem::path& to);
[[nodiscard]] Result<std::uint64_t> file_bytes(const std::filesystem::path& file);
// Everything written to the file system of `directory` is durable when it returns.
[[nodiscard]] Status sync_all_under(const std::filesystem::path& directory);
// Makes it with its parents, where they are missing.
[[nodiscard]] Status make_folder(const std::filesystem::path& directory, unsigned mode = 0750);

}  // namespace hansom::backup
