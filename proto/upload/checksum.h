// Digests that requests carry: tus checksums (Upload-Checksum) and digest fields (RFC 9530:
// Content-Digest, Repr-Digest, Want-Repr-Digest).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"

namespace hansom::upload {

enum class HashAlgorithm { kSha1, kSha256, kSha512 };
inline constexpr std::string_view kTusChecksumAlgorithms = "sha1,sha256";

struct Checksum {
  HashAlgorithm algorithm = HashAlgorithm::kSha256;
  Bytes value;  // as long as the algorithm's digests are
  bool operator==(const Checksum&) const = default;
};
using Checksums = std::vector<Checksum>;

// Reads Upload-Checksum: the algorithm's name, a space, base64. Errors: kInvalid
// `checksum_algorithm` for one that is not ours; `bad_upload_field` for the rest.
[[nodiscard]] Result<Checksum> parse_tus_checksum(std::string_view value);

// Reads Content-Digest or Repr-Digest. Algorithms that are not ours (sha-256, sha-512) are left
// out, as is a value that is no digest of its algorithm; a malformed field has none.
[[nodiscard]] Checksums parse_digest_field(std::string_view value);
[[nodiscard]] std::string digest_field(const Checksums& checksums);

// Of Want-Repr-Digest: ours by falling preference; those with preference 0 are not among them.
[[nodiscard]] std::vector<HashAlgorithm> parse_wanted_digests(std::string_view value);

// One running hash, of either algorithm. Movable, not thread-safe.
class ContentHash {
 public:
  explicit ContentHash(HashAlgorithm algorithm);
  ~ContentHash();
  ContentHash(ContentHash&&) noexcept;
  ContentHash& operator=(ContentHash&&) noexcept;

  void update(ByteSpan bytes);
  [[nodiscard]] Checksum finish();          // starts afresh afterwards
  [[nodiscard]] ContentHash clone() const;  // of the same bytes, to go its own way

 private:
  struct Context;
  HashAlgorithm algorithm_;
  std::unique_ptr<Context> context_;
};

}  // namespace hansom::upload
