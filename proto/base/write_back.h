// What a process that starts can learn of the write-backs of those before it. Of durable_file.cc,
// the only place that syncs.
#pragma once

#include <filesystem>

#include "proto/base/result.h"

namespace hansom::durable {

// Waits until what is on its way to the disk of this file is there. An error if a write-back of it
// has failed since anybody was told: Linux (4.13) tells each failure of a file once to the next
// descriptor that asks, of whatever process; a syncfs that failed leaves these untold, and a failed
// fdatasync leaves it to the next syncfs (5.8) to tell of its failure once more. Makes nothing
// durable. Blocks. Error: kStorage `storage_failed`.
[[nodiscard]] Status check_write_back(int fd, const std::filesystem::path& path);

}  // namespace hansom::durable
