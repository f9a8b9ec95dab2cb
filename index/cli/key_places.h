// Where keys lie, in the site and in its configuration. For the `key` commands.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "index/cli/session.h"
#include "proto/base/secret.h"

namespace hansom::cli {

// As the configuration has it: relative to the site where it lies in it, so that the site can move.
// A pkcs11: URI stays as it is.
[[nodiscard]] std::string place_in(const std::filesystem::path& folder, const std::string& place);

// Sets a setting that names several places. Errors: those of site::edit_setting.
[[nodiscard]] Status set_places(const SitePaths& site, std::string_view setting,
                                const std::vector<std::string>& places);
// Adds one unless it is there.
[[nodiscard]] Status add_place(const SitePaths& site, std::string_view setting,
                               std::vector<std::string> places, const std::string& added);

// Writes folder/stem-2extension, or the first number that is free, mode 0600. Errors: kConflict
// `already_exists`, kStorage.
[[nodiscard]] Result<std::filesystem::path> write_new(const std::filesystem::path& folder,
                                                      const std::string& stem,
                                                      const std::string& extension,
                                                      const Secret& secret);

}  // namespace hansom::cli
