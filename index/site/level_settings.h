// The two settings that say how deeply clips are inspected.
#pragma once

#include "index/site/settings.h"

namespace hansom::site {

[[nodiscard]] Setting level_setting();        // inspector.level
[[nodiscard]] Setting level_rules_setting();  // inspector.levels

}  // namespace hansom::site
