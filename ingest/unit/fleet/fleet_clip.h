// A clip of a simulated unit, sealed when its turn comes and forgotten when its receipt is there.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "proto/age/age.h"
#include "proto/base/clock.h"
#include "proto/base/ids.h"

namespace hansom::ingest {

struct FleetClip {
  Bytes sealed;
  ClipId id;
  std::string manifest_jws;
};

// What is the same for all clips of a unit. Borrows.
struct FleetClipMaker {
  const UnitId& unit;
  const Secret& private_key;  // signs the manifest
  const age::Recipient& recipient;
  std::size_t media_bytes = 0;
  std::uint64_t backlog = 0;  // clips of the week before `now`
  UtcTime now;
};

// Number `number` of the backlog, from 0: noise as media, recorded in its turn of the last week.
// Errors: kInvalid `bad_unit_key`.
[[nodiscard]] Result<FleetClip> make_fleet_clip(const FleetClipMaker& maker, std::uint64_t number,
                                                Random& random);

}  // namespace hansom::ingest
