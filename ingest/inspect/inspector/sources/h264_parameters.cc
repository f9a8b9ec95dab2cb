// Sequence parameter sets: see h264_parameters.h.
#include "ingest/inspect/inspector/sources/h264_parameters.h"

#include <algorithm>
#include <array>

namespace hansom::ingest {
namespace {

constexpr std::uint32_t kCyclesMax = 255;  // num_ref_frames_in_pic_order_cnt_cycle

bool has_chroma(std::uint32_t profile) {
  constexpr std::array<std::uint32_t, 13> kProfiles{100, 110, 122, 244, 44,  83, 86,
                                                    118, 128, 138, 139, 134, 135};
  return std::find(kProfiles.begin(), kProfiles.end(), profile) != kProfiles.end();
}

void skip_scaling_lists(BitReader& bits, std::uint32_t chroma_format) {
  const int lists = chroma_format != 3 ? 8 : 12;
  for (int list = 0; list < lists && bits.ok(); ++list) {
    if (!bits.flag()) continue;
    std::int32_t last = 8;
    std::int32_t next = 8;
    for (int i = 0; i < (list < 6 ? 16 : 64) && bits.ok(); ++i) {
      if (next != 0) next = (last + bits.se() % 256 + 256) % 256;
      if (next != 0) last = next;
    }
  }
}

}  // namespace

std::optional<H264Parameters> read_h264_parameters(BitReader& bits) {
  H264Parameters parameters;
  const std::uint32_t profile = bits.u(8);
  bits.skip(16);  // constraints and level
  bits.ue();      // its number
  if (has_chroma(profile)) {
    parameters.chroma_format = bits.ue();
    if (parameters.chroma_format == 3) bits.skip(1);
    bits.ue();
    bits.ue();
    bits.skip(1);
    if (bits.flag()) skip_scaling_lists(bits, parameters.chroma_format);
  }
  bits.ue();  // log2_max_frame_num
  const std::uint32_t order = bits.ue();
  if (order == 0) bits.ue();
  if (order == 1) {
    bits.skip(1);
    bits.se();
    bits.se();
    const std::uint32_t cycles = bits.ue();
    if (cycles > kCyclesMax) return std::nullopt;
    for (std::uint32_t i = 0; i < cycles; ++i) bits.se();
  }
  bits.ue();  // reference frames
  bits.skip(1);
  parameters.width_mbs = std::uint64_t{bits.ue()} + 1;
  parameters.height_units = std::uint64_t{bits.ue()} + 1;
  parameters.frames_only = bits.flag();
  if (!parameters.frames_only) bits.skip(1);
  bits.skip(1);
  if (bits.flag()) {
    parameters.crop_x = bits.ue();
    parameters.crop_x += bits.ue();
    parameters.crop_y = bits.ue();
    parameters.crop_y += bits.ue();
  }
  return bits.ok() ? std::optional(parameters) : std::nullopt;
}

}  // namespace hansom::ingest
