// Samples of a frame: see sample_picture.h.
#include "ingest/inspect/inspector/sample_picture.h"

#include <algorithm>
#include <cstring>

#include "ingest/inspect/inspector/finding_rules.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace hansom::ingest {
namespace {

constexpr std::uint64_t kUnreadable = AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_PAL |
                                      AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL |
                                      AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_FLOAT;

void copy_row(const std::uint8_t* row, const AVComponentDescriptor& component, std::size_t width,
              std::uint8_t* out) {
  const std::uint8_t* from = row + component.offset;
  const auto step = static_cast<std::size_t>(component.step);
  if (component.depth == 8 && step == 1) {
    std::memcpy(out, from, width);
  } else if (component.depth == 8) {
    for (std::size_t x = 0; x < width; ++x) out[x] = from[x * step];
  } else {  // 9 to 16 bits, little-endian
    for (std::size_t x = 0; x < width; ++x) {
      const unsigned word = from[x * step] | (static_cast<unsigned>(from[x * step + 1]) << 8U);
      const unsigned value = (word >> static_cast<unsigned>(component.shift)) &
                             ((1U << static_cast<unsigned>(component.depth)) - 1);
      out[x] = static_cast<std::uint8_t>(value >> static_cast<unsigned>(component.depth - 8));
    }
  }
}

void sample_plane(const AVFrame& frame, const AVComponentDescriptor& component, int width,
                  int height, std::size_t rows_max, SampledPlane& out) {
  const std::uint8_t* data = frame.data[component.plane];
  if (data == nullptr || width <= 0 || height <= 0) return;
  out.width = static_cast<std::size_t>(width);
  out.rows = std::min(rows_max, static_cast<std::size_t>(height));
  out.samples.resize(out.width * out.rows);
  for (std::size_t row = 0; row < out.rows; ++row) {
    const auto y = static_cast<std::ptrdiff_t>(row * static_cast<std::size_t>(height) / out.rows);
    copy_row(data + y * frame.linesize[component.plane], component, out.width,
             out.samples.data() + row * out.width);
  }
}

}  // namespace

SampledPicture sample_picture(const AVFrame& frame) {
  SampledPicture picture;
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
  if (description == nullptr || (description->flags & kUnreadable) != 0 ||
      description->comp[0].depth < 8 || description->comp[0].depth > 16) {
    return picture;
  }
  picture.full_range = frame.color_range == AVCOL_RANGE_JPEG || format == AV_PIX_FMT_YUVJ420P ||
                       format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P;
  sample_plane(frame, description->comp[0], frame.width, frame.height, kMeasuredRows, picture.luma);
  if (description->nb_components < 3) return picture;
  const int width = AV_CEIL_RSHIFT(frame.width, description->log2_chroma_w);
  const int height = AV_CEIL_RSHIFT(frame.height, description->log2_chroma_h);
  sample_plane(frame, description->comp[1], width, height, kMeasuredRows / 2, picture.u);
  sample_plane(frame, description->comp[2], width, height, kMeasuredRows / 2, picture.v);
  return picture;
}

}  // namespace hansom::ingest
