// A second implementation of Journal, in memory and as simple as can be: it shows that the
// conformance checks do not know the first one, and, with a defect built in, that they catch it.
#pragma once

#include "tests/index/journal/conformance.h"

namespace hansom::journal {

enum class Defect {
  kNone,
  kAnswersBeforeDurable,
  kSwapsOrder,
  kForgetsViews,      // of every tenth command, after a power cut
  kSignsTwice,        // another head of the same size after a restart
  kKeepsRefusedRows,  // of a command whose rule failed
  kTimeRunsBack,
  kAcknowledgesFailure,
  kTakesMoreAfterFailure,
  kKeepsErasedRecords,
};
[[nodiscard]] std::unique_ptr<Bench> make_memory_bench(Defect defect);

}  // namespace hansom::journal
