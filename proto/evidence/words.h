// Words that manifests and events share. For proto/evidence only.
#pragma once

#include <optional>
#include <string_view>

#include "proto/evidence/manifest.pb.h"

namespace hansom::evidence {

inline constexpr std::string_view kClockStateHint = "must be unknown, gnss, ntp, manual or unset";

// Nothing for a word that is none of clock_state_word().
[[nodiscard]] std::optional<ClockState> clock_state_of(std::string_view word);

[[nodiscard]] constexpr char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace hansom::evidence
