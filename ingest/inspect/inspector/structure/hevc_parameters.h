// What an H.265 sequence parameter set says before its VUI, as an MP4 repeats it in its index.
// Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// ITU-T H.265, 7.3.2.2.1.
struct HevcParameters {
  std::array<std::uint8_t, 12> profile{};  // general_profile_space to general_level_idc (7.3.3)
  std::uint32_t temporal_layers = 1;
  bool temporal_nesting = false;
  std::uint32_t chroma_format = 1;  // chroma_format_idc
  std::uint32_t luma_bits_over_8 = 0;
  std::uint32_t chroma_bits_over_8 = 0;
  std::uint64_t width_px = 0;  // cropped to the conformance window
  std::uint64_t height_px = 0;
};

// Of a set with its NAL header. Nothing when it makes no sense.
[[nodiscard]] std::optional<HevcParameters> read_hevc_parameters(ByteSpan sps);

}  // namespace hansom::ingest
