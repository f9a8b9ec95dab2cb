// How closely clips are looked at: by whose they are and what they were recorded for. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/evidence/manifest.pb.h"
#include "proto/evidence/report.pb.h"

namespace hansom::inspections {

using Level = evidence::Report::Level;

inline constexpr std::string_view kLevelHint = "must be headers, keyframes or full";

// One exception; what it does not name is any.
struct LevelRule {
  std::string controller;                                             // empty: any
  evidence::Purpose::Kind purpose = evidence::Purpose::KIND_UNKNOWN;  // KIND_UNKNOWN: any
  Level level = evidence::Report::KEYFRAMES;
};

struct LevelPolicy {
  Level level = evidence::Report::KEYFRAMES;  // where no rule says otherwise
  std::vector<LevelRule> rules;               // no two of one controller and purpose

  // Of the rules that fit, the one that names most: both, else the controller, else the purpose.
  [[nodiscard]] Level level_for(std::string_view controller, evidence::Purpose::Kind purpose) const;
};

}  // namespace hansom::inspections
