// Digests of all bytes of an upload, for those who ask for more than the one the server keeps.
#pragma once

#include "ingest/upload/spool_upload.h"
#include "proto/upload/checksum.h"

namespace hansom::ingest {

// In the order of `algorithms`. SHA-256 is at hand; any other reads the file once. Blocks.
// Requires: the lease. Error: kStorage.
[[nodiscard]] Result<upload::Checksums> whole_digests(
    SpoolUpload& upload, const std::vector<upload::HashAlgorithm>& algorithms);

}  // namespace hansom::ingest
