// The vault: where sealed clips and sealed derivatives lie, named by the SHA-256 of their sealed
// bytes. One of the two seams. Any thread; calls block.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "proto/base/ids.h"

namespace hansom::vault {

class SealedObject {
 public:
  virtual ~SealedObject() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  // Fills `out` from `offset`. Error: kStorage `storage_failed`, kCorrupt `vault_corrupt` when it
  // ends early.
  [[nodiscard]] virtual Status read(std::uint64_t offset, MutableByteSpan out) const = 0;
};

class Vault {
 public:
  virtual ~Vault() = default;
  // Moves a finished, synced spool file in under `name`. If the name is there already, the spool
  // file goes if it has not gone before: one master. Returns the folder whose sync makes the name
  // durable: the caller syncs it, with those of others. Error: kNotFound `vault_missing` when there
  // is neither. Requires: the caller has hashed these bytes.
  [[nodiscard]] virtual Result<std::filesystem::path> adopt(const std::filesystem::path& spool_file,
                                                            const Digest& name) = 0;
  // Stores small bytes under their digest. Idempotent.
  [[nodiscard]] virtual Result<Digest> put(ByteSpan bytes) = 0;
  // Error: kNotFound `vault_missing`.
  [[nodiscard]] virtual Result<std::unique_ptr<SealedObject>> open(const Digest& name) const = 0;
  // Removes it durably; a missing object is success.
  [[nodiscard]] virtual Status destroy(const Digest& name) = 0;
  [[nodiscard]] virtual Status for_each(
      const std::function<bool(const Digest& name, std::uint64_t bytes)>& visit) const = 0;
};

enum class VaultMode {
  kServe,     // makes the folders where missing and removes what a crash cut short; one process
  kReadOnly,  // changes nothing; also beside a running server
};
// One file an object: <directory>/<first two hex digits>/<64 hex digits>.age, mode 0440. Error of
// kReadOnly: kNotFound `not_found` where the directory is missing.
[[nodiscard]] Result<std::unique_ptr<Vault>> open_file_vault(const std::filesystem::path& directory,
                                                             VaultMode mode = VaultMode::kServe);

// What lies in the vault's folders and is no object. `leftover`: the beginning of an object that a
// crash cut short (nobody was told of it); the next start removes it.
struct ForeignFile {
  std::filesystem::path path;
  bool leftover = false;
};
// Error: kStorage `storage_failed`.
[[nodiscard]] Result<std::vector<ForeignFile>> list_foreign_files(
    const std::filesystem::path& directory);

}  // namespace hansom::vault
