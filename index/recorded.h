// Where a record stands in the journal: what apply functions know beside the act itself.
#pragma once

#include "proto/base/ids.h"
#include "proto/evidence/journal.pb.h"

namespace hansom {

struct Recorded {
  LeafIndex leaf{};
  std::int64_t time_us = 0;
  const evidence::Actor& actor;  // of the record being applied; outlives the call
};

}  // namespace hansom
