// The words for how closely a clip is looked at, in settings, arguments and answers.
#pragma once

#include <optional>
#include <string_view>

#include "proto/evidence/report.pb.h"

namespace hansom::evidence {

// `headers`, `keyframes` or `full`; nothing for any other word.
[[nodiscard]] inline std::optional<Report::Level> level_of(std::string_view word) {
  if (word == "headers") return Report::HEADERS;
  if (word == "keyframes") return Report::KEYFRAMES;
  if (word == "full") return Report::FULL;
  return std::nullopt;
}

// The word of a level; `unknown` of LEVEL_UNKNOWN and of what is no level.
[[nodiscard]] inline std::string_view level_word(Report::Level level) {
  switch (level) {
    case Report::HEADERS:
      return "headers";
    case Report::KEYFRAMES:
      return "keyframes";
    case Report::FULL:
      return "full";
    default:
      return "unknown";
  }
}

}  // namespace hansom::evidence
