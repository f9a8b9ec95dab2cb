// From a decoded frame of libav to the samples that are measured.
#pragma once

#include "ingest/inspect/inspector/libav_ptr.h"
#include "ingest/inspect/inspector/picture_measures.h"

namespace hansom::ingest {

// Takes kMeasuredRows rows of luma and half as many of each chroma plane, as 8 bits. No rows where
// the frame's format has no luma plane that can be read: RGB, palettes, hardware surfaces.
[[nodiscard]] SampledPicture sample_picture(const AVFrame& frame);

}  // namespace hansom::ingest
