// The words for how a unit's clock stood.
#include "proto/evidence/words.h"

#include <array>
#include <utility>

#include "proto/evidence/manifest.h"

namespace hansom::evidence {
namespace {

constexpr std::array<std::pair<ClockState, std::string_view>, 5> kClockStates = {{
    {CLOCK_STATE_UNKNOWN, "unknown"},
    {CLOCK_STATE_GNSS, "gnss"},
    {CLOCK_STATE_NTP, "ntp"},
    {CLOCK_STATE_MANUAL, "manual"},
    {CLOCK_STATE_UNSET, "unset"},
}};

}  // namespace

std::optional<ClockState> clock_state_of(std::string_view word) {
  for (const auto& [state, name] : kClockStates) {
    if (name == word) return state;
  }
  return std::nullopt;
}

std::string_view clock_state_word(ClockState state) {
  for (const auto& [known, name] : kClockStates) {
    if (known == state) return name;
  }
  return "unknown";
}

}  // namespace hansom::evidence
