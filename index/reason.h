// The reason that an act of a person is recorded with.
#pragma once

#include <string>

#include "proto/base/result.h"

namespace hansom {

// Error: kInvalid `reason_required` unless it has 1 to 1,024 bytes.
[[nodiscard]] Status check_reason(const std::string& reason);

}  // namespace hansom
