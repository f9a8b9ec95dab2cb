// Findings under their bound: see finding.h.
#include "ingest/inspect/inspector/finding.h"

#include <algorithm>
#include <tuple>

namespace hansom::ingest {
namespace {

bool by_place(const Finding& a, const Finding& b) {
  return std::tuple(a.kind, a.stream, a.start_us, a.end_us) <
         std::tuple(b.kind, b.stream, b.start_us, b.end_us);
}

void join(Finding& left, const Finding& right) {
  const auto left_us = static_cast<double>(std::max<std::int64_t>(1, left.end_us - left.start_us));
  const auto right_us =
      static_cast<double>(std::max<std::int64_t>(1, right.end_us - right.start_us));
  left.measure = (left.measure * left_us + right.measure * right_us) / (left_us + right_us);
  left.confidence = std::min(left.confidence, right.confidence);
  left.count += right.count;
  left.end_us = std::max(left.end_us, right.end_us);
  if (left.clip_offset && right.clip_offset) {
    const std::uint64_t from = std::min(*left.clip_offset, *right.clip_offset);
    const std::uint64_t to =
        std::max(*left.clip_offset + left.clip_bytes, *right.clip_offset + right.clip_bytes);
    left.clip_offset = from;
    left.clip_bytes = to - from;
  }
}

// Findings of one kind, by stream and start. `across_us`: the longest distance that is joined.
std::vector<Finding> joined(const std::vector<Finding>& findings, std::int64_t across_us) {
  std::vector<Finding> out;
  for (const Finding& finding : findings) {
    if (!out.empty() && out.back().stream == finding.stream &&
        finding.start_us - out.back().end_us <= across_us) {
      join(out.back(), finding);
    } else {
      out.push_back(finding);
    }
  }
  return out;
}

}  // namespace

std::vector<Finding> bounded(std::vector<Finding> findings, std::size_t kind_max) {
  std::stable_sort(findings.begin(), findings.end(), by_place);
  std::vector<Finding> out;
  for (auto from = findings.begin(); from != findings.end();) {
    const auto to = std::find_if(from, findings.end(),
                                 [&](const Finding& other) { return other.kind != from->kind; });
    std::vector<Finding> kind(from, to);
    // Doubling ends: times stay within kClipTimeUsMax, and streams are fewer than kind_max.
    for (std::int64_t across_us = 1'000'000; kind.size() > kind_max; across_us *= 2) {
      kind = joined(kind, across_us);
    }
    out.insert(out.end(), kind.begin(), kind.end());
    from = to;
  }
  return out;
}

}  // namespace hansom::ingest
