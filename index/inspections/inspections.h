// Queries of inspections: what waits.
#pragma once

#include "index/store/store.h"
#include "proto/base/ids.h"

namespace hansom::inspections {

// Clips that wait, in the order in which they are taken.
[[nodiscard]] Result<std::vector<ClipId>> pending(const store::Reader& reader, std::size_t limit);

}  // namespace hansom::inspections
