// Plain writing, for who syncs later or not at all. Of durable_file.cc.
#pragma once

#include <filesystem>

#include "proto/base/bytes.h"

namespace hansom::durable {

// Writes all of `bytes` to an open descriptor, without a sync. Blocks. Errors: kStorage
// `storage_failed`, `disk_full`; then some of them may be written.
[[nodiscard]] Status write_all(int fd, ByteSpan bytes, const std::filesystem::path& path);

}  // namespace hansom::durable
