// Puts the bytes of several files behind each other in one, hashing them on the way.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "proto/base/durable_file.h"
#include "proto/base/running_sha256.h"

namespace hansom::ingest {

struct FilePart {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

// Copies all of `parts` in order to the start of `out`. Where the file system shares blocks
// (FICLONERANGE) and places allow it, nothing is copied; every byte is read once for the hash, but
// those of the first part where `first` is their running hash. Returns the hash of the whole.
// Nothing is synced. Blocks. Error: kStorage.
[[nodiscard]] Result<RunningSha256> join_files(const FileDescriptor& out,
                                               const std::filesystem::path& out_path,
                                               const std::vector<FilePart>& parts,
                                               std::optional<RunningSha256> first);

}  // namespace hansom::ingest
