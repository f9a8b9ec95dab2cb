// The mark of a restored site: a file in its data folder that bars the start until a person has
// said that newer heads are lost, and until the journal has recorded it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "proto/base/clock.h"
#include "proto/base/sha256.h"

namespace hansom::backup {

inline constexpr const char* kRestoredMarkName = "restored.json";

struct RestoredMark {
  std::string backup_id;
  std::uint64_t tree_size = 0;
  Digest root;
  Digest manifest_sha256;
  UtcTime taken;
  std::string reason;  // empty: not confirmed
  UtcTime confirmed;
};

// nullopt: the site was not restored, or its restoration is recorded. Errors: kInvalid
// `bad_backup` (damaged), kStorage.
[[nodiscard]] Result<std::optional<RestoredMark>> read_restored_mark(
    const std::filesystem::path& data);
[[nodiscard]] Status write_restored_mark(const std::filesystem::path& data,
                                         const RestoredMark& mark);
[[nodiscard]] Status remove_restored_mark(const std::filesystem::path& data);

}  // namespace hansom::backup
