// Seals a media file into the queue: reads it once, hashes both sides, leaves either a whole sealed
// file or none.
#pragma once

#include <filesystem>
#include <span>

#include "ingest/unit/clip_queue.h"
#include "proto/age/age.h"

namespace hansom::ingest {

struct SealedFile {
  QueuedClip clip;
  Digest media;
  std::uint64_t media_bytes = 0;
};

// Writes <queue>/<id>.age durably; the queue folder is made where missing. Errors: kStorage,
// kNotFound `not_found`, kInvalid `bad_recipient`. Blocks. Requires: at least one recipient.
[[nodiscard]] Result<SealedFile> seal_file(const std::filesystem::path& media,
                                           const std::filesystem::path& queue,
                                           std::span<const age::Recipient> recipients,
                                           Random& random);

}  // namespace hansom::ingest
