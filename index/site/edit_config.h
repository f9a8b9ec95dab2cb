// Changes one setting in a configuration file and leaves the rest, comments included, as it is.
#pragma once

#include <filesystem>
#include <string_view>

#include "proto/base/result.h"

namespace hansom::site {

// Sets `name` ("journal_key", "units.authorities"; with TOML's spelling of the value) on the line
// where it stands, else at the head of its section. The file is replaced in one step, and only when
// the result loads. Errors: kInvalid `bad_config` (the setting spans lines, or the result is
// wrong), kStorage.
[[nodiscard]] Status edit_setting(const std::filesystem::path& file, std::string_view name,
                                  std::string_view value);

}  // namespace hansom::site
