// One decoded picture as a small JPEG.
#pragma once

#include <cstdint>
#include <optional>

#include "ingest/inspect/inspector/libav_ptr.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

struct Jpeg {
  int width_px = 0;
  int height_px = 0;
  Bytes bytes;
};

// Scales to kThumbnailWidthPx, keeping the picture's shape as it is shown (sample aspect ratio);
// rotation is left to the viewer. Nothing when the picture cannot be scaled or the JPEG would be
// over kThumbnailBytesMax.
[[nodiscard]] std::optional<Jpeg> make_thumbnail(const AVFrame& picture);

}  // namespace hansom::ingest
