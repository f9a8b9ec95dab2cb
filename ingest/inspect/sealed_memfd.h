// Bytes in memory that nobody can change any more: what an inspector is fed.
#pragma once

#include <cstdint>

#include "proto/age/age.h"
#include "proto/base/bytes.h"
#include "proto/base/durable_file.h"

namespace hansom::ingest {

// Opens a whole sealed object into a memfd sealed against shrinking, growing, writing and further
// seals. Takes the memory of the plaintext and one buffer of 1 MiB; blocks while reading.
// Errors: kTooLarge `inspect_too_large` above bytes_max, kUnavailable `inspect_memory` when memory
// is short (try again later), and those of Opener::read.
[[nodiscard]] Result<FileDescriptor> open_to_memfd(age::Opener& opener, std::uint64_t bytes_max);

// The same from bytes at hand.
[[nodiscard]] Result<FileDescriptor> bytes_to_memfd(ByteSpan bytes);

}  // namespace hansom::ingest
