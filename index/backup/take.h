// Takes a backup of a running site: THE LIFE OF A BACKUP is in take.cc, step by step.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "index/backup/manifest.h"
#include "index/site/site_config.h"

namespace hansom::backup {

// What the running server does for a backup; each call is recorded there.
struct BackupServer {
  struct Begun {
    std::string backup_id;
    std::uint64_t tree_size = 0;
    Digest root;
    std::string checkpoint;
  };
  // Copies its store to config.backups()/<backup_id>; ends what an earlier call began.
  std::function<Result<Begun>()> begin;
  // The backup stands; the copy may go.
  std::function<Status(const Manifest& manifest, const Digest& manifest_sha256, bool with_keys)>
      finish;
};

// Called now and then: what is being done ("vault", "store"), how much, of how much.
using BackupProgress =
    std::function<void(std::string_view stage, std::uint64_t done, std::uint64_t total)>;

struct TakeOptions {
  std::filesystem::path config_file;
  site::SiteConfig config;                    // of that file
  std::filesystem::path out;                  // absent, empty, or a backup of the same site
  std::optional<std::filesystem::path> keys;  // where the secrets go; never under `out`
  bool list_only = false;                     // the vault is listed, not copied
  Clock* clock = nullptr;                     // required
  BackupProgress progress;                    // may be empty
};

struct TakeReport {
  Manifest manifest;
  Digest manifest_sha256;
  std::uint64_t objects_new = 0;      // linked or copied now
  std::uint64_t objects_removed = 0;  // destroyed since the backup before this one
  std::uint64_t secrets = 0;          // files in the folder of keys
};

// Blocks. When it returns, everything is durable and recorded. Beside running uploads and sweeps.
// Errors: kConflict `already_exists` (a folder that is no backup of this site, or keys under it),
// kUnavailable `store_locked` (another backup writes there), kStorage, kCorrupt `vault_corrupt`,
// those of the server. A backup that was in `out` before stays whole until the new one stands.
[[nodiscard]] Result<TakeReport> take(const TakeOptions& options, const BackupServer& server);

}  // namespace hansom::backup
