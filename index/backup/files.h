// Files of a backup, linked or (proto/base/hash_file) copied. Nothing is synced one by one: whoever
// copies many ends with sync_all_under().
#pragma once

#include <filesystem>

#include "proto/base/result.h"

namespace hansom::backup {

// Errors of every call: those of durable (kStorage `storage_failed`, `disk_full`; kNotFound
// `not_found`).

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
