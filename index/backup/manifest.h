// What a backup says of itself: manifest.json, and the list of its files. README.md has the format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/sha256.h"

namespace hansom::backup {

inline constexpr std::string_view kManifestName = "manifest.json";

enum class VaultForm { kLinked, kCopied, kListed };
[[nodiscard]] std::string_view word_of(VaultForm form);

struct Manifest {
  std::string backup_id;
  std::string origin;
  std::string version;  // of the program that took it
  UtcTime taken;
  std::uint64_t tree_size = 0;  // of the journal in it
  Digest root;
  std::string checkpoint;  // the signed head over tree_size
  VaultForm vault = VaultForm::kCopied;
  std::uint64_t vault_objects = 0;
  std::uint64_t vault_bytes = 0;
  std::vector<std::string> missing;      // objects the journal names and the vault did not have
  std::vector<std::string> not_covered;  // files the configuration names outside the site's folder
  std::string list;                      // the name of the list of files, beside the manifest
  Digest list_sha256;

  [[nodiscard]] std::string store_folder() const { return "store-" + backup_id; }
  [[nodiscard]] std::string site_folder() const { return "site-" + backup_id; }
};

[[nodiscard]] std::string manifest_json(const Manifest& manifest);
// Error: kInvalid `bad_backup`, also for a format this program does not know.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view json);

// One line of the list, as `sha256sum -c` reads it: "<hex>  <path>".
struct ListedFile {
  Digest sha256;
  std::string path;  // relative to the backup's folder, without ".."
};
[[nodiscard]] std::string list_text(const std::vector<ListedFile>& files);
// Error: kInvalid `bad_backup` (a line that is none, a path that leads out).
[[nodiscard]] Result<std::vector<ListedFile>> parse_list(std::string_view text);

}  // namespace hansom::backup
