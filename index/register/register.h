// The register: units and the dated links of vehicles, licences and units (for now: the last load).
// Queries; rows are written by the rules.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index/catalogue/rows.pb.h"
#include "index/store/store.h"
#include "proto/base/ids.h"
#include "proto/evidence/journal.pb.h"

namespace hansom::registry {

// nullopt: never enrolled.
[[nodiscard]] Result<std::optional<catalogue::UnitRow>> find_unit(const store::Reader& reader,
                                                                  const UnitId& unit);
[[nodiscard]] Result<std::vector<catalogue::UnitRow>> list_units(const store::Reader& reader);

// What the register says of a unit; nullopt where it says nothing.
[[nodiscard]] Result<std::optional<evidence::RegisterLink>> link_of_unit(
    const store::Reader& reader, const UnitId& unit);
[[nodiscard]] Result<std::vector<evidence::RegisterLink>> list_links(const store::Reader& reader);

// Reads a register file: TOML ([[vehicle]] tables) or CSV (header line), by extension.
// Error: kInvalid `bad_register` naming line and column or key.
[[nodiscard]] Result<evidence::RegisterLoaded> parse_register(std::string_view text,
                                                              std::string_view file_name);

}  // namespace hansom::registry
