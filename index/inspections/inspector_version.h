// Versions of inspectors, as reports tell them, in their order. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace hansom::inspections {

// "hansom-inspector 0.1.0 rules 4": a version of the program, and of what its reports say.
struct InspectorVersion {
  std::vector<std::uint64_t> program;  // 0, 1, 0; empty: any
  std::optional<std::uint64_t> rules;  // absent: any

  // Reads a version as a report has it, or a part: "0.1.0", "0.1.0 rules 4", "rules 4". Error:
  // kInvalid `bad_parameter`.
  [[nodiscard]] static Result<InspectorVersion> parse(std::string_view text);
};

// Whether a report of the version `told` is older than `limit` in what `limit` names. A report that
// no inspector wrote tells none, and is older than any.
[[nodiscard]] bool is_before(std::string_view told, const InspectorVersion& limit);

}  // namespace hansom::inspections
