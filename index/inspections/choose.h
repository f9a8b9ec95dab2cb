// Which clips an order takes, by what was asked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index/catalogue/catalogue.h"
#include "index/inspections/inspector_version.h"

namespace hansom::inspections {

inline constexpr std::size_t kOrderClipsMax = 100'000;  // of one order by a filter

struct Filter {
  std::string controller;                   // whose clips may be taken
  std::optional<catalogue::ClipQuery> ask;  // absent: all clips
  std::optional<InspectorVersion> before;   // only where the report that holds is older
};

// The standing clips that fit, in the order of a search, or of their ids where all were asked for.
// Those without a report wait for one, so an older report they have not. Blocks: reads the row of
// each. Errors: those of find_clips, kTooLarge `too_large` above clips_max.
[[nodiscard]] Result<std::vector<ClipId>> choose(const store::Reader& reader, const Filter& filter,
                                                 std::size_t clips_max = kOrderClipsMax);

// The clips that were named, each once. Errors: kNotFound `clip_not_found`, kGone `destroyed`,
// kForbidden `other_controller`.
[[nodiscard]] Status check_named(const store::Reader& reader, const std::string& controller,
                                 const std::vector<ClipId>& clips);

}  // namespace hansom::inspections
