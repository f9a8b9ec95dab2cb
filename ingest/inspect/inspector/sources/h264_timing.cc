// Picture timing: see h264_timing.h.
#include "ingest/inspect/inspector/sources/h264_timing.h"

#include <array>
#include <cstdio>

#include "ingest/inspect/inspector/sources/bit_reader.h"
#include "ingest/inspect/inspector/sources/h264_parameters.h"

namespace hansom::ingest {
namespace {

constexpr std::uint32_t kCpbMax = 31;  // cpb_cnt_minus1

void read_hrd(BitReader& bits, H264Timing& timing) {
  const std::uint32_t count = bits.ue();
  if (count > kCpbMax) return bits.skip(SIZE_MAX);
  bits.skip(8);
  for (std::uint32_t i = 0; i <= count; ++i) {
    bits.ue();
    bits.ue();
    bits.skip(1);
  }
  bits.skip(5);
  timing.removal_bits = bits.u(5) + 1;
  timing.output_bits = bits.u(5) + 1;
  timing.offset_bits = bits.u(5);
  timing.has_delays = true;
}

struct Clock {
  std::uint32_t hours = 0;
  std::uint32_t minutes = 0;
  std::uint32_t seconds = 0;
  std::uint32_t frames = 0;
};

// The clock of both messages from full_timestamp_flag on. Nothing where a part of it is left out.
std::optional<Clock> read_clock(BitReader& bits, unsigned frame_bits) {
  Clock clock;
  const bool full = bits.flag();
  bits.skip(2);  // discontinuity, dropped
  clock.frames = bits.u(frame_bits);
  bool whole = full || bits.flag();
  if (whole) clock.seconds = bits.u(6);
  whole = whole && (full || bits.flag());
  if (whole) clock.minutes = bits.u(6);
  whole = whole && (full || bits.flag());
  if (whole) clock.hours = bits.u(5);
  if (!whole || !bits.ok() || clock.seconds > 59 || clock.minutes > 59 || clock.hours > 23) {
    return std::nullopt;
  }
  return clock;
}

std::string clock_text(const Clock& clock) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%02u:%02u:%02u:%02u", clock.hours, clock.minutes,
                clock.seconds, clock.frames);
  return text.data();
}

}  // namespace

std::optional<H264Timing> read_h264_timing(ByteSpan sps) {
  BitReader bits(sps);
  const bool has_vui = read_h264_parameters(bits) && bits.flag() && bits.ok();
  if (!has_vui) return std::nullopt;
  constexpr std::uint32_t kExtendedRatio = 255;
  if (bits.flag() && bits.u(8) == kExtendedRatio) bits.skip(32);
  if (bits.flag()) bits.skip(1);  // overscan
  if (bits.flag()) {              // signal type
    bits.skip(4);
    if (bits.flag()) bits.skip(24);
  }
  if (bits.flag()) {  // chroma's place
    bits.ue();
    bits.ue();
  }
  if (bits.flag()) bits.skip(65);  // frame rate
  H264Timing timing;
  const bool nal = bits.flag();
  if (nal) read_hrd(bits, timing);
  const bool vcl = bits.flag();
  if (vcl) read_hrd(bits, timing);
  if (nal || vcl) bits.skip(1);
  timing.has_structure = bits.flag();
  if (!bits.ok()) return std::nullopt;
  return timing;
}

std::optional<std::string> read_pic_timing(ByteSpan message, const H264Timing& timing) {
  if (!timing.has_structure) return std::nullopt;
  BitReader bits(message);
  if (timing.has_delays) bits.skip(timing.removal_bits + timing.output_bits);
  constexpr std::array<int, 9> kClocks{1, 1, 1, 2, 2, 3, 3, 2, 3};  // of a pic_struct
  const std::uint32_t structure = bits.u(4);
  if (structure >= kClocks.size()) return std::nullopt;
  for (int i = 0; i < kClocks[structure] && bits.ok(); ++i) {
    if (!bits.flag()) continue;
    bits.skip(2 + 1 + 5);
    const auto clock = read_clock(bits, 8);
    if (!clock) return std::nullopt;
    return clock_text(*clock);
  }
  return std::nullopt;
}

std::optional<std::string> read_time_code(ByteSpan message) {
  BitReader bits(message);
  const std::uint32_t count = bits.u(2);
  for (std::uint32_t i = 0; i < count && bits.ok(); ++i) {
    if (!bits.flag()) continue;
    bits.skip(1 + 5);
    const auto clock = read_clock(bits, 9);
    if (!clock) return std::nullopt;
    return clock_text(*clock);
  }
  return std::nullopt;
}

}  // namespace hansom::ingest
