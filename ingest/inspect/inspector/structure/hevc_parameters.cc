// Sequence parameter sets of H.265: see hevc_parameters.h.
#include "ingest/inspect/inspector/structure/hevc_parameters.h"

#include "ingest/inspect/inspector/sources/bit_reader.h"
#include "ingest/inspect/inspector/sources/emulation_prevention.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kSetBytesMax = 4096;  // that are looked at; what is read here stands in front

// The profiles and levels of the lower temporal layers (7.3.3).
void skip_layers(BitReader& bits, std::uint32_t layers) {
  std::array<bool, 8> has_profile{};
  std::array<bool, 8> has_level{};
  for (std::uint32_t i = 0; i < layers; ++i) {
    has_profile[i] = bits.flag();
    has_level[i] = bits.flag();
  }
  if (layers > 0) bits.skip(2 * std::size_t{8 - layers});
  for (std::uint32_t i = 0; i < layers; ++i) {
    if (has_profile[i]) bits.skip(88);
    if (has_level[i]) bits.skip(8);
  }
}

}  // namespace

std::optional<HevcParameters> read_hevc_parameters(ByteSpan sps) {
  if (sps.size() < 2) return std::nullopt;
  Bytes raw;
  append_without_prevention(sps.subspan(2), raw, kSetBytesMax);
  BitReader bits(raw);
  HevcParameters parameters;
  bits.skip(4);  // of which VPS
  const std::uint32_t lower_layers = bits.u(3);
  if (lower_layers > 6) return std::nullopt;
  parameters.temporal_layers = lower_layers + 1;
  parameters.temporal_nesting = bits.flag();
  for (std::uint8_t& byte : parameters.profile) byte = static_cast<std::uint8_t>(bits.u(8));
  skip_layers(bits, lower_layers);
  bits.ue();  // its number
  parameters.chroma_format = bits.ue();
  if (parameters.chroma_format > 3) return std::nullopt;
  const bool has_planes = parameters.chroma_format == 3 && bits.flag();
  parameters.width_px = bits.ue();
  parameters.height_px = bits.ue();
  if (bits.flag()) {
    const bool halves = !has_planes && parameters.chroma_format != 0;
    const std::uint64_t unit_x = halves && parameters.chroma_format != 3 ? 2 : 1;
    const std::uint64_t unit_y = halves && parameters.chroma_format == 1 ? 2 : 1;
    const std::uint64_t crop_x = (std::uint64_t{bits.ue()} + bits.ue()) * unit_x;
    const std::uint64_t crop_y = (std::uint64_t{bits.ue()} + bits.ue()) * unit_y;
    if (crop_x >= parameters.width_px || crop_y >= parameters.height_px) return std::nullopt;
    parameters.width_px -= crop_x;
    parameters.height_px -= crop_y;
  }
  parameters.luma_bits_over_8 = bits.ue();
  parameters.chroma_bits_over_8 = bits.ue();
  const bool makes_sense = bits.ok() && parameters.luma_bits_over_8 <= 8 &&
                           parameters.chroma_bits_over_8 <= 8 && parameters.width_px > 0 &&
                           parameters.height_px > 0;
  return makes_sense ? std::optional(parameters) : std::nullopt;
}

}  // namespace hansom::ingest
