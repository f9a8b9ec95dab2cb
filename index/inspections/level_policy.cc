// How closely clips are looked at: see level_policy.h.
#include "index/inspections/level_policy.h"

namespace hansom::inspections {

Level LevelPolicy::level_for(std::string_view controller, evidence::Purpose::Kind purpose) const {
  int most = 0;
  Level found = level;
  for (const LevelRule& rule : rules) {
    const bool any_controller = rule.controller.empty();
    const bool any_purpose = rule.purpose == evidence::Purpose::KIND_UNKNOWN;
    if (!any_controller && rule.controller != controller) continue;
    if (!any_purpose && rule.purpose != purpose) continue;
    const int names = 1 + (any_controller ? 0 : 2) + (any_purpose ? 0 : 1);
    if (names <= most) continue;
    most = names;
    found = rule.level;
  }
  return found;
}

}  // namespace hansom::inspections
