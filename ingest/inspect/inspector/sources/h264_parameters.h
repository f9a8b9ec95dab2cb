// What an H.264 sequence parameter set says before its VUI. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "ingest/inspect/inspector/sources/bit_reader.h"

namespace hansom::ingest {

// ITU-T H.264, 7.3.2.1.1.
struct H264Parameters {
  std::uint32_t chroma_format = 1;  // chroma_format_idc
  std::uint64_t width_mbs = 0;      // macroblocks of 16 samples
  std::uint64_t height_units = 0;   // macroblocks, or pairs of them
  bool frames_only = false;         // a unit of height is one macroblock
  std::uint64_t crop_x = 0;         // left and right together, in crop units
  std::uint64_t crop_y = 0;
};

// Requires: a reader behind the NAL header of a set without emulation prevention; it is left at
// vui_parameters_present_flag. Nothing when the set makes no sense.
[[nodiscard]] std::optional<H264Parameters> read_h264_parameters(BitReader& bits);

}  // namespace hansom::ingest
