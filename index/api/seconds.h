// Microseconds as the seconds of an answer.
#pragma once

#include <cstdint>

namespace hansom::api {

[[nodiscard]] constexpr double seconds(std::int64_t us) {
  return static_cast<double>(us) / 1e6;
}

}  // namespace hansom::api
