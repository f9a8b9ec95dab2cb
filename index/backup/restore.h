// Builds a site from a backup, into a new folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "index/backup/take.h"

namespace hansom::backup {

struct RestoreOptions {
  std::filesystem::path from;
  std::filesystem::path to;                   // absent or empty
  std::optional<std::filesystem::path> keys;  // what --keys of the backup wrote
  std::string reason;  // of whoever confirms now that newer heads are lost; empty: not confirmed
  Clock* clock = nullptr;
  BackupProgress progress;  // may be empty
};

struct RestoreReport {
  Manifest manifest;
  std::uint64_t objects = 0;
  std::vector<std::string> damaged;  // objects of the list that are gone or hash otherwise
};

// Checks every digest as it copies. A damaged file of the store or the site ends it, and nothing is
// left; damaged objects of the vault are left out and told. The site bears the mark of a restored
// one (restored_mark.h). Blocks. Errors: kConflict `already_exists` (`to` is not empty), kInvalid
// `bad_backup`, kCorrupt `digest_mismatch`, kNotFound, kStorage.
[[nodiscard]] Result<RestoreReport> restore(const RestoreOptions& options);

}  // namespace hansom::backup
