// Keys of Family::kRetention; README.md has them in a table.
#pragma once

#include "index/catalogue/row_io.h"

namespace hansom::retention {

// An empty id gives the prefix of all.
[[nodiscard]] inline Bytes hold_key(std::string_view hold_id) {
  return catalogue::key_of('h', hold_id);
}
[[nodiscard]] inline Bytes plan_key(ByteSpan plan) {
  return catalogue::key_of('p', plan);
}
[[nodiscard]] inline Bytes sweep_key(ByteSpan plan) {
  return catalogue::key_of('s', plan);
}
// Without a clip: the prefix of all clips of the plan.
[[nodiscard]] inline Bytes item_key(ByteSpan plan, ByteSpan clip) {
  Bytes key = catalogue::key_of('i', plan);
  key.insert(key.end(), clip.begin(), clip.end());
  return key;
}
[[nodiscard]] inline Bytes removal_key(ByteSpan plan, ByteSpan clip) {
  Bytes key = catalogue::key_of('v', plan);
  key.insert(key.end(), clip.begin(), clip.end());
  return key;
}
// The prefix of all of all plans.
[[nodiscard]] inline Bytes all_removals() {
  return {'v'};
}

}  // namespace hansom::retention
