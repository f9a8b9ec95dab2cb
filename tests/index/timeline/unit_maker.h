// Makes the facts of a unit clip by clip, for tests: what was true, what was told, when it arrived.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "index/timeline/fuse.h"

namespace hansom::timeline::test {

inline std::int64_t at(std::string_view rfc3339) {
  const auto time = from_rfc3339(rfc3339);
  if (!time) throw std::invalid_argument(std::string(rfc3339));
  return to_unix_us(*time);
}

inline const Zone& london() {
  static const Zone zone = Zone::find(kDefaultZone).value();
  return zone;
}

class UnitMaker {
 public:
  UnitMaker() { unit_.unit = "taxi-17"; }

  // A minute that truly began at `start`, told `error_us` later than that, arrived after
  // `delay_us`.
  ClipFacts& clip(std::int64_t start, std::int64_t error_us, evidence::ClockState state,
                  std::int64_t delay_us = kHourUs) {
    ClipFacts& made = unit_.clips.emplace_back();
    made.number = unit_.clips.size();
    made.clip = "clip " + std::to_string(made.number);
    made.channel = 1;
    made.told_us = start + error_us;
    made.state = state;
    made.told_duration_us = kMinuteUs;
    made.media_us = kMinuteUs;
    made.known_by_us = start + kMinuteUs + delay_us;
    return made;
  }
  UnitFacts& facts() { return unit_; }
  // The only channel's clock.
  [[nodiscard]] FusedClock fused(const Zone& zone = london()) const {
    Rules rules;
    rules.zone = &zone;
    return fuse(unit_, rules).at(0);
  }

 private:
  UnitFacts unit_;
};

inline FileTime receiver(std::int64_t time, std::optional<std::int64_t> at_media_us = 0) {
  return {"gps", "", time, at_media_us, true, false};
}
inline FileTime written(std::string source, std::int64_t time) {
  return {std::move(source), "", time, std::nullopt, false, false};
}
inline FileTime written(std::string source, std::string value) {
  return {std::move(source), std::move(value), std::nullopt, std::nullopt, false, false};
}

inline bool found(const FusedClip& clip, Trap trap) {
  for (const Finding& finding : clip.findings) {
    if (finding.trap == trap) return true;
  }
  return false;
}
inline std::string findings(const FusedClip& clip) {
  std::string text;
  for (const Finding& finding : clip.findings) {
    text += std::string(word(finding.trap)) + " of " + finding.about + " " +
            std::to_string(finding.amount_us) + "; ";
  }
  return text;
}

}  // namespace hansom::timeline::test
