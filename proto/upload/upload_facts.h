// The spool's files: what they are called, and what is known of an upload from its creation on: one
// small JSON file beside its bytes, written at creation, and once more when a length comes later.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/base/ids.h"
#include "proto/evidence/manifest.pb.h"
#include "proto/upload/rules.h"

namespace hansom::upload {

inline constexpr std::size_t kFactsBytesMax = std::size_t{1024} * 1024;  // of the JSON

struct UploadFacts {
  UploadId id;
  UnitId unit;
  std::string controller;               // the unit's, when the upload was created
  std::optional<std::uint64_t> length;  // nullopt: the client has not said it yet
  std::uint64_t bytes_max = 0;          // that any upload could have when this was created
  Concat concat = Concat::kNone;
  std::vector<UploadId> parts;  // of a final upload, in order
  Checksums representation;     // what the client says the whole has
  std::string metadata;         // Upload-Metadata as it goes back to the unit
  // As it came; its signature was checked at creation. Empty where the host asks for none, and of a
  // partial upload; then there is no clip either.
  std::string manifest_jws;
  evidence::Manifest manifest;
  ClipId clip;  // what the manifest says the sealed bytes are
  UtcTime created;
  UtcTime expires;

  // What the manifest says the length is.
  [[nodiscard]] std::optional<std::uint64_t> promised_length() const {
    if (manifest_jws.empty()) return std::nullopt;
    return manifest.sealed_bytes();
  }
};

// Upload-Concat as it goes back: the parts by their paths under `uploads_path`. Empty for none.
[[nodiscard]] std::string concat_text(const UploadFacts& facts, std::string_view uploads_path);
// The same of the final upload of these parts. Empty for none.
[[nodiscard]] std::string concat_text(std::span<const UploadId> parts,
                                      std::string_view uploads_path);

// The manifest is in it once, as the JWS.
[[nodiscard]] std::string facts_json(const UploadFacts& facts);
// Error: kCorrupt `spool_corrupt`.
[[nodiscard]] Result<UploadFacts> parse_facts(std::string_view json);

// Names of an upload's files: "<id>.clip" for its bytes, "<id>.json" for its facts, and, while
// bytes come whose checksum is still to be seen, "<id>.mark" for the offset behind which nothing
// counts.
[[nodiscard]] std::string clip_file_name(const UploadId& id);
[[nodiscard]] std::string facts_file_name(const UploadId& id);
[[nodiscard]] std::string mark_file_name(const UploadId& id);
enum class SpoolFile { kClip, kFacts, kMark };
struct SpoolName {
  UploadId id;
  SpoolFile file = SpoolFile::kClip;
};
// nullopt: not a name of the spool's.
[[nodiscard]] std::optional<SpoolName> parse_spool_name(std::string_view file_name);

}  // namespace hansom::upload
