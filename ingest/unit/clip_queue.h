// The queue folder of a unit: sealed clips with their manifests, what is known of their uploads,
// and their receipts.
//
// A clip is <id>.age, its manifest <id>.jws, its upload <id>.upload.json, its receipt
// <id>.receipt.json. The manifest is written last of a sealed clip, so a clip without one is not
// yet, or never, to be sent.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/ids.h"

namespace hansom::ingest {

struct QueuedClip {
  ClipId id;
  std::filesystem::path sealed;
  std::filesystem::path manifest;
  std::filesystem::path state;
  std::filesystem::path receipt;
  std::uint64_t sealed_bytes = 0;
};

[[nodiscard]] QueuedClip clip_in(const std::filesystem::path& queue, const ClipId& id);

// The clips that wait, oldest manifest first. A folder that is not there is empty. Error: kStorage.
[[nodiscard]] Result<std::vector<QueuedClip>> waiting_clips(const std::filesystem::path& queue);
// The clip of one sealed file, waiting or not. Errors: kNotFound `not_found`, kInvalid `bad_digest`
// for a name that is not "<64 hex digits>.age".
[[nodiscard]] Result<QueuedClip> find_clip(const std::filesystem::path& sealed);

// What a break or a kill must not forget.
struct UploadState {
  std::string server;  // the URL it was created at; another server does not know it
  std::string upload;  // path or URL of the upload resource

  [[nodiscard]] std::string json() const;
  // Error: kInvalid `bad_json`.
  [[nodiscard]] static Result<UploadState> parse(std::string_view json);
};

// The state of an upload to `server`; nothing when there is none, it is of another server or cannot
// be read.
[[nodiscard]] std::optional<UploadState> read_state(const QueuedClip& clip,
                                                    std::string_view server);
[[nodiscard]] Status write_state(const QueuedClip& clip, const UploadState& state);

// Upload-Metadata of a clip: `manifest` and the base64 of the JWS (tus 1.0.0, creation).
[[nodiscard]] std::string upload_metadata(std::string_view manifest_jws);

}  // namespace hansom::ingest
