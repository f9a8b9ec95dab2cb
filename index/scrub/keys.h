// The scrubber's rows in Family::kIndex; README.md has them in a table.
#pragma once

#include "index/catalogue/row_io.h"

namespace hansom::scrub {

// Without an object: the prefix of all.
[[nodiscard]] inline Bytes damage_key(ByteSpan object) {
  return catalogue::key_of('x', object);
}
[[nodiscard]] inline Bytes last_pass_key() {
  return {'y'};
}

}  // namespace hansom::scrub
