// Where packets or frames could not be decoded: see damage_log.h.
#include "ingest/inspect/inspector/damage_log.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {

void DamageLog::add(const DamageSpan& fault) {
  ++count_;
  const auto last = std::find_if(spans_.rbegin(), spans_.rend(), [&](const DamageSpan& span) {
    return span.stream == fault.stream && span.kind == fault.kind;
  });
  if (last != spans_.rend() && fault.start_us <= last->end_us + kDamageMergeUs &&
      fault.end_us >= last->start_us - kDamageMergeUs) {
    last->start_us = std::min(last->start_us, fault.start_us);
    last->end_us = std::max(last->end_us, fault.end_us);
    ++last->count;
    return;
  }
  if (spans_.size() >= kSpansMax) return;
  spans_.push_back(fault);
  spans_.back().count = 1;
}

}  // namespace hansom::ingest
