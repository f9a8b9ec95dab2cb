// The rows of clocks in Family::kIndex; README.md has them in a table.
#pragma once

#include "index/catalogue/keys.h"

namespace hansom::clocks {

[[nodiscard]] inline Bytes joined(Bytes key, ByteSpan rest) {
  key.insert(key.end(), rest.begin(), rest.end());
  return key;
}

// Followed by the u64 leaf of each clip's first ClipAccepted.
[[nodiscard]] inline Bytes clips_of(std::string_view unit) {
  return catalogue::key_of('f', catalogue::short_hash(unit));
}
[[nodiscard]] inline Bytes clip_key(std::string_view unit, std::uint64_t accepted_leaf) {
  return joined(clips_of(unit), catalogue::u64_key(accepted_leaf));
}
// The same of clips that wait.
inline constexpr char kWaitingClip = 'w';
[[nodiscard]] inline Bytes waiting_clips_of(std::string_view unit) {
  return catalogue::key_of(kWaitingClip, catalogue::short_hash(unit));
}
[[nodiscard]] inline Bytes waiting_clip_key(std::string_view unit, std::uint64_t accepted_leaf) {
  return joined(waiting_clips_of(unit), catalogue::u64_key(accepted_leaf));
}
inline constexpr char kWaitingUnit = 'q';
[[nodiscard]] inline Bytes waiting_unit_key(std::string_view unit) {
  return catalogue::key_of(kWaitingUnit, catalogue::short_hash(unit));
}
// Without a unit: the prefix of all.
inline constexpr char kUnitClock = 'k';
[[nodiscard]] inline Bytes unit_clock_key(std::string_view unit) {
  return catalogue::key_of(kUnitClock, catalogue::short_hash(unit));
}
// Followed by the correction's id.
[[nodiscard]] inline Bytes corrections_of(std::string_view unit) {
  return catalogue::key_of('n', catalogue::short_hash(unit));
}
[[nodiscard]] inline Bytes correction_key(std::string_view unit, std::string_view correction_id) {
  return joined(corrections_of(unit), as_bytes(correction_id));
}

}  // namespace hansom::clocks
