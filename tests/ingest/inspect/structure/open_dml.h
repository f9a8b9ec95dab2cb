// AVIs of several RIFFs (OpenDML), made out of one of a single RIFF.
#pragma once

#include <vector>

#include "proto/base/bytes.h"

namespace hansom::test {

struct OpenDml {
  Bytes clip;
  std::vector<std::size_t> parts;  // where each RIFF begins
};

// The chunks of `avi`, in order, in `parts` RIFFs, each with an index of its own (ix##) for each
// stream, which the super indexes name; idx1 for the first. Requires: a whole AVI whose streams
// have a JUNK chunk in their strl, as ffmpeg writes it, with room for a super index.
[[nodiscard]] OpenDml make_open_dml(ByteSpan avi, std::size_t parts);

// A whole AVI of one stream of MJPEG, `pictures` chunks long; chunk i is 10 + i bytes of 0x80 + i.
[[nodiscard]] Bytes make_small_avi(std::size_t pictures);

}  // namespace hansom::test
