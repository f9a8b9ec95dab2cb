// How the embedded journal's commits are distributed, for metrics; its counters are in journal.h.
#pragma once

#include "index/journal/journal.h"
#include "proto/base/histogram.h"

namespace hansom::journal {

struct CommitFigures {
  Histogram::Snapshot group_sizes;    // commands of a synced batch
  Histogram::Snapshot group_seconds;  // time of its commit
};

// Empty histograms for a journal that is not the embedded one. Any thread.
[[nodiscard]] CommitFigures commit_figures(const Journal& journal);

}  // namespace hansom::journal
