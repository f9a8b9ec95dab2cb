// What the tests of the inspector share: the real program, run on bytes at hand.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ingest/inspect/inspector_process.h"
#include "proto/base/bytes.h"

namespace hansom::test {

// The real hansom-inspector with the limits of the server.
[[nodiscard]] ingest::InspectorOptions real_inspector();

// Inspects and expects that this machine allows it (a gtest failure otherwise).
[[nodiscard]] ingest::Inspection inspect_bytes(
    ByteSpan clip, const ingest::InspectorOptions& options = real_inspector());

// The same at a level: "headers", "keyframes" or "full".
[[nodiscard]] evidence::Report inspect_at(const std::string& level, ByteSpan clip);

[[nodiscard]] Bytes read_whole(const std::filesystem::path& path);

// Makes a clip with the ffmpeg command: `arguments` stand between "ffmpeg" and the name of the
// output file, which ends with `suffix`. Nothing when ffmpeg is not installed; fails the test when
// it cannot.
[[nodiscard]] std::optional<Bytes> make_clip(const std::vector<std::string>& arguments,
                                             const std::string& suffix);

// Two seconds of H.264 and AAC in MP4, small; what hostile clips are made from.
[[nodiscard]] std::optional<Bytes> make_small_clip();

}  // namespace hansom::test
