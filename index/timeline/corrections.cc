// What somebody measured of a clock, for the clips it is said of.
#include <algorithm>

#include "index/timeline/chain.h"

namespace hansom::timeline {
namespace {

// The last that speaks of the clip.
const Correction* correction_of(const Chain& chain, const Reading& reading,
                                const std::vector<Correction>& corrections) {
  const auto found =
      std::find_if(corrections.rbegin(), corrections.rend(), [&](const Correction& correction) {
        return correction.channel.value_or(chain.channel) == chain.channel &&
               correction.told.holds(reading.told);
      });
  return found == corrections.rend() ? nullptr : &*found;
}

}  // namespace

void correct(Chain& chain, const std::vector<Correction>& corrections) {
  for (Reading& reading : chain.readings) {
    const Correction* correction = correction_of(chain, reading, corrections);
    if (correction == nullptr) continue;
    const auto possible = common(correction->error, reading.hard_error());
    if (!possible) {
      // A clip does not arrive before it happened, whoever says so.
      reading.note(Trap::kContradiction, "correction",
                   correction->error.middle() - reading.hard_error().middle());
      continue;
    }
    if (reading.satellite) {
      const Bounds received = taken_from(reading.told, *reading.satellite);
      if (!received.meets(*possible)) {
        reading.note(Trap::kContradiction, "satellite", possible->middle() - received.middle());
      }
    }
    reading.source = possible;
    reading.method = Method::kCorrected;
    reading.corrected = true;
    reading.worthless = false;
    reading.rejected = false;
  }
}

}  // namespace hansom::timeline
