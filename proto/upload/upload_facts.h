// The spool's files: what they are called, and what is known of an upload from its creation on: one
// small JSON file beside its bytes, written once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/base/ids.h"
#include "proto/evidence/manifest.pb.h"

namespace hansom::upload {

inline constexpr std::size_t kFactsBytesMax = std::size_t{1024} * 1024;  // of the JSON

struct UploadFacts {
  UploadId id;
  UnitId unit;
  std::string controller;  // the unit's, when the upload was created
  std::uint64_t length = 0;
  std::string metadata;  // Upload-Metadata as it goes back to the unit
  // As it came; its signature was checked at creation. Empty where the host asks for none; then
  // there is no clip either.
  std::string manifest_jws;
  evidence::Manifest manifest;
  ClipId clip;  // what the manifest says the sealed bytes are
  UtcTime created;
  UtcTime expires;
};

// The manifest is in it once, as the JWS.
[[nodiscard]] std::string facts_json(const UploadFacts& facts);
// Error: kCorrupt `spool_corrupt`.
[[nodiscard]] Result<UploadFacts> parse_facts(std::string_view json);

// Names of an upload's two files: "<id>.clip" for its bytes, "<id>.json" for its facts.
[[nodiscard]] std::string clip_file_name(const UploadId& id);
[[nodiscard]] std::string facts_file_name(const UploadId& id);
struct SpoolName {
  UploadId id;
  bool is_facts = false;  // else the bytes
};
// nullopt: not a name of the spool's.
[[nodiscard]] std::optional<SpoolName> parse_spool_name(std::string_view file_name);

}  // namespace hansom::upload
