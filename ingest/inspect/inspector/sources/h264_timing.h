// How an H.264 stream writes its picture timing.
#pragma once

#include <optional>
#include <string>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// What a sequence parameter set says of picture timing messages (ITU-T H.264, 7.3.2.1.1 and E.1).
struct H264Timing {
  bool has_delays = false;     // CpbDpbDelaysPresentFlag
  bool has_structure = false;  // pic_struct_present_flag
  unsigned removal_bits = 24;  // cpb_removal_delay_length_minus1 + 1
  unsigned output_bits = 24;   // dpb_output_delay_length_minus1 + 1
  unsigned offset_bits = 24;   // time_offset_length
};

// Reads a sequence parameter set without its NAL header and emulation prevention. Nothing when it
// makes no sense, or says nothing of timing.
[[nodiscard]] std::optional<H264Timing> read_h264_timing(ByteSpan sps);

// The first clock timestamp of a picture timing message (D.1.3) as "10:59:59:12", hours to frames.
// Nothing where it has none, or not all of it.
[[nodiscard]] std::optional<std::string> read_pic_timing(ByteSpan message,
                                                         const H264Timing& timing);
// The same of a time code message of H.265 (ITU-T H.265, D.2.27).
[[nodiscard]] std::optional<std::string> read_time_code(ByteSpan message);

}  // namespace hansom::ingest
