// Hashes an upload as a whole.
#include "ingest/upload/whole_digest.h"

#include <algorithm>

namespace hansom::ingest {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1024} * 1024;

Result<upload::Checksum> by_reading(const SpoolUpload& upload, upload::HashAlgorithm algorithm) {
  upload::ContentHash hash(algorithm);
  Bytes block(kBlockBytes);
  for (std::uint64_t at = 0; at < upload.written();) {
    const auto part = MutableByteSpan(block).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), upload.written() - at)));
    HANSOM_TRY(upload.read(at, part));
    hash.update(part);
    at += part.size();
  }
  return hash.finish();
}

}  // namespace

Result<upload::Checksums> whole_digests(SpoolUpload& upload,
                                        const std::vector<upload::HashAlgorithm>& algorithms) {
  upload::Checksums checksums;
  for (const upload::HashAlgorithm algorithm : algorithms) {
    if (algorithm != upload::HashAlgorithm::kSha256) {
      HANSOM_TRY_ASSIGN(upload::Checksum checksum, by_reading(upload, algorithm));
      checksums.push_back(std::move(checksum));
      continue;
    }
    HANSOM_TRY_ASSIGN(const Digest digest, upload.digest());
    checksums.push_back({algorithm, Bytes(digest.bytes.begin(), digest.bytes.end())});
  }
  return checksums;
}

}  // namespace hansom::ingest
